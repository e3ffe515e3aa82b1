# Files compressed beforehand, in three codings: which one is sent, to whom,
# and what comes instead of one that is missing or not what it should be.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(decode encode);
use Test::More;

my %suffix = (zstd => 'zst', br => 'br', gzip => 'gz');
my @codings = qw(zstd br gzip);
my $page = text(20_000);
my %stored = map { $_ => encode($_, $page, 9) } @codings;
my %files;


# beside(NAME, [CODING => BYTES] ...): the page and what lies beside it

sub beside {
    my ($name, %coded) = @_;

    $files{"html/$name.html"} = $page;
    $files{"html/$name.html.$suffix{$_}"} = $coded{$_} for keys %coded;
}


beside('all', %stored);
beside('none');
beside("no-$_", map { $_ => $stored{$_} } @codings) for @codings;
delete $files{"html/no-$_.html.$suffix{$_}"} for @codings;
beside("only-$_", $_ => $stored{$_}) for @codings;

# each under another's name, and cut
beside('wrong', zstd => $stored{gzip}, br => $stored{zstd},
    gzip => $stored{br});
beside('text', map { $_ => "<!DOCTYPE html>$page" } @codings);
beside('empty', map { $_ => '' } @codings);
beside('cut', map { $_ => substr $stored{$_}, 0, 3 } qw(zstd gzip));
beside('bad-zstd', %stored, zstd => $stored{gzip});
beside('bad-br', %stored, br => $stored{gzip});
beside('large-br', %stored, br => "\x11\x19" . 'x' x 100);
beside('bare', %stored);
delete $files{'html/bare.html'};
beside('nothing', map { $_ => encode($_, '') } @codings);
beside('part', %stored);

$files{'html/ssi.html'} = 'a <!--# include virtual="/on/part.html" --> z';
$files{'html/page.js'} = $page;
$files{'html/page.js.br'} = $stored{br};
$files{'html/page.js.zst/x'} = 'a directory of that name';

my $edge = EdgeTest->start(files => \%files, http => <<'CONF');
    map $http_x_order $order { default $http_x_order; }

    server {
        listen %%PORT%%;
        root %%HTML%%;
        compression_static on;

        location /on/ { alias %%HTML%%/; }
        location /gbz/ { alias %%HTML%%/; compression gzip br zstd; }
        location /br/ { alias %%HTML%%/; compression br; }
        location /order/ { alias %%HTML%%/; compression $order; }
        location /off/ { alias %%HTML%%/; compression_static off; }
        location /but/ { alias %%HTML%%/; brotli_static off; }
        location /one/ {
            compression_static off;
            zstd_static on;
            location /one/below/ { alias %%HTML%%/; }
            location /one/all/ { alias %%HTML%%/; compression_static on; }
        }
        location /always/ { alias %%HTML%%/; compression_static always; }
        location /both/ { alias %%HTML%%/; compression on; }
        location /nginx/ {
            alias %%HTML%%/; gzip_static on; gzip on; gzip_vary on;
            gzip_min_length 1; compression on;
        }
        location /cache/ {
            alias %%HTML%%/; open_file_cache max=100 inactive=60s;
            open_file_cache_errors on; open_file_cache_valid 60s;
        }
        location /direct/ {
            alias %%HTML%%/; directio 1; directio_alignment 512;
        }
        location /ssi/ { alias %%HTML%%/; ssi on; }
    }

    server {
        listen %%PORT1%%%%H2%%;
        root %%HTML%%;
        compression_static on;
    }
CONF


sub fetch {
    my ($path, $accept, @rest) = @_;

    return get($path, headers => [ defined $accept
        ? "Accept-Encoding: $accept" : (), @rest ]);
}


# the coding of a response that is whole and says the right thing, or why not

