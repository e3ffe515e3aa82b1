# Coded origins: what the client cannot take is decoded, what it could take
# better is recoded, byte for byte, and what is damaged is never ended as if
# it were whole.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(decode encode);
use EdgeTest::Dictionary;
use EdgeTest::Upstream;
use Test::More;

my @codings = qw(zstd br gzip);
my @sizes = (1, 49, 4096, 20_000, 131_073, 1 << 20);
my %made;


# the body of a path, coded once and kept

sub coded {
    my ($coding, $kind, $size) = @_;

    return $made{"$coding $kind $size"} //= encode($coding,
        plain($kind, $size));
}


sub plain {
    my ($kind, $size) = @_;

    return $kind eq 'noise' ? noise($size)
        : $kind eq 'zero' ? "\0" x $size : text($size);
}

for my $coding (@codings) {
    coded($coding, $_, 1 << 20) for qw(text noise);
    coded($coding, 'text', $_) for @sizes;
    coded($coding, 'zero', 64 << 20);
}


# members and frames one after the other, one of zstd that is only metadata

sub several {
    my ($coding) = @_;
    my $bodies = join '', map { encode($coding, text($_)) } 10, 1000, 70_000;

    return $coding eq 'zstd' ? pack('VV', 0x184D2A53, 4) . "abcd$bodies"
        : $bodies;
}


my %odd = (
    several => sub { several($_[0]) },
    cut => sub { substr coded($_[0], 'text', 1 << 20), 0, -5 },
    'cut-short' => sub { substr coded($_[0], 'text', 4096), 0, -5 },
    'no-end' => sub { substr coded($_[0], 'noise', 1 << 20), 0, 400_000 },
    garbage => sub { 'this is plain text and nothing else ' x 100 },
    behind => sub { coded($_[0], 'text', 4096) . 'and something else' },
    'damaged' => sub {
        my $body = coded($_[0], 'text', 1 << 20);
        my $half = int(length($body) / 2);

        # zstd has no checksum here: a header of a block is among them
        substr($body, $half, $half - 10) = "\xff" x ($half - 10);
        return $body;
    },
    nothing => sub { '' },
    empty => sub { encode($_[0], '') },
    wide => sub {
        return pack('VCC', 0xFD2FB528, 0, 14 << 3) . "\x09\0\0x";
    },
);


# /FRAMING/CODING/KIND/SIZE, of an odd kind the text has a size of its own

sub serve {
    my ($conn, $request) = @_;
    my (undef, $framing, $coding, $kind, $size) = split m{[/?]},
        $request->{path};
    my @fields = ('Content-Type: '
            . ($framing eq 'png' ? 'image/png' : 'text/html'), 'ETag: "abc"',
        'Content-MD5: xyz', 'Accept-Ranges: bytes',
        map { 'Content-Encoding: ' . s/,/, /gr } grep { $_ ne 'none' }
            split /\+/, $coding);
    my ($name) = lc($coding) =~ /(?:x-)?(\w+)/;
    my $body = $odd{$kind} ? $odd{$kind}->($name)
        : $coding eq 'none' ? plain($kind, $size)
        : coded($name, $kind, $size);

    push @fields, 'Cache-Control: no-transform' if $framing eq 'keep';
    push @fields, 'Content-Range: bytes 0-9/100' if $framing eq 'part';

    if ($framing eq 'status') {
        return $conn->reply($size, \@fields, coded($name, 'text', 4096));
    }

    if ($framing eq 'not') {
        return $conn->send(join "\r\n", 'HTTP/1.1 304 X', @fields,
            'Connection: close', '', '');
    }

    if ($request->{method} eq 'HEAD') {
        return $conn->send(join "\r\n", 'HTTP/1.1 200 X', @fields,
            'Content-Length: ' . length $body, 'Connection: close', '', '');
    }

    return $conn->reply($framing eq 'part' ? 206 : 200, \@fields, $body)
        if $framing =~ /^(?:length|keep|part|png)$/;

    if ($framing eq 'lost') {
        $conn->start_chunked(@fields);
        $conn->chunk(substr $body, 0, length($body) / 2);
        return 'reset';
    }

    if ($framing eq 'short') {
        return $conn->send(join "\r\n", 'HTTP/1.1 200 X', @fields,
            'Content-Length: ' . length $body, 'Connection: close', '',
            substr $body, 0, length($body) / 2);
    }

    if ($framing eq 'close') {
        $conn->send(join "\r\n", 'HTTP/1.0 200 OK', @fields, '', '');
        return $conn->send($body);
    }

    $conn->start_chunked(@fields);
    send_pieces($conn, $body);
    return $conn->last_chunk;
}


