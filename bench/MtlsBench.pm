# What the measurements of client certificates share.

package MtlsBench;

use strict;
use warnings;

use EdgeTest;
use EdgeTest::Pki;
use Exporter 'import';

our @EXPORT = qw($client build pki cpu middle);
our $client = 'build/bench/tls_client';


# build(NAME): bench/NAME.c as build/bench/NAME

sub build {
    my ($name) = @_;

    system('bench/build.sh', $name, "build/bench/$name") == 0
        or die "cannot build bench/$name.c\n";
}


# A CA, a certificate of a server and one of the client alice

sub pki {
    my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");

    $pki->ca('ca', '/CN=Test CA');
    $pki->issue('ca', 'server', '/CN=localhost', use => 'server');
    $pki->issue('ca', 'alice', '/CN=alice');

    return $pki;
}


# CPU time of the one worker in microseconds

sub cpu {
    my ($worker) = $_[0]->workers;
    my ($ns) = split ' ', EdgeTest::slurp("/proc/$worker/schedstat");

    return $ns / 1000;
}


sub middle {
    my @sorted = sort { $a <=> $b } @_;

    return $sorted[ @sorted / 2 ];
}


1;
