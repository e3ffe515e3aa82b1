package Soak::Traffic::Malformed;

# What no client should send: ClientHellos with bytes changed, cut, or put in,
# requests likewise. They may be answered by anything but an error of the
# server.

use strict;
use warnings;

use EdgeTest::Hello;
use Soak::Request;
use Soak::Wire;

use constant { PROCESSES => 2, WAIT => 2 };

my @requests = (
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: e\r\nAccept-Encoding: " . ';q=,' x 3000
        . "\r\n\r\n",
    "GET /3000.html HTTP/1.1\r\nHost: e\r\nAccept-Encoding: zstd;q=1.0000001,"
        . "\x01br;;q, gzip;q=-1\r\n\r\n",
    "GET /3000.html HTTP/1.1\r\nHost: e\r\nCf_Cert-Verified: true\r\n"
        . "Client-Cert: :AAAA\r\nConnection: close\r\n\r\n",
    "GET /dictionary/page.js HTTP/1.1\r\nHost: e\r\nAvailable-Dictionary: :"
        . 'A' x 400 . ":\r\nDictionary-ID: \"\xff\r\n\r\n",
    "POST /up/0/10/length HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n"
        . "\r\nfffffffffffffffffff\r\n",
    "PUT /edge/hostnames/settings/min_tls/x.test HTTP/1.1\r\nHost: e\r\n"
        . "Content-Length: 9\r\n\r\n{\"value\":",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\xff\x04\0\0\0\0\0",
);


# mutated(bytes): a few of them changed, left out, or put in

sub mutated {
    my ($bytes) = @_;

    for (1 .. 1 + int rand 4) {
        my $at = int rand length $bytes;
        my $what = int rand 4;

        substr($bytes, $at, 1) = chr int rand 256 if $what < 2;
        substr($bytes, $at, int rand 20) = '' if $what == 2;
        substr($bytes, $at, 0) = chr(int rand 256) x int rand 300
            if $what == 3;
        $bytes .= "\0" if $bytes eq '';
    }

    return $bytes;
}


sub converse {
    my ($class, $site) = @_;
    my ($edge, $is_tls) = (int rand 2, rand() < 0.5);
    my $bytes = $is_tls ? hello_bytes(
        sni => any('localhost', 'strict.test', 'a' x 255, "x\0y"),
        versions => any([ '1.2' ], [ '1.3', '1.2' ])) : any(@requests);
    my $port = $is_tls ? $site->tls_port($edge) : $site->plain_port($edge);
    my $c = connect_to($port, timeout => WAIT) or return;
    my %line = (start => now(), edge => $edge,
        kind => $is_tls ? 'malformed hello' : 'malformed request',
        port => $c->{socket}->sockport, outcome => 'left');

    $c->send(rand() < 0.8 ? mutated($bytes) : $bytes);
    $c->fill;

    # other errors of 5xx are those of the client, or of the origin
    @line{qw(outcome detail)} = ('wrong', "status $1 for $bytes")
        if !$is_tls && $c->{buffer} =~ m{^HTTP/\S+ (500|503)};

    report(%line);
    $c->close;
}


1;