sub coding {
    my ($r, $text) = @_;
    my $coding = $r->coding;

    return "status $r->{status}" if $r->{status} != 200;
    return "end: $r->{end}" if $r->{end} =~ /^(?:cut|timeout)$/;

    my ($got, $error) = $coding eq 'identity' ? $r->{body}
        : decode($coding, $r->{body});

    return "$coding: $error" if defined $error;
    return "$coding: other text" if $got ne ($text // $page);
    return $coding;
}


# as it is in the file

sub stored {
    my ($r) = @_;
    my $coding = coding($r);

    return ($stored{$coding} // $page) eq $r->{body} ? $coding
        : "$coding, made anew";
}


subtest 'weights, then the order of the operator' => sub {
    for (
        [ on => 'zstd, br, gzip' => 'zstd' ],
        [ on => 'gzip, br' => 'br' ],
        [ on => 'gzip' => 'gzip' ],
        [ on => 'x-gzip' => 'gzip' ],
        [ on => '*' => 'zstd' ],
        [ on => 'zstd;q=0, *' => 'br' ],
        [ on => 'zstd;q=0.5, br;q=0.6, gzip;q=0.7' => 'gzip' ],
        [ on => 'zstd;q=0.5, gzip;q=0.1' => 'zstd' ],
        [ on => 'gzip;q=0.5, identity' => 'identity' ],
        [ on => 'gzip;q=0' => 'identity' ],
        [ on => 'deflate' => 'identity' ],
        [ on => '' => 'identity' ],
        [ on => undef, 'identity' ],
        [ gbz => 'zstd, br, gzip' => 'gzip' ],
        [ gbz => 'zstd, br' => 'br' ],
        [ gbz => 'zstd, br;q=0.9' => 'zstd' ],
        [ br => 'zstd, br, gzip' => 'br' ],
        [ br => 'zstd, gzip' => 'zstd' ],
        [ off => 'zstd, br, gzip' => 'identity' ],
        [ but => 'br, gzip' => 'gzip' ],
        [ but => 'br' => 'identity' ],
        [ 'one/below' => 'br, zstd' => 'zstd' ],
        [ 'one/below' => 'br, gzip' => 'identity' ],
        [ 'one/all' => 'br, gzip' => 'br' ],
        [ cache => 'gzip, br' => 'br' ],
        [ direct => 'gzip' => 'gzip' ],
        [ direct => 'zstd' => 'zstd' ],
    ) {
        my ($where, $accept, $wanted) = @$_;

        is(stored(fetch("/$where/all.html", $accept)), $wanted,
            "$where, " . ($accept // 'no field'));
    }

    for my $order ('br gzip zstd', 'gzip', 'off', 'zstd br', '') {
        my ($first) = $order =~ /^(?!off)(\w+)/;

        is(stored(fetch('/order/all.html', 'zstd, br, gzip',
            "X-Order: $order")), $first // 'zstd', "order \"$order\"");
    }
};

subtest 'one that is not there, or not what its name says' => sub {
    for (
        [ 'no-zstd' => 'br' ], [ 'no-br' => 'zstd' ], [ 'no-gzip' => 'zstd' ],
        [ 'only-zstd' => 'zstd' ], [ 'only-br' => 'br' ],
        [ 'only-gzip' => 'gzip' ], [ 'none' => 'identity' ],
        [ 'wrong' => 'identity' ], [ 'text' => 'identity' ],
        [ 'empty' => 'identity' ], [ 'cut' => 'identity' ],
        [ 'bad-zstd' => 'br' ],
    ) {
        my ($name, $wanted) = @$_;

        is(stored(fetch("/on/$name.html", 'zstd, br, gzip')), $wanted, $name);
        is(stored(fetch("/cache/$name.html", 'zstd, br, gzip')), $wanted,
            "$name, open_file_cache") for 1 .. 2;
    }

    is(stored(fetch("/on/$_.html", 'br, gzip')), 'gzip', $_)
        for qw(bad-br large-br);

    is(stored(fetch('/on/page.js', 'zstd, br')), 'br',
        'a directory is no file');
    is(coding(fetch('/on/nothing.html', $_), ''), $_, "nothing, in $_")
        for @codings;

    for my $name (qw(none wrong text empty cut)) {
        is(coding(fetch("/both/$name.html", 'br')), 'br',
            "$name: compressed on the fly");
    }

    is(stored(fetch('/both/only-gzip.html', 'zstd, gzip')), 'gzip',
        'a file beside is taken before compressing');
    is(stored(fetch('/both/only-gzip.html', 'zstd')), 'zstd, made anew',
        'but not for those who cannot read it');

    like($edge->log, qr/$_", not sent|$_" [\w ]+, not sent/, "the log: $_")
        for qw(wrong.html.zst wrong.html.br wrong.html.gz cut.html.gz
            large-br.html.br empty.html.br);
    unlike($edge->log, qr/none\.html\.\w+"/, 'none is no event');
};

subtest 'always' => sub {
    for (
        [ all => 'br' => 'br' ], [ all => 'gzip;q=0.5, br;q=0.1' => 'gzip' ],
        [ all => undef, 'zstd' ], [ all => 'identity' => 'zstd' ],
        [ 'no-zstd' => 'gzip' => 'gzip' ], [ 'no-zstd' => undef, 'br' ],
        [ 'only-gzip' => 'zstd' => 'gzip' ], [ none => 'zstd' => 'identity' ],
        [ bare => undef, 'zstd' ],
    ) {
        my ($name, $accept, $wanted) = @$_;

        is(stored(fetch("/always/$name.html", $accept)), $wanted,
            "$name, " . ($accept // 'no field'));
    }

    is(fetch('/on/bare.html', 'gzip')->coding, 'gzip', 'on: no original');
    is(fetch('/on/bare.html')->{status}, 404, 'on: not for all');
};

subtest 'Vary' => sub {
    for my $accept ('zstd', 'gzip', 'identity', undef) {
        my $name = $accept // 'no field';

        is(join('|', fetch("/$_", $accept)->header('Vary')),
            'Accept-Encoding', "$_, $name")
            for qw(on/all.html on/only-gzip.html on/only-zstd.html
                always/all.html nginx/all.html nginx/none.html
                both/all.html);
        is(fetch("/$_", $accept)->line('Vary'), undef, "$_, $name")
            for qw(on/none.html off/all.html on/empty.html);
    }
};

subtest 'validators, ranges, HEAD' => sub {
    my %tags = map { fetch('/on/all.html', $_)->line('ETag') => 1 }
        @codings, 'identity';

    is(keys %tags, 4, 'four representations, four ETags');

    for my $coding (@codings) {
        my $r = fetch('/on/all.html', $coding);
        my $tag = $r->line('ETag');
        my $file = $stored{$coding};

        like($tag, qr/^"[-0-9a-f]+"\z/, "$coding: a strong ETag");
        is($r->line('Content-Length'), length $file, 'Content-Length');
        is($r->line('Content-Type'), 'text/html', 'Content-Type');
        is($r->line('Accept-Ranges'), 'bytes', 'Accept-Ranges');

        is(fetch('/on/all.html', $coding, "If-None-Match: $tag")->{status},
            304, 'If-None-Match');
        is(fetch('/on/all.html', $coding, 'If-Modified-Since: '
            . $r->line('Last-Modified'))->{status}, 304, 'If-Modified-Since');

        my $part = fetch('/on/all.html', $coding, 'Range: bytes=10-29',
            "If-Range: $tag");

        is($part->{status}, 206, 'a range');
        is($part->coding, $coding, 'of this coding');
        ok($part->{body} eq substr($file, 10, 20), 'its bytes');
        is($part->line('Content-Range'), 'bytes 10-29/' . length $file,
            'Content-Range');
        is($part->line('Vary'), 'Accept-Encoding', 'Vary');

        is(fetch('/on/all.html', 'identity', 'Range: bytes=10-29',
            "If-Range: $tag")->{status}, 200, 'the ETag of another');

        my $head = get('/on/all.html', method => 'HEAD',
            headers => ["Accept-Encoding: $coding"]);

        is($head->{end}, 'none', 'HEAD: no body');
        is($head->line($_), $r->line($_), "HEAD: $_") for qw(Vary ETag
            Content-Type Content-Encoding Content-Length Last-Modified
            Accept-Ranges);
    }
};

subtest 'beside gzip_static and gzip' => sub {
    is(stored(fetch('/nginx/all.html', 'zstd, br, gzip')), 'zstd', 'zstd');
    is(stored(fetch('/nginx/all.html', 'gzip')), 'gzip', 'gzip');
    is(stored(fetch('/nginx/only-gzip.html', 'gzip')), 'gzip', 'its file');
    is(coding(fetch('/nginx/none.html', 'gzip')), 'gzip', 'on the fly');

    for my $accept ('zstd, br, gzip', 'gzip') {
        is(scalar(fetch('/nginx/all.html', $accept)
            ->header('Content-Encoding')), 1, "$accept: coded once");
    }
};

subtest 'a file older than its original' => sub {
    my $file = "$edge->{root}/html/all.html.zst";

    utime 1_000_000_000, 1_000_000_000, $file;

    my $r = fetch('/on/all.html', 'zstd');
    is(stored($r), 'zstd', 'is sent, as gzip_static does');
    is($r->line('Last-Modified'), 'Sun, 09 Sep 2001 01:46:40 GMT',
        'with its own date');
};

subtest 'a part of another response' => sub {
    my $r = fetch('/ssi/ssi.html', 'zstd, br, gzip');

    is_plain($r, "a $page z", 'is not sent coded');
};

subtest 'HTTP/2' => sub {
    my $url = 'http://127.0.0.1:' . EdgeTest->port(1) . '/all.html';

    for my $coding (@codings) {
        my $body = `curl -s --max-time 60 --http2-prior-knowledge -H 'Accept-Encoding: $coding' $url`;
        ok($body eq $stored{$coding}, $coding);
    }
};

subtest 'a file that comes and goes' => sub {
    $edge->write_file('html/none.html.br', $stored{br});
    is(stored(fetch('/on/none.html', 'br')), 'br', 'comes');
    unlink "$edge->{root}/html/none.html.br";
    is(stored(fetch('/on/none.html', 'br')), 'identity', 'goes');
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
