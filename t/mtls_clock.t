# The clock is set, by NTP or by hand: revocation lists are read as before.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Clock;
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

use constant DAY => 86400;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');
my $clock = EdgeTest::Clock->new($dir);
my %dates = (start => -30 * DAY, end => 30 * DAY);

$pki->ca('ca', '/CN=Test CA', %dates);
$pki->issue('ca', 'server', '/CN=localhost', use => 'server', %dates);
$pki->issue('ca', 'alice', '/CN=alice', %dates);


# revoke(names): a list with these

my $number = 0;

sub revoke {
    $pki->list('ca', 'ca.crl', this => -30 * DAY, next => 30 * DAY,
        number => ++$number, entries => [ map { [ $pki->serial($_) ] } @_ ]);
}


revoke();

my $edge = EdgeTest->start(env => { $clock->env }, http => <<"    END");
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    ssl_verify_client on;
    mtls_crl ${dir}ca.crl;
    mtls_crl_check 1s;
    server { listen %%PORT%% ssl; location / { return 200 x; } }
    END


sub status {
    return EdgeTest::TlsClient::get(port => EdgeTest->port,
        cert => "${dir}alice.crt", key => "${dir}alice.key",
        patience => 60)->{status} || 'none';
}


sub loaded { return scalar(() = $edge->log =~ /revocation lists loaded/g) }


is(status(), 200, 'not revoked');

for ([ -1, 'a day back' ], [ 0, 'right again' ], [ 1, 'a day ahead' ],
    [ 0, 'right again' ])
{
    my ($days, $what) = @$_;
    my $before = loaded();

    $clock->set($days * DAY);
    revoke($number % 2 ? 'alice' : ());
    ok($edge->wait_for(60, sub { loaded() > $before }),
        "the clock is $what: the list is read");
    is(status(), $number % 2 ? 200 : 400, '... and holds');
}

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
