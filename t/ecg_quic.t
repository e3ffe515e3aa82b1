# The same policies over QUIC.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use Test::More;

plan skip_all => 'nginx without HTTP/3'
    if !EdgeTest::built_with('--with-http_v3_module');
plan skip_all => 'openssl s_client without QUIC'
    if `openssl s_client -help 2>&1` !~ /-quic\b/;

my $edge = EdgeTest->prepare;
my ($cert, $key) = certificate($edge->{root}, 'x.test');

$edge = EdgeTest->start(log_level => 'debug', http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;

    ecg_policy a.test ciphersuites=TLS_CHACHA20_POLY1305_SHA256;
    ecg_policy *.b.test groups=P-384;
    ecg_policy old.test max_tls=1.2;
    ecg_policy no.test action=reject;
    ecg_policy h1.test http2=off;
    ecg_policy no-sni action=reject;

    server { listen %%PORT%% quic; listen %%PORT%% ssl; server_name x.test;
        return 200 x; }
    server { listen %%PORT%% quic; server_name curve.test;
        ssl_ecdh_curve P-521; ssl_session_tickets off; return 200 x; }
C


sub quic { return quic_client(sni => $_[0]) }


like(quic('x.test'), qr/Cipher is TLS_AES_256_GCM_SHA384/,
    'a name without a policy');
like(quic('a.test'), qr/Cipher is TLS_CHACHA20_POLY1305_SHA256/, 'exact');
like(quic('A.TEST.'), qr/Cipher is TLS_CHACHA20_POLY1305_SHA256/,
    'exact, written otherwise');
like(quic('y.x.b.test'), qr/(?:ECDH, |Negotiated TLS1\.3 group: )secp384r1/,
    'wildcard, after HelloRetryRequest');
like(quic('h1.test'), qr/ALPN protocol: h3/, 'http2=off leaves HTTP/3');
like(quic('curve.test'), qr/(?:ECDH, |Negotiated TLS1\.3 group: )secp521r1/,
    'ssl_ecdh_curve of the server selected');

# s_client does not tell the code of CONNECTION_CLOSE, nginx does

my $refused = qr/Cipher is \(NONE\).*Verify return/s;

for (['old.test', 70], ['no.test', 40], [undef, 40]) {
    my ($name, $alert) = @$_;
    my $before = length $edge->log;
    my $what = defined $name ? $name : 'no SNI';
    my $error = 256 + $alert;
    my ($said, $log);

    # a client that gave up says no more than one that was refused
    for (1 .. 5) {
        $said = quic_client(sni => $name, until => $refused);
        $log = substr $edge->log, $before;
        last if $said !~ $refused || $log =~ /CONNECTION_CLOSE err:$error /;
    }

    like($said, $refused, "$what is refused");
    like($log, qr/CONNECTION_CLOSE err:$error /, "... by alert $alert");
}

like($edge->log, qr/refused: no common version, server name "old\.test"/,
    'logged');
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
