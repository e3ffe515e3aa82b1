#!/usr/bin/perl

# Do other requests wait while revocation lists are loaded and swapped?  One
# request each millisecond on a connection of its own, one worker; again and
# again a list of BENCH_ENTRIES is replaced while it serves.  The percentiles are of
# requests while nothing is loaded, and of those from the replacement of the
# file until the memory of the old index was given back.

use strict;
use warnings;

use lib 't/lib', 'bench';
use EdgeTest 'mtls';
use MtlsBench;
use Time::HiRes qw(sleep time);

my @counts = split ' ', $ENV{BENCH_ENTRIES} || '1000000 10000000';
my $loads = $ENV{LOADS} || 4;

build('tls_client');

my $pki = pki();
my $dir = $pki->path('');


sub percentile {
    my ($times, $share) = @_;

    return $times->[ $share * $#$times ] / 1000;
}


sub loaded { return scalar(() = $_[0]->log =~ /revocation lists loaded/g) }


# Times from replacing the file to the loaded index, and a bit

sub load {
    my ($edge, $from) = @_;
    my $before = loaded($edge);

    # a list is read when it is another file, so a link will do
    link $from, "${dir}new.crl" or die "link: $!";
    rename "${dir}new.crl", "${dir}now.crl" or die "rename: $!";

    my $start = time;
    $edge->wait_for(100, sub { loaded($edge) > $before })
        or die "not loaded\n";
    my $took = time - $start;
    sleep 0.3 + $took / 10;

    return [ $start, time, $took ];
}


print "| entries | requests | load | p50 | p99 | p99.9 | longest |\n",
    "| --- | --- | --- | --- | --- | --- | --- |\n";

my $i = 0;

for my $count (@counts) {
    $pki->list('ca', "$_.crl", count => $count + $_) for 0, 1;
    link "${dir}0.crl", "${dir}now.crl" or die "link: $!";

    my $edge = EdgeTest->start(http => <<"    END");
    mtls_crl ${dir}now.crl;
    mtls_crl_check 1s;
    server {
        listen %%PORT$i%% ssl;
        server_name localhost;
        ssl_protocols TLSv1.2 TLSv1.3;
        keepalive_requests 1000000;
        ssl_certificate ${dir}server.crt;
        ssl_certificate_key ${dir}server.key;
        ssl_client_certificate ${dir}ca.crt;
        ssl_verify_client on;
        location / { return 200 ok; }
    }
    END

    my $out = "$EdgeTest::ServRoot/steady-$$";
    my $port = EdgeTest->port($i++);
    my $pid = fork();

    if (!$pid) {
        open STDOUT, '>', $out or die "$out: $!";
        exec $client, $port, 'localhost', '1.3', 3600, 'steady',
            "${dir}alice.crt", "${dir}alice.key";
    }

    my @loads;

    for my $n (1 .. $loads) {
        sleep 2;
        push @loads, load($edge, "$dir@{[ $n % 2 ]}.crl");
    }

    sleep 1;
    kill 'TERM', $pid;
    waitpid $pid, 0;

    my %times;

    for (split /\n/, EdgeTest::slurp($out)) {
        my ($due, $took) = /^(\d+\.\d+) (\d+)$/ or next;
        my $during = grep { $due >= $_->[0] && $due <= $_->[1] } @loads;

        push @{ $times{ $during ? 'during' : 'quiet' } }, $took;
    }

    my @took = sort { $a <=> $b } map { $_->[2] } @loads;

    for my $when ('quiet', 'during') {
        my @sorted = sort { $a <=> $b } @{ $times{$when} };

        printf "| %d | %d %s | %s | %s ms |\n", $count, scalar @sorted, $when,
            $when eq 'during' ? sprintf('%.1f s', $took[ @took / 2 ]) : '',
            join ' ms | ', map { sprintf '%.2f', percentile(\@sorted, $_) }
            0.5, 0.99, 0.999, 1;
    }

    $edge->stop;
    unlink map { "$dir$_" } qw(0.crl 1.crl now.crl);
    unlink $out;
}
