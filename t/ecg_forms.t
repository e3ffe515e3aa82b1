# ecg_forms: one decision for a name in whatever form it comes, times versions,
# ciphers, groups, ALPN, cuts into records and HelloRetryRequest: that of stock
# nginx which has a port for each policy. And what stock nginx answers when its
# servers share a port; EDGE_ECG_TABLE=1 prints that beside ours.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use Test::More;

my $prepared = EdgeTest->prepare;
my ($cert, $key) = certificate($prepared->{root}, 'x.test');
my $long = join '.', ('a' x 63) x 3, 'a' x 61;

# kind of name => what it demands, as a policy and as directives of a server
my %demand = (
    exact => ['min_tls=1.3 groups=P-384:X25519'
        . ' ciphersuites=TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384',
        'ssl_protocols TLSv1.3; ssl_ecdh_curve P-384:X25519; ssl_conf_command'
        . ' Ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384;'],
    wildcard => ['max_tls=1.2 ciphers=ECDHE-ECDSA-AES256-GCM-SHA384'
        . ' groups=P-256:X25519',
        'ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384;'
        . 'ssl_ecdh_curve P-256:X25519;'],
    default => ['groups=P-256 ciphersuites=TLS_AES_256_GCM_SHA384',
        'ssl_ecdh_curve P-256;'
        . 'ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;'],
    none => ['min_tls=1.2 max_tls=1.2 groups=X25519',
        'ssl_protocols TLSv1.2; ssl_ecdh_curve X25519;'],
);

my %name_of = (exact => "exact.test $long", wildcard => '*.wild.test',
    default => 'default', none => 'no-sni');

my %port = (exact => 1, wildcard => 2, default => 3, none => 4);

my @names = (
    ['exact', 'exact', 'exact.test'],
    ['upper case', 'exact', 'EXACT.Test'],
    ['trailing dot', 'exact', 'exact.test.'],
    ['253 bytes', 'exact', $long],
    ['wildcard', 'wildcard', 'a.wild.test'],
    ['wildcard, five labels', 'wildcard', 'a.B.c.wild.test'],
    ['wildcard, trailing dot', 'wildcard', 'a.wild.test.'],
    ['default', 'default', 'other.test'],
    ['below an exact name', 'default', 'a.exact.test'],
    ['no SNI', 'none', undef],
);

my @malformed = (['two dots', 'a..test'], ['254 bytes', "a$long"],
    ['a label of 64', 'a' x 64 . '.test'], ['a blank', 'a b.test'],
    ['a star', '*.wild.test']);

my %offer = (
    '1.3, 1.2' => { versions => ['1.3', '1.2'] },
    '1.3' => { versions => ['1.3'] },
    '1.2' => { versions => ['1.2'] },
    '1.1' => { versions => ['1.1'] },
    'one cipher each' => { ciphers => [0x1301, 0xc02b] },
    'the other' => { ciphers => [0x1302, 0xc02c] },
    'HelloRetryRequest' => { groups => [29, 23, 24], shares => [] },
    '... followed' => { groups => [29], shares => [], retry => {} },
    'P-521' => { groups => [25], shares => [] },
    'P-256, h2' => { groups => [23], shares => [], alpn => ['h2'] },
    'h2, http/1.1' => { alpn => ['h2', 'http/1.1'] },
);

my $common = <<"C";
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;
C


sub server { return "server { listen %%PORT$_[0]%% ssl$_[1]; $_[2] }\n" }


my $ours = join '', map {
    my $kind = $_;
    map { "ecg_policy $_ $demand{$kind}[0];\n" } split / /, $name_of{$kind};
} sort keys %demand;

# one port for ours; then stock, each demand on a port of its own
my $edge = EdgeTest->start(log_level => 'error', http => $common
    . server('', '%%H2%%', $ours)
    . join '', map { server($port{$_}, '%%H2%%', $demand{$_}[1]) }
        sort keys %demand);

