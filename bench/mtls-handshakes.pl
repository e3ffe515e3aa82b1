#!/usr/bin/perl

# Handshakes a second with client certificates: full, and resumed, by stock
# nginx and with each mode of mtls_resumption; in turn, so that all see the
# same machine, and the CPU time of nginx for each, which neighbours on the
# machine disturb less.  SECONDS_EACH for each run, ROUNDS of all of them;
# ratios are medians of those within a round.

use strict;
use warnings;

use lib 't/lib', 'bench';
use EdgeTest 'mtls';
use MtlsBench;

my $seconds = $ENV{SECONDS_EACH} || 0.5;
my $rounds = $ENV{ROUNDS} || 9;

build('tls_client');

my $pki = pki();

my $dir = $pki->path('');
my @ours = @EdgeTest::Load;
my @modes = qw(stock off partitioned revalidated);
my (%port, %rate, %edge);

for my $i (0 .. $#modes) {
    local @EdgeTest::Load = $i ? @ours : ();

    $port{ $modes[$i] } = EdgeTest->port($i);
    $edge{ $modes[$i] } = EdgeTest->start(http => <<"    END");
    server {
        listen %%PORT$i%% ssl;
        server_name localhost;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate ${dir}server.crt;
        ssl_certificate_key ${dir}server.key;
        ssl_client_certificate ${dir}ca.crt;
        ssl_verify_client on;
        ssl_session_cache shared:s:1m;
        @{[ $i ? "mtls_resumption $modes[$i];" : '' ]}
        location / { return 200 ok; }
    }
    END
}


sub run {
    my ($mode, $version, $how) = @_;
    my $before = cpu($edge{$mode});
    my @r = split ' ', `$client $port{$mode} localhost $version $seconds $how ${dir}alice.crt ${dir}alice.key`;

    die "$mode $version $how failed\n" if @r != 3;
    return (@r, (cpu($edge{$mode}) - $before) / $r[0]);
}


my @runs;

for my $version ('1.2', '1.3') {
    push @runs, map { [ $_, $version, 'full' ] } @modes;
    push @runs, map { [ $_, $version, 'resume' ] } @modes;
}

for (1 .. $rounds) {
    for my $run (@runs) {
        my ($count, $resumed, $rate, $cpu) = run(@$run);

        push @{ $rate{"@$run"} }, [ $rate, $resumed / $count, $cpu ];
    }
}

# Against stock in the same round: the machine's moods come and go

sub of_stock {
    my ($mode, $rest, $what) = @_;
    my ($ours, $stock) = map { $rate{"$_ $rest"} } $mode, 'stock';

    return middle(map { $ours->[$_][$what] / $stock->[$_][$what] }
        0 .. $#$ours);
}


print "| TLS | handshake | mode | per second | resumed | CPU, us "
    . "| rate, of stock | CPU, of stock |\n",
    "| --- | --- | --- | --- | --- | --- | --- | --- |\n";

for my $run (@runs) {
    my ($mode, $version, $how) = @$run;
    my ($rate, $resumed, $cpu) = map { my $what = $_;
        middle(map { $_->[$what] } @{ $rate{"@$run"} }) } 0 .. 2;

    printf "| %s | %s | %s | %.0f | %.0f %% | %.0f | %.2f | %.2f |\n",
        $version, $how, $mode, $rate, 100 * $resumed, $cpu,
        of_stock($mode, "$version $how", 0), of_stock($mode, "$version $how", 2);
}