# chunks from one byte up, the same ones in every run

sub send_pieces {
    my ($conn, $bytes) = @_;
    my $at = 0;

    srand length $bytes;

    while ($at < length $bytes) {
        my $n = 1 + int rand(1 << int rand 16);
        $conn->chunk(substr $bytes, $at, $n);
        $at += $n;
    }
}


my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => \&serve);

my $files = {
    'html/kept.html.gz' => encode('gzip', text(20_000)),
    'html/kept.html.zst' => encode('zstd', text(20_000)),
    'html/part.html.gz' => encode('gzip', text(300_000)),
    'html/cut.html.gz' => substr(encode('gzip', text(20_000)), 0, -3),
    'html/ssi.html' => 'a <!--# include virtual="/on/length/gzip/text/20000"'
        . ' --> b <!--# include virtual="/on/chunked/br/text/1048576" -->'
        . ' c <!--# include virtual="/on/length/zstd/noise/1048576" --> d',
    'html/broken.html' => 'a <!--# include virtual='
        . '"/on/length/gzip/no-end/1" --> b',
    'html/sorry.html' => 'sorry',
    'html/old.html' => text(19_000),
};

my $proxy = 'proxy_pass http://127.0.0.1:%%PORT1%%/;';

my $edge = EdgeTest->start(files => $files, http => <<"CONF");
    proxy_http_version 1.1;
    compression_decode on;
    log_format what '\$uri|\$compression_decoded|\$compression_reason';
    access_log %%ROOT%%/logs/what.log what;

    server {
        listen %%PORT%%;
        root %%HTML%%;

        location /on/ { $proxy }
        location /none/ { $proxy compression_decode off; }
        location /unbuffered/ { $proxy proxy_buffering off; }
        location /tiny/ {
            $proxy compression_decode_buffers 1 256; proxy_buffers 2 4k;
            proxy_busy_buffers_size 4k;
        }
        location /tinyun/ {
            $proxy compression_decode_buffers 1 256; proxy_buffering off;
        }
        location /re/ { $proxy compression on; compression_min_length 1; }
        location /retiny/ {
            $proxy compression on; compression_decode_buffers 1 256;
            compression_buffers 1 256; proxy_buffering off;
        }
        location /regzip/ { $proxy compression gzip br; }
        location /rezstd/ { $proxy compression zstd; }
        location /bypass/ {
            $proxy compression on; compression_bypass \$arg_bypass;
        }
        location /sub/ {
            $proxy sub_filter 'entry' 'ENTRY'; sub_filter_once off;
            compression on;
        }
        location /gunzip/ { $proxy gunzip on; gzip on; gzip_proxied any; }
        location /any/ { $proxy compression_decode_max_ratio 0; }
        location /ratio/ { $proxy compression_decode_max_ratio 3; }
        location /size/ { $proxy compression_decode_max_size 100k; }
        location /cache/ {
            $proxy proxy_cache pages; proxy_cache_valid 1m; compression on;
        }
        location /vary-cache/ {
            $proxy proxy_cache pages; proxy_cache_valid 1m; compression zstd;
            compression_bypass \$http_x_plain;
            zstd_bypass_vary X-Plain;
            compression_rule header:X-Kind=left off;
        }
        location /always-cache/ {
            $proxy proxy_cache pages; proxy_cache_valid 1m;
            compression_decode always;
        }
        location /error/ {
            $proxy error_page 502 = /sorry.html;
        }
        location /always/ {
            $proxy compression_decode always;
            sub_filter 'entry' 'ENTRY'; sub_filter_once off;
        }
        location /realways/ {
            $proxy compression_decode always; compression on;
            sub_filter 'entry' 'ENTRY'; sub_filter_once off;
        }
        location /tinysub/ {
            $proxy compression_decode_buffers 1 256; proxy_buffering off;
            sub_filter 'entry' 'ENTRY'; sub_filter_once off;
        }
        location /vary/ {
            $proxy compression zstd;
            compression_bypass \$http_x_plain;
            zstd_bypass_vary X-Plain;
            compression_rule header:X-Kind=left off;
        }
        location /dictionary/ {
            $proxy compression zstd gzip;
            compression_dictionary %%HTML%%/old.html match=/*;
        }
        location /files/ {
            alias %%HTML%%/; compression_static always;
        }
        location /sendfile/ {
            alias %%HTML%%/; compression_static always; sendfile on;
            output_buffers 1 4k;
        }
        location /broken.html { ssi on; }
        location /ssi.html { ssi on; }
        location /recoded-ssi/ { alias %%HTML%%/; ssi on; compression on; }
    }

    server {
        listen %%PORT3%%%%H2%%;
        location / { $proxy compression zstd; }
    }

    server {
        listen %%PORT4%% sndbuf=4k;
        location / { $proxy proxy_buffers 16 1k; proxy_buffer_size 1k; }
        location /unbuffered/ { $proxy proxy_buffering off; }
    }

    proxy_cache_path %%ROOT%%/cache keys_zone=pages:1m;
CONF


sub fetch {
    my ($path, $accept, %o) = @_;
    my @fields = @{ delete $o{headers} || [] };

    return get($path, %o, headers => [ @fields, defined $accept
        ? "Accept-Encoding: $accept" : () ]);
}


# the coding of a response that is whole and says the right thing, or why not

sub coding {
    my ($r, $text) = @_;
    my $coding = $r->coding;

    return "status $r->{status}" if $r->{status} != 200;
    return "end: $r->{end}" if $r->{end} =~ /^(?:cut|timeout)$/;

    my ($got, $error) = $coding eq 'identity' ? $r->{body}
        : decode($coding =~ s/^x-//r, $r->{body});

    return "$coding: $error" if defined $error;
    return "$coding: " . EdgeTest::Check::difference($got, $text)
        if $got ne $text;
    return $coding;
}


for my $where (qw(on unbuffered tiny tinyun)) {
    subtest "decoded: $where" => sub {
        for my $coding (@codings) {
            for my $framing (qw(length chunked close)) {
                for my $size (@sizes) {
                    next if $where =~ /tiny/ && $size > 200_000
                        && $framing ne 'length';
                    my $path = "/$where/$framing/$coding/text/$size";
                    is(coding(fetch($path), text($size)), 'identity', $path);
                }

                my $path = "/$where/$framing/$coding/noise/1048576";
                is(coding(fetch($path), noise(1 << 20)), 'identity', $path);
            }
        }
    };
}

subtest 'only for who cannot take it' => sub {
    my $text = text(20_000);

    for my $coding (@codings) {
        my $path = "length/$coding/text/20000";

        is(coding(fetch("/on/$path", $coding), $text), $coding,
            "$coding, taken as it is");
        is(coding(fetch("/on/$path", "$coding;q=0.1, identity;q=0.5"), $text),
            'identity', "$coding, identity preferred");
        is(coding(fetch("/on/$path", "$coding;q=0, *"), $text), 'identity',
            "$coding, refused");
        is(coding(fetch("/none/$path"), $text), $coding, "$coding, off");
    }

    is(coding(fetch('/on/length/x-gzip/text/4096', 'zstd'), text(4096)),
        'identity', 'x-gzip');
    is(coding(fetch('/on/length/x-gzip/text/4096', 'gzip'), text(4096)),
        'x-gzip', 'x-gzip, taken');
    is(coding(fetch('/on/length/GZip/text/4096', 'zstd'), text(4096)),
        'identity', 'names in any case');
    is(fetch("/on/length/$_/text/4096")->coding, s/[,+]/, /r,
        "left alone: $_") for 'gzip,br', 'gzip,gzip', 'gzip+br', 'gzip+gzip',
            'gzip,identity', 'identity';
    is(fetch('/on/length/deflate/garbage/1')->coding, 'deflate',
        'so is another');
    is(coding(fetch('/on/length/none/text/4096'), text(4096)), 'identity',
        'and plain text');
};

subtest 'recoded by the same election' => sub {
    my $text = text(20_000);

    for (
        [ re => gzip => 'zstd, br, gzip' => 'zstd' ],
        [ re => br => 'zstd, br, gzip' => 'zstd' ],
        [ re => zstd => 'zstd, br, gzip' => 'zstd' ],
        [ re => gzip => 'br, gzip' => 'br' ],
        [ re => gzip => 'br;q=0.5, gzip' => 'gzip' ],
        [ re => gzip => 'gzip' => 'gzip' ],
        [ re => zstd => 'gzip' => 'gzip' ],
        [ re => br => 'deflate' => 'identity' ],
        [ regzip => zstd => 'zstd, gzip' => 'gzip' ],
        [ regzip => zstd => 'zstd, gzip;q=0.9' => 'zstd' ],
        [ regzip => br => 'gzip, br' => 'gzip' ],
        [ rezstd => gzip => 'gzip, zstd' => 'zstd' ],
        [ rezstd => gzip => 'gzip' => 'gzip' ],
        [ rezstd => br => 'gzip' => 'identity' ],
        [ bypass => gzip => 'zstd, gzip' => 'zstd' ],
    ) {
        my ($where, $coding, $accept, $wanted) = @$_;
        my $path = "/$where/chunked/$coding/text/20000";

        is(coding(fetch($path, $accept), $text), $wanted,
            "$where, $coding, $accept");
    }

    is(coding(fetch('/re/png/gzip/text/20000', 'zstd, gzip'), $text), 'gzip',
        'a type that is not compressed');
    is(coding(fetch('/re/png/br/text/20000', 'zstd, gzip'), $text),
        'identity', 'but decoded');

    is(coding(fetch('/bypass/chunked/gzip/text/20000?bypass=1',
        'zstd, gzip'), $text), 'gzip', 'bypass');

    for my $from (@codings) {
        for my $to (grep { $_ ne $from } @codings) {
            for my $size (@sizes) {
                is(coding(fetch("/re/chunked/$from/text/$size", $to),
                    text($size)), $to, "$from to $to, $size bytes");
            }

            is(coding(fetch("/retiny/length/$from/text/131073", $to),
                text(131_073)), $to, "$from to $to, tiny buffers");
        }
    }
};

subtest 'the header' => sub {
    for my $coding (@codings) {
        for my $accept ('identity', $coding) {
            my $same = $accept eq $coding;
            my $path = "/on/length/$coding/text/20000";
            my $get = fetch($path, $accept);
            my $head = fetch($path, $accept, method => 'HEAD');
            my $name = "$coding for $accept";

            is($get->line('Vary'), 'Accept-Encoding', "$name: Vary");
            is($get->line('ETag'), $same ? '"abc"' : 'W/"abc"', 'ETag');
            is($get->line('Content-Length'), $same
                ? length coded($coding, 'text', 20_000) : undef, 'length');
            is($get->line('Accept-Ranges'), $same ? 'bytes' : undef,
                'Accept-Ranges');
            is($get->line('Content-MD5'), $same ? 'xyz' : undef, 'digest');

            is($head->{end}, 'none', 'HEAD: no body');
            is($head->line($_), $get->line($_), "HEAD: $_")
                for qw(Vary ETag Content-Length Content-Encoding
                    Accept-Ranges Content-Type);
        }
    }

    is(fetch('/on/keep/gzip/text/4096')->coding, 'gzip', 'no-transform');
    is(fetch('/on/part/gzip/text/4096')->coding, 'gzip', '206');
    is(fetch('/on/not/gzip/text/4096')->{status}, 304, '304');
    is(fetch('/on/not/gzip/text/4096')->line('ETag'), 'W/"abc"',
        'the ETag that a page has which is decoded');
    is(fetch('/on/not/gzip/text/4096', 'gzip')->line('ETag'), '"abc"',
        'and one that is not');
    is(fetch("/on/status/gzip/text/$_")->{body}, text(4096), "$_")
        for 201, 404, 500;
    is(fetch('/on/length/gzip/nothing/0')->{status}, 200, 'length 0');
};

subtest 'one body of several' => sub {
    my $text = join '', map { text($_) } 10, 1000, 70_000;

    is(coding(fetch("/$_/several/1"), $text), 'identity', $_)
        for map { ("on/length/$_", "tinyun/chunked/$_") } qw(zstd gzip);

    is(coding(fetch("/on/length/$_/empty/1"), ''), 'identity', "empty, $_")
        for @codings;
};

subtest 'not whole, not right' => sub {
    for my $coding (@codings) {
        for my $where (qw(on unbuffered tiny re)) {
            for my $kind (qw(cut no-end damaged)) {
                my $r = fetch("/$where/chunked/$coding/$kind/1",
                    $where eq 're' ? ($coding eq 'br' ? 'gzip' : 'br')
                    : undef);

                # what was sent before the end was seen is never ended
                like("$r->{status} $r->{end}", qr/^(?:200 cut|502|0 )/,
                    "$where, $coding, $kind");
            }

            for my $how (qw(lost short)) {
                my $r = fetch("/$where/$how/$coding/noise/1048576");
                like("$r->{status} $r->{end}", qr/^(?:200 cut|0 )/,
                    "$where, $coding, the upstream broke off: $how");
            }
        }

        is(fetch("/on/length/$coding/$_/1")->{status}, 502, "$coding, $_")
            for qw(garbage cut-short),
                $coding eq 'br' || $coding eq 'gzip' ? 'behind' : ();

        is(fetch("/on/chunked/$coding/nothing/1")->{status}, 502,
            "$coding, chunked, nothing at all");
    }

    is(fetch('/on/length/zstd/wide/1')->{status}, 502, 'a window over 8 MB');
    is(coding(fetch('/error/length/gzip/garbage/1'), 'sorry'), 'identity',
        'error_page');
    is(fetch('/files/cut.html')->{status}, 500, 'a file of ours');

    like($edge->log, qr/"$_->[0]" body $_->[1]/, "the log: $_->[1]")
        for [ gzip => 'is damaged' ], [ br => 'is cut short' ],
            [ zstd => 'needs a window' ];
};

subtest 'bombs' => sub {
    for my $coding (@codings) {
        my $path = "length/$coding/zero/" . (64 << 20);
        my $bomb = fetch("/on/$path");

        isnt($bomb->{status} . $bomb->{end}, '200chunked', "$coding: ratio");
        cmp_ok(length $bomb->{body}, '<', 2 << 20, 'soon');

        my $again = fetch("/re/$path", $coding eq 'br' ? 'gzip' : 'br');
        isnt($again->{status} . $again->{end}, '200chunked',
            "$coding: recoded");

        my $wide = fetch("/ratio/length/$coding/text/1048576");
        is(coding($wide, text(1 << 20)), 'identity',
            "$coding: the first megabyte may");

        my $large = fetch("/size/length/$coding/text/1048576");
        is($large->{end}, 'cut', "$coding: size");
        cmp_ok(length $large->{body}, '<=', 120_000, 'no more than it');
        is(coding(fetch("/size/length/$coding/text/20000"), text(20_000)),
            'identity', "$coding: within");
    }

    is(coding(fetch('/any/length/gzip/zero/' . (64 << 20)), "\0" x (64 << 20)),
        'identity', 'no limit');
    like($edge->log, qr/grows by more than "compression_decode_max_ratio"/,
        'the log: ratio');
    like($edge->log, qr/is larger than "compression_decode_max_size"/,
        'the log: size');
};

subtest 'who reads the text' => sub {
    my $r = fetch('/sub/length/gzip/text/20000');
    my $wanted = text(20_000) =~ s/entry/ENTRY/gr;

    is(coding($r, $wanted), 'identity', 'sub_filter');
    is(coding(fetch('/sub/chunked/br/text/20000', 'zstd'), $wanted), 'zstd',
        'sub_filter, recoded');
    is(coding(fetch("/tinysub/length/$_/text/20000"), $wanted), 'identity',
        "sub_filter, $_, one small buffer") for @codings;

    for my $coding (@codings) {
        my $always = fetch("/always/length/$coding/text/20000", $coding);

        is(coding($always, $wanted), 'identity', "always, $coding");
        is($always->line('Vary'), undef, 'whoever asks');
        is(coding(fetch("/realways/length/$coding/text/20000", $coding),
            $wanted), $coding, "always, $coding, and coded again");
    }

    is(coding(fetch('/gunzip/length/gzip/text/20000'), text(20_000)),
        'identity', 'gunzip on, too');

    my $page = 'a ' . text(20_000) . ' b ' . text(1 << 20) . ' c '
        . noise(1 << 20) . ' d';

    is(coding(fetch('/ssi.html'), $page), 'identity', 'SSI');
    is(coding(fetch('/ssi.html', 'zstd, br, gzip'), $page), 'identity',
        'SSI: parts are plain whatever the client takes');
    is(coding(fetch('/recoded-ssi/ssi.html', 'zstd, br, gzip'), $page),
        'zstd', 'SSI, coded as a whole');

    is(fetch('/broken.html')->{end}, 'cut', 'SSI: a part that is cut');
};

subtest 'the cache keeps what the upstream sent' => sub {
    my $path = '/cache/length/gzip/text/20000';

    for my $round (1 .. 2) {
        is(coding(fetch($path, $_), text(20_000)), $_, "$_, round $round")
            for qw(identity gzip br zstd);
    }

    for my $tag ('"abc"', 'W/"abc"') {
        for my $accept ('identity', 'gzip', 'zstd') {
            my $r = fetch($path, $accept, headers => ["If-None-Match: $tag"]);
            is($r->{status}, 304, "$accept, If-None-Match: $tag");
        }
    }

    for my $where ('/cache/length', '/cache/png', '/vary-cache/length',
        '/vary-cache/png', '/always-cache/length')
    {
        for my $accept ('identity', 'gzip', 'zstd, gzip') {
            my $page = fetch("$where/gzip/text/20000", $accept);
            my $r = fetch("$where/gzip/text/20000", $accept,
                headers => ['If-None-Match: *']);

            is($r->{status}, 304, "$where for $accept: 304");
            is($r->coding, 'identity', 'without a coding');
            is_deeply([ sort $r->header($_) ], [ sort $page->header($_) ],
                "$_ of the page") for qw(Vary ETag);
        }
    }

    is(fetch($path, 'gzip', headers => ['Range: bytes=0-9'])->{status}, 206,
        'a range of what is sent as it is');
    is(fetch($path, $_, headers => ['Range: bytes=0-9'])->{status}, 200,
        "none of what is not, $_") for qw(identity zstd);
};

subtest 'files kept coded only' => sub {
    my $text = text(20_000);

    is(coding(fetch('/files/kept.html', $_), $text), $_, $_)
        for qw(gzip zstd);
    is(coding(fetch('/files/kept.html', 'br'), $text), 'identity', 'br');
    is(coding(fetch('/files/kept.html'), $text), 'identity', 'no field');
    is(coding(fetch("/$_/part.html"), text(300_000)), 'identity', $_)
        for qw(files sendfile);
    is(fetch('/files/kept.html', 'identity', headers => ['Range: bytes=0-9'])
        ->{status}, 200, 'no ranges of what is decoded');
};

subtest 'what caches must know' => sub {
    my $path = '/vary/length/gzip/text/20000';
    my $left = fetch($path, 'gzip');

    for ([ 'recoded', fetch($path, 'zstd, gzip') ], [ 'left', $left ],
        [ 'bypassed', fetch($path, 'zstd, gzip', headers => ['X-Plain: 1']) ],
        [ 'left by a rule', fetch($path, 'zstd, gzip',
            headers => ['X-Kind: left']) ])
    {
        my ($what, $r) = @$_;
        is(coding($r, text(20_000)), $what eq 'recoded' ? 'zstd' : 'gzip',
            $what);
        is(join(', ', sort map { split /,\s*/ } $r->header('Vary')),
            'Accept-Encoding, X-Kind, X-Plain', "$what: Vary");
    }
};

