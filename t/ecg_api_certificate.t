# ecg_api: ssl_verify_client lets remote clients write, if the certificate was
# verified for the server of the API.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca($_, "/CN=$_") for 'admins', 'partners';
$pki->issue('admins', 'server', '/CN=localhost', use => 'server');
$pki->issue('admins', 'alice', '/CN=alice');
$pki->issue('partners', 'mallory', '/CN=mallory');

my $edge = EdgeTest->start(http => <<"C");
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_verify_client on;
    ecg_store ${dir}policy.db map_size=1m;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;

    server { listen %%PORT%% ssl; server_name partners.test;
        ssl_client_certificate ${dir}partners.crt; return 200 partners; }
    server { listen %%PORT%% ssl; server_name api.test;
        ssl_client_certificate ${dir}admins.crt;
        location /edge { ecg_api write; } }
C


# removes what is not there: 404 if that is allowed

sub writes {
    my ($who, %o) = @_;
    my $client = EdgeTest::TlsClient->open(port => EdgeTest->port, %o,
        cert => "${dir}$who.crt", key => "${dir}$who.key");
    my $answer = '';

    Net::SSLeay::write($client->{ssl},
        "DELETE /edge/hostnames/settings/min_tls/x.test HTTP/1.1\r\n"
        . "Host: api.test\r\nX-Real-IP: 203.0.113.9\r\n"
        . "Connection: close\r\n\r\n");

    while (my $read = Net::SSLeay::read($client->{ssl})) {
        $answer .= $read;
    }

    return $answer =~ m{^HTTP/1\.1 (\d+)} ? $1 : 'nothing';
}


is(writes('alice', sni => 'api.test'), 404, 'of the authority of the API');
is(writes('mallory', sni => 'api.test'), 400, 'of another');
is(writes('mallory', sni => 'partners.test'), 421, 'verified for another');
is(writes('mallory'), 403, 'the same without SNI');

is(join('', $edge->complaints), '', 'no complaints');

done_testing();
