# nginx starts while what fetches revocation lists puts new ones in their place,
# as when a machine boots.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Pki;
use EdgeTest::Swap;
use EdgeTest::TlsClient;
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');
my $swap = EdgeTest::Swap->new($dir, "${dir}ca.crl");

$pki->ca('ca', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/CN=alice');

my %server = (env => { $swap->env }, http => <<"    END");
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    ssl_verify_client on;
    mtls_crl ${dir}ca.crl;
    server { listen %%PORT%% ssl; location / { return 200 x; } }
    END


# lists(many): one, and those that take its place one after the other; all but
# the first revoke alice

sub lists {
    my ($many) = @_;

    unlink glob "${dir}ca.crl.*";

    for my $n (0 .. $many) {
        $pki->list('ca', $n ? "ca.crl.$n" : 'ca.crl', number => 1 + $n,
            entries => [ map { [ $pki->serial('alice') ] } 1 .. !!$n ]);
    }
}


sub status {
    return EdgeTest::TlsClient::get(port => EdgeTest->port,
        cert => "${dir}alice.crt", key => "${dir}alice.key")->{status};
}


lists(2);

my $edge = EdgeTest->start(%server);

is(() = $edge->log =~ /revocation lists changed while they were loaded/g, 2,
    'a list is replaced while nginx starts, and once more');
is(status(), 400, 'the last one holds');
$edge->stop;

lists(20);

$edge = EdgeTest->prepare(%server);

my ($code, $said) = $edge->run_nginx;

isnt($code, 0, 'a list is replaced each time: nginx does not start');
like($said, qr/\[emerg\].*revocation lists are replaced faster than they can/,
    'and says why');
ok(-e "${dir}ca.crl.15", 'it does not try for ever');

done_testing();
