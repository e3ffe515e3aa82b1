#!/usr/bin/perl

# Instructions that nginx and OpenSSL execute for one resumed handshake and its
# request, by valgrind: the same on a busy machine as on a quiet one.  The
# difference of COUNTS connections, over their number.

use strict;
use warnings;

use lib 't/lib', 'bench';
use EdgeTest 'mtls';
use MtlsBench;
use IO::Socket::INET;

$| = 1;

my ($few, $many) = split ' ', $ENV{COUNTS} || '20 120';
my $out = 'build/bench';

build('tls_client');

my $pki = pki();
$pki->list('ca', 'ca.crl', count => 1000);

my $dir = $pki->path('');
my @ours = @EdgeTest::Load;
my @cases = (
    [ 'stock', '' ],
    [ 'partitioned', 'mtls_resumption partitioned;' ],
    [ 'revalidated', 'mtls_resumption revalidated;' ],
    [ 'revalidated, `mtls_crl`',
        "mtls_resumption revalidated; mtls_crl ${dir}ca.crl;" ],
);
my $port = 0;


# Millions of instructions from start to end, with so many connections

sub run {
    my ($case, $version, $connections) = @_;
    local @EdgeTest::Load = $case->[1] ? @ours : ();
    my $at = EdgeTest->port($port++);
    my $edge = EdgeTest->prepare(main => 'master_process off; daemon off;',
        http => <<"    END");
    $case->[1]
    server {
        listen $at ssl;
        server_name localhost;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate ${dir}server.crt;
        ssl_certificate_key ${dir}server.key;
        ssl_client_certificate ${dir}ca.crt;
        ssl_verify_client on;
        ssl_session_cache shared:s:1m;
        location / { return 200 ok; }
    }
    END
    my $pid = fork();

    if (!$pid) {
        open STDOUT, '>', "$out/valgrind.log" or die "valgrind.log: $!";
        open STDERR, '>&', \*STDOUT or die "valgrind.log: $!";
        exec 'valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null',
            $EdgeTest::Binary, '-p', "$edge->{root}/",
            '-c', "$edge->{root}/conf/nginx.conf";
    }

    $edge->wait_for(60, sub { IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $at) }) or die "no nginx\n";

    system("$client $at localhost $version -$connections resume "
        . "${dir}alice.crt ${dir}alice.key >/dev/null") == 0
        or die "$case->[0] failed\n";

    kill 'TERM', $pid;
    waitpid $pid, 0;

    my ($count) = EdgeTest::slurp("$out/valgrind.log") =~ /Collected : (\d+)/
        or die "no count by valgrind\n";

    return $count / 1e6;
}


print "| TLS | resumption | millions of instructions | of stock |\n",
    "| --- | --- | --- | --- |\n";

for my $version ('1.2', '1.3') {
    my $stock;

    for my $case (@cases) {
        my $each = (run($case, $version, $many) - run($case, $version, $few))
            / ($many - $few);

        $stock ||= $each;
        printf "| %s | %s | %.3f | %.3f |\n", $version, $case->[0], $each,
            $each / $stock;
    }
}