for my $record (16384, 100, 7, 1) {
    for (@names) {
        my ($form, $kind, $sni) = @$_;
        my (%got, %want);

        # a byte a record is slow: of these one offer in three
        my @offers = sort keys %offer;
        @offers = @offers[0, 3, 6] if $record < 100;

        for my $offer (@offers) {
            $got{$offer} = answer(%{ $offer{$offer} }, sni => $sni,
                record => $record);
            $want{$offer} = answer(%{ $offer{$offer} }, sni => $sni,
                port => EdgeTest->port($port{$kind}), record => $record);
        }

        is_deeply(\%got, \%want, "$form, in records of $record");
    }
}

for (@malformed) {
    my ($form, $sni) = @$_;
    my %seen = map { answer(%{ $offer{$_} }, sni => $sni) => 1 } keys %offer;

    is(join(' ', sort keys %seen), 'alert 40', "malformed: $form");
}

is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

# stock nginx, its servers on one port as ours are

$edge = EdgeTest->start(log_level => 'error', http => $common
    . server('', ' default_server', 'server_name other.test;'
        . $demand{default}[1])
    . server('', '', "server_name exact.test; $demand{exact}[1]")
    . server('', '', "server_name *.wild.test; $demand{wildcard}[1]"));

# which of its own directives it heeds, by version
my $heeds_protocols = EdgeTest::version() >= 1029002;
my %stock;

for (@names[0, 4], [malformed => '', 'a..test']) {
    my ($form, undef, $sni) = @$_;

    $stock{$form} = join ' / ', map { answer(sni => $sni, versions => [$_],
        groups => [29, 23, 24], shares => []) } '1.3', '1.2';
}

like($stock{exact}, $heeds_protocols ? qr{/ alert 70$} : qr{/ 1\.2 },
    'stock: ssl_protocols of a name'
        . ($heeds_protocols ? '' : ' is that of the default server'));
like($stock{exact}, qr/^retry \w+ 23 /,
    'stock: ssl_ecdh_curve of a name is that of the default server');
like($stock{malformed}, qr/^retry .* 1\.2/, 'stock: a malformed name is served');

if ($ENV{EDGE_ECG_TABLE}) {
    diag(sprintf '%-10s %s', $_, $stock{$_}) for sort keys %stock;
}

$edge->stop;

# sslscan sees what the policy says, no more and no less

SKIP: {
    skip 'no sslscan', 4 if `sslscan --version 2>&1` !~ /\d\.\d/;

    $edge = EdgeTest->start(log_level => 'error', http => $common
        . server('', '', <<'C'));
    ecg_policy modern.test preset=modern;
    ecg_policy inter.test preset=intermediate;
    ecg_policy one.test min_tls=1.2 max_tls=1.2
        ciphers=ECDHE-ECDSA-CHACHA20-POLY1305 groups=P-256;
    return 200 x;
C

    my $at = EdgeTest->port;
    my %scan = map {
        $_ => scalar `sslscan --no-colour --sni-name=$_.test 127.0.0.1:$at 2>&1`;
    } qw(modern inter one);

    my %accepted = map {
        my @found = $scan{$_} =~ /^(?:Preferred|Accepted)\s+(TLSv\S+)
            \s+\d+\ bits\s+(\S+)/mgx;
        my %seen;
        $seen{ shift @found }{ shift @found } = 1 while @found;
        $_ => \%seen;
    } keys %scan;

    is_deeply($accepted{modern}, { 'TLSv1.3' => { map { $_ => 1 }
        qw(TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384
            TLS_CHACHA20_POLY1305_SHA256) } }, 'sslscan: modern');
    is_deeply($accepted{inter}, { %{ $accepted{modern} },
        'TLSv1.2' => { map { $_ => 1 } qw(ECDHE-ECDSA-AES128-GCM-SHA256
            ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305) } },
        'sslscan: intermediate, with a key for ECDSA');
    is_deeply($accepted{one}, { 'TLSv1.2' =>
        { 'ECDHE-ECDSA-CHACHA20-POLY1305' => 1 } }, 'sslscan: one cipher');
    like($scan{one}, qr/^TLSv1\.3\s+disabled/m, '... one version');

    $edge->stop;
}

done_testing();
