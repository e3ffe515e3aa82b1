# One contract over every coding: whatever carries a body, its bytes come out
# as they went in, flushed ones at once, and nobody keeps an encoder for a
# client or an upstream that stalls.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(decode);
use EdgeTest::Upstream;
use Test::More;
use Time::HiRes qw(sleep);

use constant BIG => 6 << 20;

my @codings = qw(zstd br gzip);
my %body = (text => \&text, noise => \&noise);
my @sizes = (1, 50, 1025, 4096, 16385, 131072, 131073, 1 << 20);
my %files;

for my $kind (keys %body) {
    $files{"html/$kind-$_.html"} = $body{$kind}->($_) for @sizes, BIG;
}

my @events = map { 'data: ' . dense($_) . "\n\n" } 1, 100, 5000, 2, 90_000, 9;
my $dense = dense(BIG);

# The upstream goes on when the client has read what there is.

my $mark = "$EdgeTest::ServRoot/codings-read-$$";

sub has_read {
    open my $out, '>', $mark or die "$mark: $!\n";
    print $out $_[0];
}

END { unlink $mark }


sub wait_until_read {
    my ($n) = @_;

    for (1 .. 2500) {
        return 1 if EdgeTest::slurp($mark) eq $n;
        sleep 0.02;
    }

    return;
}


my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($what, $size) = $request->{path} =~ m{^/(\w+)/?(\d*)};

        $conn->start_chunked('Content-Type: text/html', 'ETag: "v1"');

        if ($what eq 'events') {
            for my $n (0 .. $#events) {
                $conn->chunk($events[$n]) or return;
                $conn->pause(0.7);
                wait_until_read($n) or return;
            }

        } else {
            for (my $at = 0; $at < $size; $at += 9000) {
                $conn->chunk(substr $dense, $at, $at + 9000 > $size
                    ? $size - $at : 9000) or return;
            }
        }

        $conn->last_chunk;
    });

my $edge = EdgeTest->start(files => \%files, http => <<'CONF');
    compression zstd br gzip;
    compression_min_length 0;
    compression_idle 200ms;
    proxy_http_version 1.1;
    gzip on;
    gzip_min_length 0;

    server {
        listen %%PORT%% sndbuf=32k;
        listen %%PORT2%%%%H2%%;
        root %%HTML%%;

        location /default/ { alias %%HTML%%/; }
        location /tiny/ { alias %%HTML%%/; compression_buffers 1 1k; }
        location /small/ { alias %%HTML%%/; compression_buffers 2 4k; }
        location /lowest/ {
            alias %%HTML%%/; compression_level zstd=1 br=0 gzip=1;
        }
        location /highest/ {
            alias %%HTML%%/; compression_level zstd=15 br=9 gzip=9;
        }
        location /window/ { alias %%HTML%%/; compression_window 1k; }
        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location /up/events {
            proxy_pass http://127.0.0.1:%%PORT1%%/events;
            proxy_buffering off;
        }
        location /unbuffered/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/up/; proxy_buffering off;
            compression_buffers 2 2k;
        }
        location /lowest-events {
            proxy_pass http://127.0.0.1:%%PORT1%%/events;
            proxy_buffering off; compression_level br=0;
        }
        location /max/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/up/;
            compression_max_length 300k;
        }
        location = /ratio { return 200 "ok"; }
    }
CONF


sub whole {
    my ($r, $coding, $text, $name) = @_;
    my ($got, $error) = $r->coding eq $coding ? decode($coding, $r->{body})
        : ('', "coding " . $r->coding);

    $error ||= "end: $r->{end}" if $r->{end} =~ /^(?:cut|timeout)$/;
    $error ||= EdgeTest::Check::difference($got, $text) if $got ne $text;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(!$error, $name) or diag($error);
}


for my $coding (@codings) {
    my $accept = ["Accept-Encoding: $coding"];

    for my $where (qw(default tiny small lowest window)) {
        subtest "$coding: files, $where" => sub {
            for my $kind (sort keys %body) {
                for my $size (@sizes, BIG) {
                    whole(get("/$where/$kind-$size.html",
                        headers => $accept), $coding, $body{$kind}->($size),
                        "$kind, $size bytes");
                }
            }
        };
    }

    subtest "$coding: the highest levels" => sub {
        whole(get("/highest/text-$_.html", headers => $accept), $coding,
            text($_), "$_ bytes") for 1, 16385, 131073, 1 << 20;
    };

    subtest "$coding: proxied, of unknown length" => sub {
        for my $size (0, 1, 8999, 131072, 131073, 500_000, BIG) {
            for my $where (qw(up unbuffered max)) {
                whole(get("/$where/$size", headers => $accept), $coding,
                    substr($dense, 0, $size), "/$where/$size");
            }
        }
    };

    subtest "$coding: HTTP/1.0" => sub {
        whole(get('/up/500000', headers => $accept, version => '1.0'),
            $coding, substr($dense, 0, 500_000), 'whole');
    };

    subtest "$coding: the header" => sub {
        my $r = get('/up/5000', headers => $accept);
        my $head = get('/default/text-4096.html', headers => $accept,
            method => 'HEAD');

        is($r->line('Content-Encoding'), $coding, 'Content-Encoding');
        is($r->line('Vary'), 'Accept-Encoding', 'Vary');
        is($r->line('ETag'), 'W/"v1"', 'a weak ETag');
        is($r->line('Content-Length'), undef, 'no length');
        is($head->line('Content-Encoding'), $coding, 'the same for HEAD');
        is($head->{end}, 'none', 'without a body');
    };

    subtest "$coding: all that was flushed is there, at once" => sub {
        for my $path ('/up/events', '/lowest-events') {
            my $c = EdgeTest::Client->new;
            my $d = EdgeTest::Coding->new($coding);

            has_read('nothing');
            $c->ask($path, headers => $accept);
            is($c->head->coding, $coding, "coding of $path");

            for my $n (0 .. $#events) {
                my $text = '';

                while (length $text < length $events[$n]) {
                    my $piece = $c->some;
                    last if !defined $piece || $piece eq '';
                    $text .= $d->feed($piece);
                }

                ok($text eq $events[$n], "event $n, while no other follows")
                    or return;
                has_read($n);
            }

            is($d->feed($c->body), '', 'no more text');
            ok($d->ended, 'it ends as it should') or diag($d->{error});
        }
    };

    subtest "$coding: a client that stops and goes on" => sub {
        my $c = EdgeTest::Client->new(rcvbuf => 4096);
        my $d = EdgeTest::Coding->new($coding);

        $c->ask('/up/' . BIG, headers => $accept);
        is($c->head->coding, $coding, 'coding');
        sleep 1.2;

        my $text = '';

        while (defined(my $piece = $c->some)) {
            last if $piece eq '';
            $text .= $d->feed($piece);
        }

        ok($text eq $dense, 'all of it') or diag(length $text);
        ok($d->ended, 'to its end') or diag($d->{error});
    };
}

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
