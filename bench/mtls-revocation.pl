#!/usr/bin/perl

# Revocation lists of so many entries (BENCH_ENTRIES, one million and ten): time
# to load, memory, time of a lookup; then full handshakes a second and CPU time
# of each, without a list, with each list in mtls_crl, and with the shorter ones
# (BENCH_STOCK) in ssl_crl, in turn; and what nginx takes to start.

use strict;
use warnings;

use lib 't/lib', 'bench';
use EdgeTest 'mtls';
use MtlsBench;

use Time::HiRes qw(time);

my @counts = split ' ', $ENV{BENCH_ENTRIES} || '1000000 10000000';
my @stock = split ' ', $ENV{BENCH_STOCK} || '100000 1000000';
my $seconds = $ENV{SECONDS_EACH} || 0.5;
my $rounds = $ENV{ROUNDS} || 9;
my $out = 'build/bench';

build('tls_client');
build('revocation');

my $pki = pki();
my $dir = $pki->path('');

print "| entries | to load | bytes an entry | lookup of a revoked one | of another |\n",
    "| --- | --- | --- | --- | --- |\n";

for my $count (@counts) {
    $pki->list('ca', "$count.crl", count => $count);
    my %of = map { split ' ' } `$out/revocation ${dir}ca.crt $dir$count.crl`;

    die "no index of $count\n" if $?;
    printf "| %d | %d ms | %.1f | %d ns | %d ns |\n", $count,
        @of{qw(load memory revoked others)};
}

for (@stock) {
    $pki->list('ca', "stock-$_.crl", count => $_, pem => 1);
}


my @ours = @EdgeTest::Load;
my @cases = ([ 'no list', 1, '' ],
    (map { [ "`mtls_crl`, $_", 1, "mtls_crl $dir$_.crl;" ] } @counts),
    [ 'stock, no list', 0, '' ],
    (map { [ "stock, `ssl_crl`, $_", 0, "ssl_crl ${dir}stock-$_.crl;" ] }
        @stock));


# Memory in MB of all processes, what is shared counted once

sub memory {
    my ($edge) = @_;
    my $kb = 0;

    for my $pid ($edge->{pid}, $edge->workers) {
        $kb += $1 if EdgeTest::slurp("/proc/$pid/smaps_rollup")
            =~ /^Pss:\s+(\d+)/m;
    }

    return $kb / 1024;
}


for my $i (0 .. $#cases) {
    my ($name, $with, $crl) = @{ $cases[$i] };
    local @EdgeTest::Load = $with ? @ours : ();
    my $start = time;

    my $edge = EdgeTest->start(http => <<"    END");
    ssl_session_cache off;
    $crl
    server {
        listen %%PORT$i%% ssl;
        server_name localhost;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate ${dir}server.crt;
        ssl_certificate_key ${dir}server.key;
        ssl_client_certificate ${dir}ca.crt;
        ssl_verify_client on;
        location / { return 200 ok; }
    }
    END

    push @{ $cases[$i] }, $edge, [], time - $start;
}


for my $round (0 .. $rounds - 1) {
    for my $i (0 .. $#cases) {
        my ($edge, $runs) = @{ $cases[$i] }[3, 4];
        my $before = cpu($edge);
        my @r = split ' ', `$client @{[ EdgeTest->port($i) ]} localhost 1.3 $seconds full ${dir}alice.crt ${dir}alice.key`;

        die "$cases[$i][0] failed\n" if @r != 3;
        $runs->[$round] = [ $r[2], (cpu($edge) - $before) / $r[0] ];
    }
}

print "\n| full handshakes | per second | CPU, us | rate, of none | CPU, of none "
    . "| to start | memory |\n| --- | --- | --- | --- | --- | --- | --- |\n";

my %none;

for my $case (@cases) {
    my ($name, $with, undef, $edge, $runs, $start) = @$case;

    $none{$with} ||= $runs;

    my @of_none = map { my $what = $_; middle(map {
        $runs->[$_][$what] / $none{$with}[$_][$what] } 0 .. $rounds - 1) } 0, 1;

    printf "| %s | %.0f | %.0f | %.3f | %.3f | %.1f s | %.0f MB |\n", $name,
        middle(map { $_->[0] } @$runs), middle(map { $_->[1] } @$runs),
        @of_none, $start, memory($edge);
}

unlink glob "$dir*.crl";
