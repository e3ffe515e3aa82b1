# HTTP/2, HTTP/3 and TLS, and the flow control of HTTP/2 as a slow reader, in
# every coding.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Coding qw(codings decode dictionary wants wants_options);
use EdgeTest::Http3;
use EdgeTest::Upstream;
use Test::More;

my @sizes = (sizes(), 10 << 20);
my ($dictionary, @file) = dictionary();

plan skip_all => 'curl without HTTP/2' if `curl -V` !~ /\bHTTP2\b/;

my $http3 = EdgeTest::Http3::is_there();

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($size) = $request->{path} =~ m{(\d+)};
        my $text = text($size);

        $conn->start_chunked('Content-Type: text/html', 'ETag: "abc"');
        $conn->chunk(substr $text, 0, 20_000, '') while length $text;
        $conn->last_chunk;
    });

my $edge = EdgeTest->prepare(files => { @file,
    map { ("html/$_.html" => text($_)) } @sizes,
});
my $root = $edge->{root};

system('openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
    . " -days 2 -subj /CN=localhost -keyout $root/key.pem"
    . " -out $root/cert.pem -batch 2>$root/openssl.log") == 0
    or die EdgeTest::slurp("$root/openssl.log");

my $quic = $http3 ? "listen %%PORT4%% quic reuseport;\n"
    . "listen %%PORT4%% ssl;\n" : '';

# `http2 on` of newer releases is for the whole server
my $h2_too = EdgeTest::version() >= 1025001 ? '' : ' http2';

$edge = EdgeTest->start(files => $edge->{files}, http => <<"CONF");
    compression on;
    compression_min_length 1;
    $dictionary

    server {
        listen %%PORT%%%%H2%%;
        listen %%PORT2%% ssl$h2_too;
        $quic
        ssl_certificate $root/cert.pem;
        ssl_certificate_key $root/key.pem;
        ssl_buffer_size 4k;
        root %%HTML%%;
        proxy_http_version 1.1;

        location /small/ { alias %%HTML%%/; compression_buffers 2 4k; }
        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%/; }
        location /unbuffered/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
            compression_buffers 1 1k;
        }
    }
CONF


# check_all(coding, curl's options, url start, sizes): all on one connection

sub check_all {
    my ($coding, $options, $start, @names) = @_;
    my $dir = "$edge->{root}/got";
    my @command = ('curl', '-s', '-k', '-m', 120, @$options,
        map { ('-H', $_) } wants($coding));

    mkdir $dir;

    push @command, "$start$_.html", '-o', "$dir/$_" for @names;
    is(system(@command), 0, "$coding: curl is content");

    for my $size (@names) {
        my ($text, $error) = decode($coding, EdgeTest::slurp("$dir/$size"));

        ok(!$error && $text eq text($size), "$coding, $size bytes")
            or diag($error || EdgeTest::Check::difference($text,
                text($size)));
        unlink "$dir/$size";
    }
}


# 10 MB in one location, for the time it takes

sub sizes_at { return grep { $_ && ($_ < 10 << 20 || $_[0] eq '/up/') } @sizes }


my $h2 = '--http2-prior-knowledge';
my @paths = qw(/ /small/ /up/ /unbuffered/);

for my $path (@paths) {
    subtest "HTTP/2, every size: $path" => sub {
        check_all($_, ['--http2'], 'https://127.0.0.1:' . EdgeTest->port(2)
            . $path, sizes_at($path)) for codings();
    };
}

for my $coding (codings()) {
    subtest "HTTP/2 headers, $coding" => sub {
        my $url = 'http://127.0.0.1:' . EdgeTest->port . '/up/4096.html';
        my $fields = wants_options($coding);
        my $get = `curl -s $h2 -D - -o /dev/null $fields $url`;
        my $head = `curl -s $h2 -I $fields $url`;

        for my $headers ($get, $head) {
            like($headers, qr{^HTTP/2 200}, 'status');
            like($headers, qr/^content-encoding: $coding\r$/m, 'coding');
            like($headers, qr/^vary: Accept-Encoding, Available-Dictionary\r$/m,
                'Vary');
            like($headers, qr{^etag: W/"abc"\r$}m, 'weak ETag');
        }

        is(() = $get =~ /content-encoding/g, 1, 'once');
    };
}

subtest 'HTTP/2, small flow control windows' => sub {
    plan skip_all => 'no nghttp' if `nghttp --version 2>&1` !~ /nghttp2/;

    for my $path (@paths) {
        for my $window (1, 10) {
            my $size = $window == 1 ? 32769 : 1 << 20;
            my $url = 'http://127.0.0.1:' . EdgeTest->port . $path . $size
                . '.html';

            for my $coding (codings()) {
                my $fields = wants_options($coding);
                my $bytes = `timeout 60 nghttp -w$window -W$window $fields $url`;

                # gzip it decodes by itself
                my ($text, $error) = $coding eq 'gzip' ? $bytes
                    : decode($coding, $bytes);

                ok(!$error && $text eq text($size),
                    "$coding, $path$size, window of 2^$window-1")
                    or diag($error);
            }
        }
    }
};

subtest 'TLS' => sub {
    for my $path (qw(/ /small/ /unbuffered/)) {
        check_all($_, ['--http1.1'], 'https://127.0.0.1:' . EdgeTest->port(2)
            . $path, sizes_at($path)) for codings();
    }
};

subtest 'HTTP/3' => sub {
    plan skip_all => 'nginx or curl without HTTP/3' if !$http3;

    for my $path (@paths) {
        check_all($_, ['--http3-only'], 'https://127.0.0.1:'
            . EdgeTest->port(4) . $path, sizes_at($path)) for codings();
    }
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