subtest 'a dictionary is better' => sub {
    my $old = text(19_000);
    my $path = '/dictionary/length/gzip/text/20000';
    my $r = fetch($path, undef, headers => [ 'Accept-Encoding: gzip, dcz, zstd',
        'Available-Dictionary: ' . available($old) ]);

    is($r->coding, 'dcz', 'gzip to dcz');
    is((undcz($r->{body}, $old))[0], text(20_000), 'byte for byte');
    like($r->line('Vary'), qr/Available-Dictionary/, 'Vary');
    like(fetch($path, 'gzip')->line('Vary'), qr/Available-Dictionary/,
        'left alone: Vary');
};

subtest 'HTTP/1.0' => sub {
    for my $coding (@codings) {
        my $r = fetch("/on/length/$coding/text/20000", undef,
            version => '1.0');
        is(coding($r, text(20_000)), 'identity', $coding);
        is($r->{end}, 'close', 'its end');
        is(coding(fetch("/re/length/$coding/text/20000",
            $coding eq 'br' ? 'zstd' : 'br', version => '1.0'), text(20_000)),
            $coding eq 'br' ? 'zstd' : 'br', "$coding, recoded");
        isnt(fetch("/on/chunked/$coding/no-end/1", undef,
            version => '1.0')->{body}, noise(1 << 20), 'cut');
    }
};

