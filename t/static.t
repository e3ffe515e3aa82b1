# Files: every size against every shape of buffers, byte for byte.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use Test::More;

# the second and third: about as much of a file as is coded in one call
my @big = (10 << 20, 512 << 10, (512 << 10) + 1);
my %body = (text => \&text, noise => \&noise);
my %files;

for my $kind (keys %body) {
    $files{"html/$kind-$_.html"} = $body{$kind}->($_) for sizes(), @big;
}

my @parts = (50, 4097, 131073, 1 << 20);
$files{'html/parts.html'} = join "\n",
    map { qq(<!--#include virtual="/files/text-$_.html" -->) } @parts;

my $edge = EdgeTest->start(files => \%files, http => <<'CONF');
    compression on;
    compression_min_length 0;

    server {
        listen %%PORT%%;
        root %%HTML%%;

        location /default/ { alias %%HTML%%/; }
        location /tiny/ { alias %%HTML%%/; compression_buffers 1 1k; }
        location /small/ { alias %%HTML%%/; compression_buffers 2 4k; }
        location /large/ { alias %%HTML%%/; compression_buffers 4 1m; }
        location /sendfile/ { alias %%HTML%%/; sendfile on; tcp_nopush on; }
        location /files/ {
            alias %%HTML%%/; sendfile on; compression_buffers 2 4k;
        }
        location /trickle/ {
            alias %%HTML%%/; output_buffers 1 512; postpone_output 0;
            compression_buffers 3 2k;
        }
        location /level1/ { alias %%HTML%%/; compression_level 1; }
        location /level9/ { alias %%HTML%%/; compression_level zstd=9; }
        location /window/ { alias %%HTML%%/; compression_window 1k; }
        location /direct/ {
            alias %%HTML%%/; directio 1; directio_alignment 512;
        }
        location /threads/ { alias %%HTML%%/; aio threads; sendfile off; }
        location /aio/ { alias %%HTML%%/; aio threads; sendfile on; }

        location /parts/ {
            alias %%HTML%%/; sendfile on; ssi on; compression_buffers 2 4k;
        }
        location /shrunk- { sendfile on; open_file_cache max=8; }
    }
CONF


sub over {
    my ($path, $text, $name, %o) = @_;
    my $r = get($path, %o, headers => ['Accept-Encoding: zstd']);

    return is_plain($r, $text, $name) if $text eq '';
    return is_coded($r, $text, $name);
}


for my $where (qw(default tiny small large files)) {
    for my $kind (sort keys %body) {
        subtest "$where buffers, $kind" => sub {
            over("/$where/$kind-$_.html", $body{$kind}->($_), "$_ bytes")
                for sizes(), @big;
        };
    }
}

for my $where (qw(sendfile trickle level1 level9 window direct threads
    aio))
{
    subtest $where => sub {
        for my $size (0, 1, 50, 4097, 131073, 1 << 20) {
            over("/$where/text-$size.html", text($size), "$size bytes");
        }

        over("/$where/noise-131073.html", noise(131073), 'noise');
    };
}

subtest 'a page of files' => sub {
    over('/parts/parts.html', join("\n", map { text($_) } @parts), 'whole');
};

subtest 'a file that is shorter than it was' => sub {
    my $path = "$edge->{root}/html/shrunk";

    for my $size (4097, 131073, 1 << 20) {
        open my $out, '>:raw', "$path-$size.html" or die "$path: $!";
        print $out text($size);
        close $out;

        over("/shrunk-$size.html", text($size), "$size bytes");
        truncate "$path-$size.html", $size - 1000 or die "$path: $!";

        my $r = get("/shrunk-$size.html",
            headers => ['Accept-Encoding: zstd']);
        isnt($r->{end}, 'chunked', "$size bytes, aborted");
    }
};

subtest 'HTTP/1.0' => sub {
    for my $size (0, 1, 50, 4097, 131073, 1 << 20) {
        my $r = get("/small/text-$size.html", version => '1.0',
            headers => ['Accept-Encoding: zstd']);

        is_right($r, text($size), "$size bytes");
        isnt($r->{end}, 'chunked', 'not chunked');
    }
};

subtest 'keep-alive: one connection, every size' => sub {
    my $c = EdgeTest::Client->new;

    for my $size (sizes(), reverse sizes()) {
        $c->ask("/small/text-$size.html",
            headers => ['Accept-Encoding: zstd']);
        my $r = $c->head or last;
        $r->{body} = $c->body;
        $r->{end} = $c->{end};

        is_right($r, text($size), "$size bytes");
    }
};

subtest 'pipelined: HEAD, 304 and bodies in between' => sub {
    my $c = EdgeTest::Client->new;
    my $fields = "Host: edge\r\nAccept-Encoding: zstd\r\n";
    my @paths = map { "/small/text-$_.html" } 4096, 131073, 50, 8193;

    $c->send(join '', map { "HEAD $_ HTTP/1.1\r\n$fields\r\n"
        . "GET $_ HTTP/1.1\r\n$fields\r\n"
        . "GET $_ HTTP/1.1\r\n${fields}If-None-Match: *\r\n\r\n" } @paths);

    for my $path (@paths) {
        my ($size) = $path =~ /-(\d+)/;

        for my $wanted (200, 'body', 304) {
            $c->{method} = $wanted eq '200' ? 'HEAD' : 'GET';
            @$c{qw(end left)} = ();
            my $r = $c->head or return fail("no response: $path");
            $r->{body} = $c->body;
            $r->{end} = $c->{end};

            if ($wanted eq 'body') {
                is_coded($r, text($size), "GET $path");
            } else {
                is($r->{status}, $wanted, "$wanted $path");
                is($r->{end}, 'none', 'no body');
            }
        }
    }
};

is_deeply([ grep { !/bytes at \d+ could be read/ } $edge->complaints ], [],
    'nothing to complain of');

done_testing();
