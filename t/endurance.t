# Responses that go on and on: their length must not show in the worker's
# memory.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client;
use EdgeTest::Upstream;
use EdgeTest::Zstd;
use Test::More;
use Time::HiRes qw(sleep);

use constant {
    EVENTS => $ENV{EDGE_SANITIZER} ? 2000 : 6000,
    MEGABYTES => $ENV{EDGE_SANITIZER} ? 40 : 250,
    GROWTH_KB => 400,
};

my $event = 'data: ' . 'x' x 40 . "\n\n";
my $megabyte = text(1 << 20);

pipe my $orders, my $order or die "pipe: $!";
$order->autoflush(1);

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;

        close $order;
        $conn->start_chunked('Content-Type: text/html');

        if ($request->{path} =~ /event/) {
            while (sysread $orders, my $byte, 1) {
                last if $byte ne 'e';
                $conn->chunk($event) or return;
            }

        } else {
            for (1 .. MEGABYTES) { $conn->chunk($megabyte) or return }
        }

        $conn->last_chunk;
    });

my $edge = EdgeTest->start(log_level => 'error', http => <<'CONF');
    compression on;
    compression_level 1;
    compression_idle 50ms;

    server {
        listen %%PORT%%;
        keepalive_timeout 0;
        proxy_http_version 1.1;
        proxy_max_temp_file_size 0;

        location /on/ { proxy_pass http://127.0.0.1:%%PORT1%%/; }
        location /off/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
        }
        location /tiny/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
            compression_buffers 2 1k;
        }
    }
CONF


sub ask {
    my ($path) = @_;
    my $c = EdgeTest::Client->new;

    $c->ask($path, headers => ['Accept-Encoding: zstd']);
    my $r = $c->head or die "no response for $path";
    is($r->coding, 'zstd', 'coded');
    return $c;
}


subtest 'a stream of many events' => sub {
    my ($worker) = $edge->workers;
    my $decoder = EdgeTest::Zstd->new;
    my $c = ask('/off/event');
    my ($bad, $before) = (0);

    for my $n (1 .. EVENTS) {
        my $text = '';

        print $order 'e';

        while (length $text < length $event) {
            my $piece = $c->some;
            last if !defined $piece || $piece eq '';
            $text .= $decoder->feed($piece);
        }

        $bad++ if $text ne $event;
        last if $bad;
        sleep 0.12 if $n % (EVENTS / 20) == 0;
        $before = $edge->rss_kb($worker) if $n == EVENTS / 5;
    }

    is($bad, 0, EVENTS . ' events came, each by itself');
    costs_less($edge->rss_kb($worker) - $before, GROWTH_KB,
        'four fifths of them');
    print $order '.';
    is($decoder->feed($c->body), '', 'and nothing more');
    is($c->{end}, 'chunked', 'it ends');
    ok($decoder->between_frames, 'so does its frame');
};

for my $where (qw(on off tiny)) {
    subtest "a body of many megabytes, $where" => sub {
        my ($worker) = $edge->workers;
        my $decoder = EdgeTest::Zstd->new;
        my $c = ask("/$where/body");
        my ($text, $total, $bad, $before) = ('', 0, 0);

        while (defined(my $piece = $c->some(65536))) {
            last if $piece eq '';
            $text .= $decoder->feed($piece);

            while (length $text >= length $megabyte) {
                $bad++ if substr($text, 0, length $megabyte, '')
                    ne $megabyte;
                $total++;
            }

            $before = $edge->rss_kb($worker)
                if !$before && $total >= MEGABYTES / 4;
        }

        is($total, MEGABYTES, 'all of it came');
        is($bad, 0, 'as it was');
        is($text, '', 'and nothing more');
        is($c->{end}, 'chunked', 'it ends');
        ok($decoder->between_frames, 'so does its frame');
        costs_less($edge->rss_kb($worker) - $before, GROWTH_KB,
            'three quarters of it');
    };
}

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