subtest 'a slow reader' => sub {
    # what grows is still being written when its buffer is filled again
    for ([ '/on/length', 'noise' ], [ '/tinyun/length', 'noise' ],
        [ '/re/length', 'noise' ], [ '/chunked', 'text', 4 ],
        [ '/unbuffered/chunked', 'text', 4 ])
    {
        my ($where, $kind, $port) = @$_;

        for my $coding (@codings) {
            my $c = EdgeTest::Client->new(rcvbuf => 4096,
                port => EdgeTest->port($port || 0));
            my $accept = $where !~ m{^/re/} ? 'identity'
                : $coding eq 'br' ? 'gzip' : 'br';
            my $d = $where =~ m{^/re/} && EdgeTest::Coding->new($accept);
            my $text = '';

            $c->ask("$where/$coding/$kind/1048576",
                headers => ["Accept-Encoding: $accept"]);
            my $r = $c->head;
            select undef, undef, undef, 0.3;

            while (defined(my $piece = $c->some)) {
                last if $piece eq '';
                $text .= $d ? $d->feed($piece) : $piece;
            }

            ok($text eq plain($kind, 1 << 20), "$where, $coding, $kind");
        }
    }
};

subtest 'HTTP/2' => sub {
    my $url = 'http://127.0.0.1:' . EdgeTest->port(3);
    my $curl = 'curl -s --max-time 60 --http2-prior-knowledge';

    for my $coding (@codings) {
        for my $size (4096, 1 << 20) {
            my $path = "$url/chunked/$coding/text/$size";

            ok(`$curl $path` eq text($size), "$coding, $size bytes, decoded");
            my ($text) = decode('zstd', scalar `$curl -H 'Accept-Encoding: zstd, $coding' $path`);
            ok($text eq text($size), "$coding, $size bytes, zstd");
        }

        is(`$curl -o /dev/null -w '%{http_code}' $url/length/$coding/garbage/1`,
            502, "$coding, garbage");
        `$curl -o /dev/null $url/length/$coding/no-end/1`;
        isnt($?, 0, "$coding, cut: the stream is reset");
    }
};

