#!/usr/bin/perl

# What headers of the client's identity cost a request: CPU time of the worker
# for requests on one connection, with each set of mtls_headers, without any,
# and by stock nginx; in turn.  SECONDS_EACH for each run, ROUNDS of all.

use strict;
use warnings;

use lib 't/lib', 'bench';
use EdgeTest 'mtls';
use EdgeTest::Pki;
use MtlsBench;

my $seconds = $ENV{SECONDS_EACH} || 0.5;
my $rounds = $ENV{ROUNDS} || 15;

build('tls_client');

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");

$pki->ca('ca', '/C=UK/ST=London/O=Test/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/C=UK/ST=London/O=Test, Ltd/CN=alice',
    ext => "subjectAltName=DNS:alice.example,URI:spiffe://test/alice\n");
$pki->list('ca', 'ca.crl', count => 1000);

my $dir = $pki->path('');
my @ours = @EdgeTest::Load;
my $crl = "mtls_crl ${dir}ca.crl;";
my @cases = (
    [ 'stock nginx', 0, '' ],
    [ 'no headers: stripping only', 1, '' ],
    [ '`cf`', 1, 'mtls_headers cf;' ],
    [ '`cf`, with `mtls_crl`', 1, "mtls_headers cf; $crl" ],
    [ '`cf rfc9440 xfcc san`, with `mtls_crl`', 1,
        "mtls_headers cf rfc9440 xfcc san; $crl" ],
);

for my $i (0 .. $#cases) {
    my $case = $cases[$i];
    local @EdgeTest::Load = $case->[1] ? @ours : ();

    $case->[3] = EdgeTest->start(http => <<"    END");
    $case->[2]
    server {
        listen %%PORT$i%% ssl;
        server_name localhost;
        ssl_protocols TLSv1.3;
        keepalive_requests 100000000;
        ssl_certificate ${dir}server.crt;
        ssl_certificate_key ${dir}server.key;
        ssl_client_certificate ${dir}ca.crt;
        ssl_verify_client on;
        location / { return 200 ok; }
    }
    END
}


my @took;

for my $round (0 .. $rounds - 1) {
    for my $i (0 .. $#cases) {
        my $edge = $cases[$i][3];
        my $port = EdgeTest->port($i);
        my $before = cpu($edge);
        my ($count) = split ' ', `$client $port localhost 1.3 $seconds requests ${dir}alice.crt ${dir}alice.key`;

        die "$cases[$i][0] failed\n" if !$count;
        $took[$i][$round] = (cpu($edge) - $before) / $count;
    }
}

print "| `mtls_headers` | CPU of a request, us | more than stock, us |\n",
    "| --- | --- | --- |\n";

for my $i (0 .. $#cases) {
    printf "| %s | %.1f | %s |\n", $cases[$i][0], middle(@{ $took[$i] }),
        $i ? sprintf '%.1f', middle(map { $took[$i][$_] - $took[0][$_] }
            0 .. $rounds - 1) : '';
}
