# Proxied bodies: how the upstream delimits them, whether nginx buffers
# them, and every size against every shape of buffers.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Upstream;
use Test::More;

use constant BIG => 10 << 20;

# /FRAMING/KIND/SIZE

my %body = (text => \&text, noise => \&noise);
$body{$_}->(BIG) for keys %body;

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my (undef, $framing, $kind, $size) = split m{/}, $request->{path};
        my $text = $body{$kind}->($size);
        my @fields = ('Content-Type: text/html', 'ETag: "abc"');

        return $conn->reply(200, \@fields, $text) if $framing eq 'length';

        if ($framing eq 'close') {
            $conn->send(join "\r\n", 'HTTP/1.0 200 OK', @fields, '', '');
            return $conn->send($text);
        }

        $conn->start_chunked(@fields);
        send_pieces($conn, $text, $size);
        return $conn->last_chunk;
    });


# chunks from one byte up, the same ones in every run

sub send_pieces {
    my ($conn, $text, $seed) = @_;
    my $at = 0;

    srand $seed;

    while ($at < length $text) {
        my $n = 1 + int rand(1 << int rand($seed > 1 << 20 ? 20 : 15));
        $conn->chunk(substr $text, $at, $n);
        $at += $n;
    }
}


my $locations = '';

for my $buffering (qw(on off)) {
    for my $buffers ('default', '1 1k', '2 4k') {
        my $name = $buffers =~ s/ /x/r;

        $locations .= "location /$buffering/$name/ {\n"
            . "proxy_pass http://127.0.0.1:%%PORT1%%/;\n"
            . "proxy_buffering $buffering;\n"
            . ($buffers eq 'default' ? '' : "compression_buffers $buffers;\n")
            . "}\n";
    }
}

my $edge = EdgeTest->start(http => <<"CONF");
    compression on;
    compression_min_length 0;

    server {
        listen %%PORT%%;
        proxy_http_version 1.1;
        $locations

        location /spool/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            proxy_buffers 2 4k;
            proxy_busy_buffers_size 4k;
        }
        location /cache/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            proxy_cache pages;
            proxy_cache_valid 1m;
        }
        location /max/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            compression_max_length 100k;
        }
        location /large/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            proxy_buffers 4 1m;
            proxy_buffer_size 1m;
            proxy_busy_buffers_size 1m;
            compression_buffers 2 512k;
        }
    }

    proxy_cache_path %%ROOT%%/cache keys_zone=pages:1m;
CONF


sub fetch {
    my ($path, %o) = @_;

    return get($path, %o, headers => ['Accept-Encoding: zstd']);
}


for my $buffering (qw(on off)) {
    for my $framing (qw(length chunked close)) {
        subtest "buffering $buffering, upstream $framing" => sub {
            for my $buffers (qw(default 1x1k 2x4k)) {
                for my $size (sizes()) {
                    is_right(fetch("/$buffering/$buffers/$framing/text/$size"),
                        text($size), "$buffers, $size bytes");
                }

                my $where = "/$buffering/$buffers/$framing";

                is_coded(fetch("$where/text/50"), text(50), 'is coded');
                is_coded(fetch("$where/noise/131073"), noise(131073),
                    "$buffers, noise");
                is_coded(fetch("$where/text/" . BIG), text(BIG),
                    "$buffers, 10 MB");
            }
        };
    }
}

for my $where (qw(spool large)) {
    subtest $where => sub {
        for my $framing (qw(length chunked close)) {
            is_coded(fetch("/$where/$framing/$_"), $body{text}->(m{/(\d+)}),
                "$framing $_") for 'text/131073', 'text/' . BIG;
            is_coded(fetch("/$where/$framing/noise/1048576"), noise(1 << 20),
                "$framing, noise");
        }
    };
}

subtest 'a cached response is kept as it came and coded for each' => sub {
    for my $round (1, 2) {
        is_coded(fetch('/cache/chunked/text/131073'), text(131073),
            "round $round, zstd");
        is_plain(get('/cache/chunked/text/131073'), text(131073),
            "round $round, identity");
    }
};

subtest 'longer than compression_max_length' => sub {
    is_plain(fetch('/max/length/text/131073'), text(131073), 'known: plain');
    is_coded(fetch('/max/length/text/32769'), text(32769), 'shorter: coded');

    # its length shows when it is too late to take the coding back
    for my $size (131073, 1 << 20) {
        is_right(fetch("/max/$_/text/$size"), text($size), "$_, $size bytes")
            for qw(chunked close);
        is_right(fetch("/max/chunked/noise/$size"), noise($size), 'noise');
    }
};

subtest 'HTTP/1.0' => sub {
    for my $framing (qw(length chunked close)) {
        for my $buffering (qw(on off)) {
            my $r = fetch("/$buffering/2x4k/$framing/text/131073",
                version => '1.0');

            is_right($r, text(131073), "$framing, buffering $buffering");
            isnt($r->{end}, 'chunked', 'not chunked');
        }
    }
};

subtest 'POST' => sub {
    is_coded(fetch('/on/2x4k/chunked/text/131073', method => 'POST',
        data => 'x' x 100_000), text(131073), 'a body there, a body back');
};

subtest 'HEAD' => sub {
    my $r = fetch('/on/default/length/text/4096', method => 'HEAD');

    is($r->coding, 'zstd', 'Content-Encoding');
    is($r->{end}, 'none', 'no body');
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
