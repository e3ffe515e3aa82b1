#!/usr/bin/perl

# Revocation lists of COUNTS entries: time to load, memory, time of a lookup;
# full handshakes a second and CPU time of each, without a list, with each list
# in mtls_crl, and with the shorter ones (up to STOCK entries) in ssl_crl.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Pki;

my @counts = split ' ', $ENV{COUNTS} || '100000 1000000 10000000';
my $stock = $ENV{STOCK} || 100_000;
my $seconds = $ENV{SECONDS_EACH} || 3;
my $rounds = $ENV{ROUNDS} || 3;
my $out = 'build/bench';

mkdir $out;

my $engine = join ' ', map { "mtls/edge_$_.c" } qw(revocation_build
    revocation_files revocation_lists revocation_issuer revocation_index crl
    crl_extensions crl_file crl_signature der);

for ([ 'tls_client', '-lssl' ], [ 'revocation', "-Imtls $engine" ]) {
    my ($name, $more) = @$_;
    system("cc -O2 -Wall -Wextra -o $out/$name bench/$name.c $more -lssl "
        . '-lcrypto') == 0 or die "cannot build $name\n";
}

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/CN=alice');

for (@counts) {
    $pki->list('ca', "$_.crl", count => $_, pem => $_ <= $stock);
    print `$out/revocation ${dir}ca.crt $dir$_.crl`, "\n";
}


my @ours = @EdgeTest::Load;
my @cases = ([ 'no list', 1, '' ],
    (map { [ "mtls_crl $_", 1, "mtls_crl $dir$_.crl;" ] } @counts),
    [ 'stock, no list', 0, '' ],
    (map { [ "ssl_crl $_", 0, "ssl_crl $dir$_.crl;" ] }
        grep { $_ <= $stock } @counts));

for my $i (0 .. $#cases) {
    my ($name, $with, $crl) = @{ $cases[$i] };
    local @EdgeTest::Load = $with ? @ours : ();

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

    $cases[$i][3] = $edge;
    $cases[$i][4] = [];
}


sub cpu {
    my ($worker) = $_[0]->workers;
    my @stat = split ' ', EdgeTest::slurp("/proc/$worker/stat") =~ s/.*\)//r;

    return ($stat[11] + $stat[12]) * 1e6 / 100;
}


for (1 .. $rounds) {
    for my $i (0 .. $#cases) {
        my ($edge, $runs) = @{ $cases[$i] }[3, 4];
        my $before = cpu($edge);
        my @r = split ' ', `$out/tls_client @{[ EdgeTest->port($i) ]} localhost 1.3 $seconds full ${dir}alice.crt ${dir}alice.key`;

        die "$cases[$i][0] failed\n" if @r != 3;
        push @$runs, [ $r[2], (cpu($edge) - $before) / $r[0] ];
    }
}

printf "%-20s %12s %12s %8s\n", 'full handshakes', 'median/s', 'us of CPU',
    'of none';

my %none;

for my $case (@cases) {
    my ($name, $with, undef, undef, $runs) = @$case;
    my ($rate, $cpu) = map { my $w = $_; (sort { $a <=> $b }
        map { $_->[$w] } @$runs)[ @$runs / 2 ] } 0, 1;

    $none{$with} ||= $cpu;
    printf "%-20s %12.0f %12.0f %8.3f\n", $name, $rate, $cpu,
        $none{$with} / $cpu;
}
