# Which responses are coded, and what their headers say of it. What the client
# says is in accept_encoding.t.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get request);
use Test::More;

my $page = text(3000);
my $quoted = $page =~ s/(["\\])/\\$1/gr;

my $edge = EdgeTest->start(http => <<'CONF', files => {

    server {
        listen %%PORT%%;
        root %%HTML%%;
        compression zstd;

        location /plain/ { alias %%HTML%%/; compression off; }
        location /vary_on/ { alias %%HTML%%/; gzip_vary on; }
        location /gzip_too/ {
            alias %%HTML%%/; gzip on; gzip_vary on; gzip_min_length 1;
        }
        location /all_types/ { alias %%HTML%%/; compression_types *; }
        location /css/ { alias %%HTML%%/; compression_types text/css; }
        location /limits/ {
            alias %%HTML%%/;
            compression_min_length 60;
            compression_max_length 2k;
        }
        location /added_br/ {
            alias %%HTML%%/; add_header Content-Encoding br;
        }
        location /bypass/ {
            alias %%HTML%%/;
            compression_bypass $arg_a $arg_b;
        }
        location /named/ { alias %%HTML%%/; compression zstd; }
        location /if/ {
            alias %%HTML%%/;
            compression off;
            if ($arg_zstd) { compression zstd; }
        }
        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%/; }
        location /up_vary_on/ {
            gzip_vary on; proxy_pass http://127.0.0.1:%%PORT1%%/;
        }
    }

    server {
        listen %%PORT1%%;
        include %%ROOT%%/conf/answers;
    }
CONF
    'html/page.html' => $page,
    'html/page.css' => $page,
    'html/page.png' => $page,
    'html/page.bin' => $page,
    (map { ("html/$_.html" => text($_)) } 1, 49, 50, 59, 60, 2048, 2049),
    'conf/answers' => answers(),
});


sub answers {
    my %fields = (
        vary_origin => ['Vary: Origin'],
        vary_ours => ['Vary: Accept-Encoding'],
        vary_lower => ['Vary: accept-encoding, Origin'],
        vary_lines => ['Vary: Origin', 'Vary: Accept-Encoding'],
        vary_twice => ['Vary: Accept-Encoding',
            'Vary: accept-encoding, Origin'],
        vary_near => ['Vary: X-Accept-Encoding'],
        etag => ['ETag: "abc"'],
        etag_weak => ['ETag: W/"abc"'],
        gzip => ['Content-Encoding: gzip'],
        br => ['Content-Encoding: br'],
        no_transform => ['Cache-Control: no-transform'],
        no_transform_list => ['Cache-Control: public,No-Transform, max-age=9'],
        no_transform_line => ['Cache-Control: public',
            'Cache-Control: no-transform'],
        no_transform_near => ['Cache-Control: no-transformer, max-age=9'],
        digest => [map { "$_: a" } 'Content-Digest', 'Content-Digest', 'Digest',
            'Repr-Digest', 'Content-MD5', 'Want-Repr-Digest'],
        charset => ['X-Type: text/html; charset=utf-8'],
    );
    my $conf = "default_type text/html;\n";

    for my $name (sort keys %fields) {
        $conf .= "location = /$name {\n";

        for (@{ $fields{$name} }) {
            my ($field, $value) = /^(.*?): (.*)/;
            $value =~ s/"/\\"/g;
            $conf .= $field eq 'X-Type' ? qq{default_type "$value";\n}
                : qq{add_header $field "$value" always;\n};
        }

        $conf .= "return 200 \"$quoted\";\n}\n";
    }

    for my $status (200, 201, 203, 206, 400, 403, 404, 410, 500, 502, 503) {
        $conf .= "location = /status/$status {\n"
            . "return $status \"$quoted\";\n}\n";
    }

    return $conf . "location = /status/204 { return 204; }\n"
        . "location = /status/304 { return 304; }\n";
}


sub fetch {
    my ($path, $accept, %o) = @_;
    my @lines = map { "Accept-Encoding: $_" }
        ref $accept ? @$accept : defined $accept ? $accept : ();

    return get($path, %o, headers => [ @lines, @{ $o{headers} || [] } ]);
}


# how often Accept-Encoding is named in Vary

sub vary_count {
    my ($r) = @_;

    return scalar grep { lc eq 'accept-encoding' }
        map { split /\s*,\s*/ } $r->header('Vary');
}


subtest 'Accept-Encoding: garbage is survived' => sub {
    for my $accept (';', ',,,,', '=', 'q=1', ';q=1', 'zstd;q', 'zstd;q=',
        'zstd;q=x', 'zstd;q=2', 'zstd;q=-1', 'zstd;q=1.0001', 'zstd;q=0.0.0',
        'zstd;q=1;q=0', 'zstd;x=y;q=1', '"zstd"', "z\x80std",
        'zstd;q=' . '0' x 500, 'a,' x 2000 . 'zstd', '*' x 1000,
        'zstd;' x 1000)
    {
        my $r = fetch('/page.html', $accept);
        is_right($r, $page, sprintf '%.30s', $accept);
    }
};


subtest 'Vary names Accept-Encoding once' => sub {
    for my $accept ('zstd', 'gzip', undef) {
        for my $path (qw(/page.html /vary_on/page.html /gzip_too/page.html
            /up/status/200 /up_vary_on/status/200 /up/vary_origin
            /up/vary_ours /up/vary_lower /up/vary_lines /up/vary_near
            /up_vary_on/vary_ours /up_vary_on/vary_origin /up/vary_twice
            /up_vary_on/vary_twice))
        {
            my $r = fetch($path, $accept);
            is(vary_count($r), 1, "$path " . ($accept || 'none'))
                or diag($r->line('Vary'));
        }
    }

    like(fetch('/up/vary_origin', 'zstd')->line('Vary'), qr/\bOrigin\b/,
        'what the upstream said stays');
    like(fetch("/$_/vary_twice", 'zstd')->line('Vary'), qr/\bOrigin\b/,
        "kept beside another line: $_") for qw(up up_vary_on);
    like(fetch('/up/vary_near', 'zstd')->line('Vary'), qr/X-Accept-Encoding/,
        'so does a similar name');

    is(vary_count(fetch($_, 'zstd')), 0, "none: $_")
        for qw(/plain/page.html /page.png);
};


subtest 'entity tags' => sub {
    my $strong = fetch('/plain/page.html', 'zstd')->line('ETag');
    my $coded = fetch('/page.html', 'zstd');

    like($strong, qr/^"/, 'not coded: strong');
    is($coded->line('ETag'), "W/$strong", 'coded: the same, weak');
    is(fetch('/page.html', 'gzip')->line('ETag'), $strong,
        'declined: strong');
    is(fetch('/up/etag', 'zstd')->line('ETag'), 'W/"abc"', 'proxied');
    is(fetch('/up/etag_weak', 'zstd')->line('ETag'), 'W/"abc"',
        'weak already');

    for my $tag ($strong, "W/$strong", '*', "\"x\", W/$strong") {
        my $r = fetch('/page.html', 'zstd',
            headers => ["If-None-Match: $tag"]);
        is($r->{status}, 304, "If-None-Match: $tag");
        is($r->{end}, 'none', 'no body');
        is($r->coding, 'identity', 'no Content-Encoding');
        is($r->line($_), $coded->line($_), "$_ of the page") for qw(Vary ETag);
    }

    is(fetch('/page.html', 'gzip', headers => ['If-None-Match: *'])
        ->line('ETag'), $strong, 'declined: strong in a 304, too');

    my $image = fetch('/page.png', 'zstd', headers => ['If-None-Match: *']);
    is($image->{status}, 304, '304 of an image');
    is($image->line('Vary'), undef, 'no Vary, as on the image');

    is_coded(fetch('/page.html', 'zstd', headers => ['If-None-Match: "x"']),
        $page, 'If-None-Match: "x"');

    my $since = $coded->line('Last-Modified');
    is(fetch('/page.html', 'zstd',
        headers => ["If-Modified-Since: $since"])->{status}, 304,
        'If-Modified-Since');
};


subtest 'HEAD has the headers of GET' => sub {
    for my $path (qw(/page.html /up/status/200 /up/etag /up/status/404
        /page.png /49.html))
    {
        for my $accept ('zstd', 'gzip') {
            my $got = fetch($path, $accept);
            my $head = fetch($path, $accept, method => 'HEAD');

            is($head->{status}, $got->{status}, "$path $accept: status");

            for my $name (qw(Content-Type Content-Encoding Vary ETag
                Last-Modified Accept-Ranges))
            {
                is($head->line($name), $got->line($name),
                    "$path $accept: $name");
            }

            my $length = $head->line('Content-Length');
            ok(!defined $length || $length == length $got->{body},
                "$path $accept: Content-Length is none or true")
                or diag($length);
        }
    }
};


subtest 'statuses' => sub {
    for my $status (200, 201, 203, 403, 404, 500) {
        my $r = fetch("/up/status/$status", 'zstd');
        is($r->{status}, $status, "$status stays");
        is_coded($r, $page, "$status is coded");
    }

    for my $status (400, 410, 502, 503) {
        my $r = fetch("/up/status/$status", 'zstd');
        is($r->{status}, $status, "$status stays");
        is_right($r, $page, "$status is right");
    }

    my $partial = fetch('/up/status/206', 'zstd');
    is($partial->{status}, 206, '206 stays');
    is_plain($partial, $page, '206 is untouched');
    is($partial->line('Content-Length'), length $page, '206: its length');

    for my $status (204, 304) {
        my $r = fetch("/up/status/$status", 'zstd');
        is($r->{status}, $status, "$status stays");
        is($r->coding, 'identity', "$status: no Content-Encoding");
        is($r->{body}, '', "$status: no body");
    }

    my $missing = fetch('/missing.html', 'zstd');
    is($missing->{status}, 404, "nginx's own error page");
    is_coded($missing, fetch('/missing.html')->{body}, 'is coded');
};


subtest 'ranges' => sub {
    for my $range ('0-9', '100-', '-5', '0-0,10-19') {
        my $r = fetch('/page.html', 'zstd',
            headers => ["Range: bytes=$range"]);

        if ($r->{status} == 200) {
            is_coded($r, $page, "$range: the whole, coded");
        } else {
            is($r->{status}, 206, "$range: a part");
            is($r->coding, 'identity', "$range: not coded");
            my $plain = fetch('/plain/page.html', undef,
                headers => ["Range: bytes=$range"]);
            is(length $r->{body}, length $plain->{body}, "$range: length");
        }
    }

    is(fetch('/page.html', 'zstd')->line('Accept-Ranges'), undef,
        'ranges of coded bytes are not offered');

    my $r = fetch('/page.html', 'gzip', headers => ['Range: bytes=0-9']);
    is($r->{status}, 206, 'declined: ranges as ever');
    is($r->{body}, substr($page, 0, 10), 'declined: right bytes');
};


subtest 'left alone' => sub {
    for my $coding (qw(gzip br)) {
        my $r = fetch("/up/$coding", 'gzip, br, zstd');
        is($r->line('Content-Encoding'), $coding, "already $coding");
        is($r->{body}, $page, "already $coding: untouched");
        is($r->line('Content-Length'), length $page, "$coding: length");
    }

    # files that were compressed by hand are served like this
    my $added = fetch('/added_br/page.html', 'br, zstd');
    is($added->line('Content-Encoding'), 'br', 'add_header: coded already');
    is($added->{body}, $page, 'add_header: untouched');

    for my $name (qw(no_transform no_transform_list no_transform_line)) {
        my $r = fetch("/up/$name", 'zstd');
        is_plain($r, $page, $name);
        is($r->line('Content-Length'), length $page, "$name: length");
    }

    is_coded(fetch('/up/no_transform_near', 'zstd'), $page,
        'no-transformer is another word');
    is_plain(fetch('/plain/page.html', 'zstd'), $page, 'compression off');
};


subtest 'digests of the content go with the content they are of' => sub {
    my @names = qw(Content-Digest Repr-Digest Digest Content-MD5);
    my $plain = fetch('/up/digest', 'gzip');
    my $coded = fetch('/up/digest', 'zstd');

    is_coded($coded, $page, 'coded');
    is($plain->line($_), /^Content-D/ ? 'a, a' : 'a', "$_: kept") for @names;
    is($coded->line($_), undef, "$_: gone") for @names;
    is($coded->line('Want-Repr-Digest'), 'a', 'another field: kept');
};


subtest 'types' => sub {
    is_coded(fetch('/page.html', 'zstd'), $page, 'text/html');
    is_coded(fetch('/page.css', 'zstd'), $page, 'text/css, by default');
    is_plain(fetch('/page.png', 'zstd'), $page, 'image/png');
    is_plain(fetch('/page.bin', 'zstd'), $page, 'application/octet-stream');
    is_coded(fetch('/all_types/page.png', 'zstd'), $page, '*');
    is_coded(fetch('/css/page.css', 'zstd'), $page, 'listed');
    is_coded(fetch('/css/page.html', 'zstd'), $page, 'text/html always');
    is_coded(fetch('/up/charset', 'zstd'), $page, 'with a parameter');
};


subtest 'lengths' => sub {
    is_plain(fetch('/1.html', 'zstd'), text(1), 'one byte');
    is_plain(fetch('/49.html', 'zstd'), text(49), '49 bytes');
    is_coded(fetch('/50.html', 'zstd'), text(50), '50 bytes');
    is_plain(fetch('/limits/59.html', 'zstd'), text(59), 'under min');
    is_coded(fetch('/limits/60.html', 'zstd'), text(60), 'min');
    is_coded(fetch('/limits/2048.html', 'zstd'), text(2048), 'max');
    is_plain(fetch('/limits/2049.html', 'zstd'), text(2049), 'over max');
};


subtest 'bypass and if' => sub {
    is_coded(fetch('/bypass/page.html', 'zstd'), $page, 'empty');
    is_coded(fetch('/bypass/page.html?a=0&b=0', 'zstd'), $page, 'all 0');
    is_plain(fetch('/bypass/page.html?a=1', 'zstd'), $page, 'first');
    is_plain(fetch('/bypass/page.html?b=yes', 'zstd'), $page, 'second');
    is_plain(fetch('/bypass/page.html?a=0&b=00', 'zstd'), $page, '00 is a value');
    is_coded(fetch('/named/page.html', 'zstd'), $page, 'compression zstd');
    is_plain(fetch('/if/page.html', 'zstd'), $page, 'off outside if');
    is_coded(fetch('/if/page.html?zstd=1', 'zstd'), $page, 'on inside if');
};


subtest "nginx's own gzip beside it" => sub {
    require Compress::Zlib;

    my $r = fetch('/gzip_too/page.html', 'gzip');
    is($r->line('Content-Encoding'), 'gzip', 'gzip alone: gzip');
    is(Compress::Zlib::memGunzip($r->{body}), $page, 'decodes');

    is_coded(fetch('/gzip_too/page.html', 'gzip, zstd'), $page,
        'both: zstd, once');
    is_coded(fetch('/gzip_too/page.html', 'zstd'), $page, 'zstd alone');
    is_plain(fetch('/gzip_too/page.html', 'br'), $page, 'neither');

    $r = fetch('/gzip_too/page.html', 'gzip, zstd;q=0');
    is($r->line('Content-Encoding'), 'gzip', 'zstd refused: gzip');
};


subtest 'protocol versions' => sub {
    my $r = fetch('/page.html', 'zstd', version => '1.0');
    is_right($r, $page, 'HTTP/1.0');
    is($r->line('Transfer-Encoding'), undef, 'HTTP/1.0 is not chunked');

    my $c = EdgeTest::Client->new;
    my $ask = "GET /page.html HTTP/1.1\r\nHost: edge\r\n"
        . "Accept-Encoding: zstd\r\n\r\n";

    $c->send($ask x 3);

    for my $n (1 .. 3) {
        @$c{qw(end left)} = ();
        my $response = $c->head;
        $response->{body} = $c->body;
        $response->{end} = $c->{end};
        is_coded($response, $page, "pipelined $n");
    }
};


is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
