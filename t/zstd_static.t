# Files compressed beforehand: FILE.zst beside FILE.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Zstd qw(encode frames);
use Test::More;

my $accept = ['Accept-Encoding: zstd'];
my $page = text(20_000);
my $stored = encode($page, 19);


# a frame of one raw block that declares a window, RFC 8878, 3.1.1.1.2

sub with_window {
    my ($exponent, $mantissa, $text) = @_;

    return pack('VCC', 0xFD2FB528, 0, $exponent << 3 | $mantissa)
        . substr(pack('V', length($text) << 3 | 1), 0, 3) . $text;
}


# a frame of one segment that declares its size in eight bytes

sub with_size {
    return pack('VCQ<', 0xFD2FB528, 0xE0, $_[0]) . "\1\0\0";
}


my $skippable = pack('VV', 0x184D2A53, 4) . 'abcd';

my $edge = EdgeTest->start(files => {
    'html/page.html' => $page,
    'html/page.html.zst' => $stored,
    'html/only.html.zst' => $stored,
    'html/bare.html' => $page,
    'html/garbage.html' => $page,
    'html/garbage.html.zst' => 'this is not a frame at all',
    'html/empty.html' => $page,
    'html/empty.html.zst' => '',
    'html/cut.html' => $page,
    'html/cut.html.zst' => substr($stored, 0, 3),
    'html/cut5.html' => $page,
    'html/cut5.html.zst' => substr($stored, 0, 5),
    'html/gz.html' => $page,
    'html/gz.html.zst' => "\x1f\x8b\x08\0\0\0\0\0\0\0",
    'html/skip.html' => $page,
    'html/skip.html.zst' => $skippable . $stored,
    'html/eight.html' => 'the original',
    'html/eight.html.zst' => with_window(13, 0, 'eight megabytes'),
    'html/over.html' => $page,
    'html/over.html.zst' => with_window(13, 1, 'nine megabytes'),
    'html/huge.html' => $page,
    'html/huge.html.zst' => with_window(21, 7, 'three gigabytes'),
    'html/single.html' => $page,
    'html/single.html.zst' => with_size((8 << 20) + 1),
    'html/dir/index.html' => $page,
    'html/dir/index.html.zst' => $stored,
    'html/types.png' => $page,
    'html/types.png.zst' => $stored,
    'html/folder.html' => $page,
    'html/folder.html.zst/x' => 'a directory with that name',
}, http => <<'CONF');
    server {
        listen %%PORT%%;
        root %%HTML%%;

        zstd_static on;

        location /off/ { alias %%HTML%%/; zstd_static off; }
        location /always/ { alias %%HTML%%/; zstd_static always; }
        location /both/ { alias %%HTML%%/; compression on; }
        location /gzip/ {
            alias %%HTML%%/; gzip_static on; gzip on; gzip_min_length 1;
            gzip_vary on;
        }
        location /vary/ { alias %%HTML%%/; gzip_vary on; }
        location /ranges/ { alias %%HTML%%/; }
    }
CONF


sub fetch { return get($_[0], headers => $accept, @_[ 1 .. $#_ ]) }


subtest 'on' => sub {
    my $r = fetch('/page.html');

    is_coded($r, $page, 'the client takes zstd');
    ok($r->{body} eq $stored, 'the stored file, byte for byte');
    is($r->line('Content-Length'), length $stored, 'Content-Length');
    is($r->line('Content-Type'), 'text/html', 'the type of the original');
    is($r->line('Vary'), 'Accept-Encoding', 'Vary');

    for my $field ([], ['Accept-Encoding: gzip'],
        ['Accept-Encoding: zstd;q=0'])
    {
        my $plain = get('/page.html', headers => $field);
        is_plain($plain, $page, "@$field: the original");
        is($plain->line('Vary'), 'Accept-Encoding', "@$field: Vary");
    }

    is_coded(fetch('/page.html', version => '1.0'), $page, 'HTTP/1.0');
    ok(fetch('/types.png')->{body} eq $stored, 'any type');
    ok(fetch('/dir/')->{body} eq $stored, 'an index file');
};

subtest 'off, always' => sub {
    is_plain(fetch('/off/page.html'), $page, 'off');

    for my $field ([], ['Accept-Encoding: gzip'], $accept) {
        my $r = get('/always/page.html', headers => $field);
        is($r->coding, 'zstd', "always, @$field");
        ok($r->{body} eq $stored, 'the stored file');
    }

    is(get('/always/only.html')->{status}, 200, 'without an original');
    is(get('/only.html')->{status}, 404, 'on: not for those who cannot');
    is_plain(get('/always/bare.html'), $page, 'nothing stored');
};

subtest 'nothing stored, or not what it says' => sub {
    for my $name (qw(bare garbage empty cut cut5 gz over huge single folder)) {
        is_plain(fetch("/$name.html"), $page, "$name: the original");
        is_coded(fetch("/both/$name.html"), $page,
            "$name: compressed on the fly");

        my $r = get("/gzip/$name.html",
            headers => ['Accept-Encoding: gzip, zstd']);
        is($r->coding, 'gzip', "$name: nginx's gzip has its chance");
    }

    is_coded(fetch('/skip.html'), $page, 'a skippable frame first is fine');
    is_coded(fetch('/eight.html'), 'eight megabytes', 'a window of 8 MB is');
    is(fetch('/missing.html')->{status}, 404, 'neither');

    like($edge->log, qr/garbage\.html\.zst/, 'the log names a bad file');
    like($edge->log, qr/over\.html\.zst/, 'and a wide one');
};

subtest 'validators' => sub {
    my $r = fetch('/page.html');
    my $tag = $r->line('ETag');
    my $plain = get('/page.html')->line('ETag');

    ok($tag, 'ETag');
    isnt($tag, $plain, 'is not that of the original');

    is(fetch('/page.html', headers => [ @$accept, "If-None-Match: $tag" ])
        ->{status}, 304, 'If-None-Match');
    is(fetch('/page.html', headers => [ @$accept, 'If-None-Match: "x"' ])
        ->{status}, 200, 'If-None-Match of something else');
    is(fetch('/page.html', headers => [ @$accept,
        'If-Modified-Since: ' . $r->line('Last-Modified') ])->{status}, 304,
        'If-Modified-Since');
};

subtest 'HEAD' => sub {
    my $get = fetch('/page.html');
    my $head = fetch('/page.html', method => 'HEAD');

    is($head->{end}, 'none', 'no body');
    is($head->line($_), $get->line($_), $_) for qw(Content-Type
        Content-Encoding Content-Length Vary ETag Last-Modified
        Accept-Ranges);
};

subtest 'with other coders' => sub {
    my $r = fetch('/both/page.html');

    ok($r->{body} eq $stored, 'the filter leaves it alone');
    is(scalar($r->header('Content-Encoding')), 1, 'one Content-Encoding');

    $r = get('/gzip/page.html', headers => ['Accept-Encoding: gzip, zstd']);
    ok($r->{body} eq $stored, 'so does gzip');

    for my $path (qw(/gzip/page.html /both/page.html /vary/page.html)) {
        for my $coding (qw(zstd gzip)) {
            my @vary = get($path, headers => ["Accept-Encoding: $coding"])
                ->header('Vary');
            is("@vary", 'Accept-Encoding', "$path $coding: Vary once");
        }
    }
};

subtest 'methods' => sub {
    my $r = get('/page.html', method => 'POST', data => 'x',
        headers => $accept);
    is($r->{status}, 405, 'POST to a file is refused as ever');
};

is_deeply([ grep { !/\.zst"/ } $edge->complaints ], [],
    'nothing else to complain of');

done_testing();
