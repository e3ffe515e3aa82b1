package Soak::Origin;

# The server behind the edges, whose bodies every client knows.
#
#   /up/KIND/SIZE/FRAMING    KIND 0 to 2: text, letters, noise; length,
#                            chunked or close
#   /events/N                N events, 100 ms apart

use strict;
use warnings;

use EdgeTest::Check;
use EdgeTest::Upstream;
use Exporter 'import';

our @EXPORT = qw(body_of event some_path start_origin);

my $most = 1 << 20;
my @bodies = (text($most), dense($most), noise($most));


sub any { return $_[ rand @_ ] }

sub body_of { return substr $bodies[ $_[0] ], 0, $_[1] }

sub event { return "id: $_[0]\ndata: " . 'e' x (20 + $_[0] % 50) . "\n\n" }


# a path below "/up" or "/raw", where proxies do not buffer, and its body

sub some_path {
    my ($largest) = @_;
    my $kind = int rand 3;
    my $size = int 2 ** rand any(8, 13, 16, $largest);
    my $framing = any(qw(length chunked close));

    return (any('/up', '/raw') . "/$kind/$size/$framing",
        body_of($kind, $size));
}


sub start_origin {
    my ($port, $life) = @_;

    return EdgeTest::Upstream->start(port => $port, life => $life,
        handler => sub {
            my ($conn, $request) = @_;

            srand;
            my (undef, $what, @rest) = split m{/}, $request->{path};

            # malformed requests may get through
            return $what eq 'events' ? events($conn, @rest)
                : "@rest" =~ /^[012] \d{1,7} [a-z]+$/ ? body($conn, @rest)
                : $conn->reply(404, [], '');
        });
}


sub body {
    my ($conn, $kind, $size, $framing) = @_;
    my $left = body_of($kind, $size);
    my $piece = any(700, 5000, 70_000);
    my $fields = $framing eq 'length' ? "Content-Length: $size\r\n"
        : $framing eq 'chunked' ? "Transfer-Encoding: chunked\r\n" : '';

    $piece = 5000 if $size > 700 * 500;
    $conn->send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n$fields\r\n")
        or return;

    while (length $left) {
        my $now = substr $left, 0, 1 + int rand $piece, '';

        ($framing eq 'chunked' ? $conn->chunk($now) : $conn->send($now))
            or return;
        $conn->pause(rand 0.1) if rand() < 0.01;
    }

    $conn->last_chunk if $framing eq 'chunked';
    return;
}


sub events {
    my ($conn, $count) = @_;

    $conn->start_chunked('Content-Type: text/event-stream');

    for my $n (1 .. $count) {
        $conn->chunk(event($n)) or return;
        $conn->pause(0.1);
    }

    $conn->last_chunk;
    return;
}


1;