subtest 'variables' => sub {
    my $log = "$edge->{root}/logs/what.log";

    like(EdgeTest::slurp($log), qr{^/re/chunked/gzip/text/20000\|gzip\|coded$}m,
        'decoded, and coded again');
    like(EdgeTest::slurp($log),
        qr{^/on/length/br/text/20000\|br\|off$}m, 'decoded');
    like(EdgeTest::slurp($log),
        qr{^/on/length/br/text/20000\|-\|off$}m, 'left alone');
};

subtest 'short of memory' => sub {
    my $short = EdgeTest->start(http => <<"CONF");
    compression_memory 100k;
    compression_decode on;
    server {
        listen %%PORT10%%;
        proxy_http_version 1.1;
        location /on/ { $proxy }
        location /re/ { $proxy compression on; compression_min_length 1; }
    }
CONF

    my @at = (port => EdgeTest->port(10));

    is(fetch('/on/length/zstd/text/20000', 'gzip', @at)->{status}, 503,
        'none for a decoder, and the client cannot take it');
    is(coding(fetch('/on/length/gzip/text/20000', undef, @at), text(20_000)),
        'identity', 'enough for gzip');
    is(coding(fetch('/re/length/gzip/text/20000', 'gzip, zstd', @at),
        text(20_000)), 'gzip', 'not enough to code it better');
    like($short->log, qr/no memory to decode a "zstd" body/, 'the log');
    is_deeply([ $short->complaints ], [], 'nothing to complain of');
    $short->stop;
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
