# Flushes and event streams, in every coding: what the upstream has sent can be
# read by the client, before the upstream says anything more.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client;
use EdgeTest::Coding qw(codings dictionary wants);
use EdgeTest::Upstream;
use EdgeTest::Zstd qw(frames);
use Test::More;
use Time::HiRes qw(sleep time);

my @sizes = (1, 30, 100, 5000, 2, 200_000, 77);
my @events = map { 'data: ' . dense($_) . "\n\n" } @sizes;
my ($upstream, $order);


# An upstream that sends an event for each byte that it reads from a pipe, so
# that nothing here depends on the clock: a new one for each stream.

sub new_upstream {
    $upstream->stop if $upstream;

    pipe my $orders, $order or die "pipe: $!";
    $order->autoflush(1);

    $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
        handler => sub {
            my ($conn, $request) = @_;
            my ($kind) = $request->{path} =~ m{^/(\w+)};

            close $order;
            $conn->start_chunked('Content-Type: text/event-stream',
                $kind eq 'header' ? 'X-Accel-Buffering: no' : ());

            for my $event (@events) {
                sysread $orders, my $byte, 1 or return 'reset';
                $conn->chunk($event);
            }

            sysread $orders, my $byte, 1;
            $conn->last_chunk;
        });
}


my ($dictionary, @file) = dictionary();

# 30 seconds, as a busy machine may take its time over an event

my $edge = EdgeTest->start(files => {@file}, http => $dictionary . <<'CONF');
    compression on;
    compression_types text/event-stream;
    compression_idle 30s;

    server {
        listen %%PORT%%;
        listen %%PORT2%%%%H2%%;
        proxy_http_version 1.1;
        proxy_read_timeout 2m;

        location / { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location /unbuffered {
            proxy_pass http://127.0.0.1:%%PORT1%%; proxy_buffering off;
        }
        location /tiny {
            proxy_pass http://127.0.0.1:%%PORT1%%; proxy_buffering off;
            compression_buffers 1 1k;
        }
        location /slowest {
            proxy_pass http://127.0.0.1:%%PORT1%%; proxy_buffering off;
            compression_level zstd=15; compression_buffers 2 4k;
        }
        location /plain {
            proxy_pass http://127.0.0.1:%%PORT1%%; proxy_buffering off;
            compression off;
        }
    }
CONF


# next_piece(client): bytes of the body, whatever carries it; undef if late

sub next_piece {
    my ($from) = @_;

    return $from->some if ref $from ne 'GLOB';

    my $bits = '';
    vec($bits, fileno $from, 1) = 1;
    return if !select $bits, undef, undef, 60;

    sysread $from, my $bytes, 65536;
    return $bytes;
}


# receive(client, decoder, size): decoded text until there is enough of it

sub receive {
    my ($from, $decoder, $size, $seen) = @_;
    my $text = '';

    while (length $text < $size) {
        my $piece = next_piece($from);
        last if !defined $piece || $piece eq '';

        $$seen .= $piece if $seen;
        $text .= $decoder ? $decoder->feed($piece) : $piece;
    }

    return $text;
}


sub open_stream {
    my ($path, $coding, @at) = @_;
    my $c = EdgeTest::Client->new(@at);

    new_upstream();
    $c->ask($path, headers => [ wants($coding) ]);
    my $r = $c->head;

    ok($r, 'the header comes before the first event');
    return ($c, $r);
}


sub follow {
    my ($from, $decoder, $seen) = @_;

    for my $n (0 .. $#events) {
        print $order 'e';
        my $text = receive($from, $decoder, length $events[$n], $seen);
        ok($text eq $events[$n], "event $n of $sizes[$n] bytes")
            or return diag(EdgeTest::Check::difference($text, $events[$n]));
    }

    return 1;
}


for (['/plain', 'identity'], ['/slowest', 'zstd'], map { my $coding = $_;
    map { [ $_, $coding ] } qw(/unbuffered /header /tiny) } codings())
{
    my ($path, $coding) = @$_;

    subtest "$path, $coding" => sub {
        my ($c, $r) = open_stream($path, $coding);
        return if !$r;

        my $decoder = $path ne '/plain' ? EdgeTest::Coding->new($coding)
            : undef;
        my $seen = '';

        is($r->coding, $coding, 'coding');

        follow($c, $decoder, \$seen) or return;
        print $order 'e';
        my $rest = $c->body;

        is($decoder ? $decoder->feed($rest) : $rest, '', 'no more text');
        is($c->{end}, 'chunked', 'it ends as it should');
        ok($decoder->ended, 'its content too') if $decoder;

        is(scalar(frames($seen . $rest)), 1, 'one frame')
            if $coding eq 'zstd';
    };
}

subtest 'a silent stream ends its frame and goes on in another' => sub {
    my $idle = EdgeTest->start(http => <<'CONF');
    compression on;
    compression_types text/event-stream;
    compression_idle 300ms;

    server {
        listen %%PORT3%%;
        proxy_http_version 1.1;
        proxy_read_timeout 2m;
        proxy_buffering off;
        location / { proxy_pass http://127.0.0.1:%%PORT1%%; }
    }
CONF
    my ($c, $r) = open_stream('/', 'zstd', port => EdgeTest->port(3));
    return if !$r;

    my $decoder = EdgeTest::Zstd->new;
    my $seen = '';

    for my $n (0 .. $#events) {
        print $order 'e';
        is(receive($c, $decoder, length $events[$n], \$seen), $events[$n],
            "event $n") or return;
        next if $n == $#events;

        my $deadline = time + 60;

        while (!$decoder->between_frames && time < $deadline) {
            my $piece = $c->some;
            last if !length $piece;
            $seen .= $piece;
            is($decoder->feed($piece), '', 'no text in it');
        }

        ok($decoder->between_frames, "the frame after event $n has ended");
    }

    print $order 'e';
    my $rest = $c->body;
    is($decoder->feed($rest), '', 'no more text');
    is($c->{end}, 'chunked', 'it ends as it should');
    ok($decoder->between_frames, 'its last frame too');

    my @frames = frames($seen . $rest);
    cmp_ok(scalar @frames, '>=', scalar @events, 'as many frames as events');
    cmp_ok(scalar @frames, '<', 2 * @events, 'and few more');
    is_deeply([ $idle->complaints ], [], 'nothing to complain of');
    $idle->stop;
};

for my $coding (codings()) {
    subtest "HTTP/2, $coding" => sub {
        plan skip_all => 'curl without HTTP/2' if `curl -V` !~ /\bHTTP2\b/;

        new_upstream();

        my $pid = open my $curl, '-|', qw(curl -sN -m 120
            --http2-prior-knowledge), map({ ('-H', $_) } wants($coding)),
            'http://127.0.0.1:' . EdgeTest->port(2) . '/unbuffered'
            or die "curl: $!";
        my $decoder = EdgeTest::Coding->new($coding);

        follow($curl, $decoder) or return kill 'TERM', $pid;
        print $order 'e';
        is(receive($curl, $decoder, 1), '', 'no more text');
        ok($decoder->ended, 'the content ended');
        ok(close $curl, 'curl is content');
    };
}

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
