# Which policy a name is answered by, however it is written and cut up.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use Test::More;

my $edge = EdgeTest->prepare;
my ($cert, $key) = certificate($edge->{root}, 'x.test');
my $long = join '.', ('a' x 63) x 3, 'a' x 61;

# each policy is told by its suite
my %suite = (exact => '1301', wildcard => '1302', default => '1303');

$edge = EdgeTest->start(http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;

    ecg_policy default ciphersuites=TLS_CHACHA20_POLY1305_SHA256;
    ecg_policy *.b.test ciphersuites=TLS_AES_256_GCM_SHA384;
    ecg_policy *.a.b.test min_tls=1.3;
    ecg_policy a.b.test ciphersuites=TLS_AES_128_GCM_SHA256;
    ecg_policy $long ciphersuites=TLS_AES_128_GCM_SHA256;
    ecg_policy no-sni action=reject;

    server { listen %%PORT%% ssl; server_name other.test;
        return 200 "\$ecg_policy \$ecg_policy_source\n"; }

    server { listen %%PORT%% ssl; server_name a.b.test s.test;
        ecg_policy a.b.test http2=off;
        ecg_policy s.test ciphersuites=TLS_AES_128_GCM_SHA256;
        return 200 "\$ecg_policy \$ecg_policy_source\n"; }

    server { listen %%PORT1%% ssl; server_name plain.test;
        ecg_policy no-sni min_tls=1.3 action=accept;
        return 200 "\$ecg_policy \$ecg_policy_source\n"; }
C


sub policy_of {
    my $r = hello(@_);

    return "alert $r->{alert}" if defined $r->{alert};
    return 'closed' if !defined $r->{cipher};

    my %name = reverse %suite;
    return $name{ sprintf '%04x', $r->{cipher} };
}


my @names = (
    ['a.b.test', 'exact'],
    ['A.B.TEST', 'exact'],
    ['a.b.test.', 'exact'],
    ['A.b.Test.', 'exact'],
    ['a.b.test:443', 'exact'],
    ['x.b.test', 'wildcard'],
    ['x.y.b.test', 'wildcard'],
    ['x.a.b.test', 'wildcard'],
    ['xa.b.test', 'wildcard'],
    ['b.test', 'default'],
    ['xb.test', 'default'],
    ['a.b.tes', 'default'],
    ['a.b.test.example', 'default'],
    ['192.0.2.1', 'default'],
    ['default', 'default'],
    ['no-sni', 'default'],
    ['s.test', 'exact'],
    [$long, 'exact'],
    [uc $long, 'exact'],
    ["$long.", 'exact'],
    ["a$long", 'alert 40'],
    ['a' x 64 . '.b.test', 'alert 40'],
    ['a..b.test', 'alert 40'],
    ['.b.test', 'alert 40'],
    ['*.b.test', 'alert 40'],
    ['a b.test', 'alert 40'],
    ["a.b.test\xe9", 'alert 40'],
    ['[::1]', 'alert 40'],
    ["a.b.test\0.evil.test", 'alert 112'],
    ['a' x 256, 'alert 112'],
    [undef, 'alert 40'],
);

for (@names) {
    my ($name, $policy) = @$_;
    is(policy_of(sni => $name), $policy, defined $name
        ? length $name < 64 ? $name : length($name) . ' bytes' : 'no SNI');
}

is(answer(port => EdgeTest->port(1), versions => ['1.2']), 'alert 70',
    'no SNI, its own policy of a server');
like(answer(port => EdgeTest->port(1)), qr/^1\.3/,
    'no SNI, key by key over that of the http block');

# keys come down from the wildcard, and the wildcard's from its own

is(answer(sni => 'a.b.test', versions => ['1.3'], ciphers => [0x1302]),
    'alert 40', 'own key before the wildcard');
is(answer(sni => 'x.a.b.test', versions => ['1.2']), 'alert 70',
    'closest wildcard');

for my $size (1, 2, 5, 16, 100) {
    is(policy_of(sni => 'a.b.test', record => $size), 'exact',
        "records of $size bytes");
}

# RFC 6066: one name, its length right

is(answer(sni_raw => ''), 'alert 50', 'empty extension');
is(answer(sni_raw => "\0\0"), 'alert 50', 'empty list');
is(answer(sni_raw => "\0\x05\0\0\x09ab"), 'alert 50', 'length over the end');
is(answer(sni_raw => "\0\x04\0\0\x01ab"), 'alert 50', 'length before the end');
is(answer(sni_raw => "\0\x05\1\0\x02ab"), 'alert 50', 'another type of name');

# HelloRetryRequest

my $r = hello(sni => 'x.b.test', shares => [], retry => {});
ok($r->{retried}, 'retried');
is(sprintf('%s %04x', $r->{version}, $r->{cipher}), '1.3 1302',
    'the same policy after HelloRetryRequest');
is(answer(sni => 'x.b.test', shares => [], retry => { sni => 'a.b.test' }),
    'alert 47', 'another name after HelloRetryRequest');
is(answer(sni => 'x.b.test', shares => [], retry => { sni => undef }),
    'alert 47', 'no name after HelloRetryRequest');

# variables

like(s_client(sni => 'a.b.test'), qr/^a\.b\.test exact$/m, 'variables, exact');
like(s_client(sni => 'Q.b.test'), qr/^\*\.b\.test wildcard$/m,
    'variables, wildcard');
like(s_client(sni => 'zz.test', args => ['-ciphersuites',
    'TLS_CHACHA20_POLY1305_SHA256']), qr/^default default$/m,
    'variables, default');
like(s_client(port => EdgeTest->port(1)), qr/^no-sni no-sni$/m,
    'variables, no SNI');

my $log = $edge->log;
like($log, qr/refused: rejected by policy, server name "", policy "no-sni"/,
    'log of a refusal');
like($log, qr/handshake refused: .* client: 127\.0\.0\.1/,
    '... says whose it was');
like($log, qr/handshake refused: malformed name, server name "a\.\.b\.test"/,
    'log of a malformed name');
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
