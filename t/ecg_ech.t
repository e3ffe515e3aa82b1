# Encrypted ClientHello: the name inside decides, where it can be decrypted.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest qw(ecg mtls);
use EdgeTest::Hello;
use Test::More;

plan skip_all => 'openssl without ECH' if system('openssl ech -help 2>/dev/null');

my $dir = EdgeTest->prepare->{root};
my ($cert, $key) = certificate($dir, 'x.test');
my ($client, $client_key) = certificate($dir, 'client.test');


# key(file, public name): the path of a new key with its configuration, and
# what clients are told of it

sub key {
    my ($file, $name) = @_;
    my $path = "$dir/$file";

    system("openssl ech -public_name $name -out $path >$dir/ech.log 2>&1") == 0
        or die EdgeTest::slurp("$dir/ech.log");

    my ($list) = EdgeTest::slurp($path)
        =~ /-BEGIN ECHCONFIG-+\n(.*?)-+END ECHCONFIG-/s;
    $list =~ s/\s//g;

    return ($path, $list);
}


my ($keys, $told) = key('ech.pem', 'public.test');
my (undef, $old) = key('old.pem', 'front.test');
my (undef, $older) = key('older.pem', 'public.test');

my $said = (EdgeTest->check_conf(http => <<"C"))[1];
    server { listen %%PORT%% ssl; ssl_ech_file $keys;
        ssl_certificate $cert; ssl_certificate_key $key; }
C

plan skip_all => 'nginx without ECH'
    if $said =~ /unknown directive|not supported on this platform/;

my $page = 'return 200 "$ssl_ech_status $ecg_policy $ecg_policy_source '
    . '$ssl_curve $ssl_client_verify $ecg_reject_reason\n";';
my $quic = EdgeTest::built_with('--with-http_v3_module')
    ? 'listen %%PORT%% quic;' : '';

my $edge = EdgeTest->start(http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_client_certificate $client;
    ssl_protocols TLSv1.2 TLSv1.3;
    http2 on;

    ecg_policy public.test action=reject;
    ecg_policy front.test ciphersuites=TLS_CHACHA20_POLY1305_SHA256;
    ecg_policy a.test ciphersuites=TLS_AES_128_GCM_SHA256;
    ecg_policy *.b.test groups=P-384;
    ecg_policy old.test max_tls=1.2;
    ecg_policy no.test action=reject;
    ecg_policy h1.test http2=off;
    ecg_policy once.test resumption=off;

    server { listen %%PORT%% ssl; $quic server_name x.test;
        ssl_ech_file $keys; error_page 421 /told; location /told { $page }
        location / { $page } }

    server { listen %%PORT%% ssl; server_name mtls.test;
        ssl_verify_client on; $page }
C


# what the client of a name says, told of these keys

sub ech {
    my ($name, @args) = @_;

    return s_client(sni => $name, args => ['-ech_config_list', $told, @args]);
}


sub is_refused {
    my ($said, $alert, $log, $what) = @_;

    like($said, qr/SSL alert number $alert\b/, "$what: refused");
    like($edge->log, qr/handshake refused: $log/, '... and why');
}


like(ech('x.test'), qr/^SUCCESS server server /m,
    'a name without a policy, though the public one is rejected');
is_refused(s_client(sni => 'public.test'), 40, qr/rejected by policy, /
    . 'server name "public.test", policy "public.test"', 'the public name');

my $exact = ech('a.test');

like($exact, qr/^SUCCESS a\.test exact /m, 'the policy of the name inside');
like($exact, qr/Cipher is TLS_AES_128_GCM_SHA256/, '... is applied');
like(ech('A.TEST.'), qr/^SUCCESS a\.test exact /m, '... in any spelling');
like(ech('a.test', '-ech_no_outer_sni'), qr/^SUCCESS a\.test exact /m,
    '... and without a name outside');
like(ech('x.b.test', '-groups', 'X25519:P-384'),
    qr/^SUCCESS \*\.b\.test wildcard secp384r1 /m,
    'a wildcard, after HelloRetryRequest');
like(ech('x.test', '-alpn', 'h2,http/1.1'), qr{ALPN protocol: h2$}m, 'HTTP/2');
like(ech('h1.test', '-alpn', 'h2,http/1.1'), qr{ALPN protocol: http/1\.1$}m,
    '... off by policy');

is_refused(ech('no.test'), 40, qr/rejected by policy, server name "no\.test"/,
    'a name inside that is rejected');

# what is encrypted is TLSv1.3, even if it offers TLSv1.2, too

is_refused(ech('old.test'), 70, qr/no common version, server name "old\.test"/,
    'TLSv1.2 alone');

for (['x.test', qr/^Reused, /m], ['once.test', qr/^New, /m]) {
    my ($name, $pattern) = @$_;
    my $file = "$dir/$name.session";

    ech($name, '-sess_out', $file);
    $file = "$dir/x.test.session" if !-s $file;
    like(ech($name, '-sess_in', $file), $pattern, "$name: resumption");
}


# what cannot be decrypted is as it is outside

my $stale = s_client(sni => 'a.test', args => ['-ech_config_list', $old]);

like($stale, qr/Cipher is TLS_CHACHA20_POLY1305_SHA256/,
    'another key: the policy of the public name');
like($stale, qr/Got 1 retry-configs/, '... and the client is told ours');
is_refused(s_client(sni => 'b.test', args => ['-ech_config_list', $older]), 40,
    qr/rejected by policy, server name "public\.test"/,
    'another key, public name rejected');
unlike($edge->log, qr/server name "b\.test"/, '... of the name inside, nothing');
like(s_client(sni => 'a.test', args => ['-ech_grease']),
    qr/^GREASE a\.test exact /m, 'nothing inside');


# requests, and clients that are verified

for my $host ('public.test', 'no.test') {
    like(s_client(sni => 'x.test', host => $host,
        args => ['-ech_config_list', $told]),
        qr{^HTTP/1\.1 421 .* rejected by policy$}ms, "a request for $host");
}

like(ech('mtls.test', '-cert', $client, '-key', $client_key),
    qr/^SUCCESS server server \S+ SUCCESS /m, 'a client with a certificate');
like(ech('mtls.test'), qr/ 400 .*No required SSL certificate/s,
    '... and without');
like(s_client(sni => 'x.test', host => 'mtls.test',
    args => ['-ech_config_list', $told]), qr{^HTTP/1\.1 421 }m,
    '... by the connection of another name');

SKIP: {
    skip 'nginx without HTTP/3', 1 if !$quic;

    like(quic_client(sni => 'a.test', args => ['-ech_config_list', $told]),
        qr/Cipher is TLS_AES_128_GCM_SHA256/, 'over QUIC');
}

is(join('', $edge->complaints), '', 'no complaints');

done_testing();
