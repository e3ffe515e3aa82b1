# compression_dictionary: dcz and dcb, RFC 9842.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Dictionary;
use EdgeTest::Upstream;
use EdgeTest::Zstd qw(frames);
use Test::More;
use Time::HiRes qw(sleep);

my $one = release(1, 300_000);
my $two = release(2, 300_000);
my $style = release(9, 5000);
my $next = release(3, 400_000);
my $page = substr $next, 0, 30_000;
my $dcb = has_dcb();

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($what, $rest) = $request->{path} =~ m{^/(\w+)/?([\d.]*)};

        if ($what eq 'cors') {
            my ($origin) = $request->{path} =~ m{/cors/\?(.*)};

            $conn->send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                . ($origin ? "Access-Control-Allow-Origin: $origin\r\n" : '')
                . "Vary: Origin, Accept-Encoding\r\n"
                . "Content-Length: 30000\r\n\r\n$page");
            return;
        }

        $conn->start_chunked('Content-Type: application/javascript');

        for (my $at = 0; $at < length $next; $at += 10_000) {
            $conn->chunk(substr $next, $at, 10_000);
            $conn->pause($rest || 0.7)
                if $what eq 'pauses' && $at % 100_000 == 90_000;
            $conn->pause(0.05) if $what eq 'dribble';
        }

        $conn->last_chunk if $what ne 'broken';
    });

my $conf = <<'CONF';
    compression on;
    compression_types application/javascript text/css;
    compression_idle 150ms;
    proxy_http_version 1.1;
    log_format c '$uri $compression_reason $compression_coding';
    access_log %%ROOT%%/logs/access.log c;

    compression_dictionary %%ROOT%%/html/one.js match=/* id=one;
    compression_dictionary %%ROOT%%/html/two.js match=/*.js* level=3
                           match-dest=script,style;

    server {
        listen %%PORT%% sndbuf=32k;
        root %%HTML%%;

        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%/; }
        location /off/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
        }
        location /tiny/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
            compression_buffers 1 256;
        }
        location /zstd/ { alias %%HTML%%/; compression zstd; }
        location /br/ { alias %%HTML%%/; compression br zstd; }
        location /gzip/ { alias %%HTML%%/; compression gzip; }
        location /vary/ { alias %%HTML%%/; gzip_vary on; }
        location /none/ { alias %%HTML%%/; compression_dictionary off; }
        location /dcz/ {
            alias %%HTML%%/;
            compression_dictionary %%HTML%%/one.js match=/* dcb=off;
        }
        location /nodcz/ {
            alias %%HTML%%/;
            compression_dictionary %%HTML%%/one.js match=/* dcz=off;
        }
        location /query/ {
            alias %%HTML%%/;
            compression_dictionary %%HTML%%/one.js
                                   match=/query/page.html?v=*;
        }
        location /compat/ {
            alias %%HTML%%/;
            zstd_dcz_dict_file %%HTML%%/one.js;
        }
        location /little/ {
            alias %%HTML%%/;
            compression_dictionary %%HTML%%/style.css match=/* level=9;
        }
        location /stored/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            compression_max_length 100k;
        }
        location /announce/ {
            alias %%HTML%%/;
            add_header Use-As-Dictionary 'match="/other"';
        }
    }
CONF

my $edge = EdgeTest->start(http => $conf, files => {
    'html/one.js' => $one,
    'html/two.js' => $two,
    'html/next.js' => $next,
    'html/page.html' => $page,
    'html/style.css' => $style,
    'html/sub/one.js' => $one,
    'html/image.png' => $page,
});


# vary(response): its members, in order of the alphabet

sub vary {
    return join ' ', sort map { lc } split /\s*,\s*/, $_[0]->line('Vary') // '';
}

use constant BOTH => 'accept-encoding available-dictionary';


sub is_dcz {
    my ($r, $text, $dictionary, $name) = @_;
    my ($got, $error) = undcz($r->{body}, $dictionary);

    is($r->coding, 'dcz', "$name: dcz");
    isnt($r->{end}, 'cut', "$name: whole");
    ok(!$error && $got eq $text, "$name: decodes to it")
        or diag($error || 'differs');
    is(vary($r), BOTH, "$name: Vary");
}


subtest 'a file against its release before' => sub {
    my $zstd = get('/next.js', headers => ['Accept-Encoding: zstd']);
    my $r = get('/next.js', headers => headers($one));

    is_dcz($r, $next, $one, 'one call and more');
    cmp_ok(length($r->{body}) * 3, '<', length $zstd->{body}, 'much smaller')
        or diag(length($r->{body}) . ' of ' . length $zstd->{body});
    like($r->line('ETag'), qr{^W/}, 'a weak ETag');
    is($r->line('Content-Length'), undef, 'no length of another');

    is_dcz(get('/page.html', headers => headers($one)), $page, $one, 'whole');
    is_dcz(get('/up/all', headers => headers($one)), $next, $one, 'chunked');
    is_dcz(get('/off/all', headers => headers($one)), $next, $one, 'flushed');
    is_dcz(get('/tiny/all', headers => headers($one)), $next, $one,
        'buffers of 256 bytes');
    is_dcz(get('/little/next.js', headers => headers($style)), $next, $style,
        'larger than the dictionary');
    is_dcz(get('/little/style.css', headers => headers($style)), $style,
        $style, 'itself');
};

subtest 'which of several' => sub {
    my $r = get('/next.js', headers => headers($two));

    is_dcz($r, $next, $two, 'the second');
    is_dcz(get('/next.js?x=1', headers => headers($two)), $next, $two,
        'its pattern covers queries');

    is_coded(get('/page.html', headers => headers($two)), $page,
        'not where it does not match');
    is_dcz(get('/next.js', headers => headers($two,
        'Sec-Fetch-Dest: script')), $next, $two, 'its destination');
    is_coded(get('/next.js', headers => headers($two,
        'Sec-Fetch-Dest: document')), $next, 'another destination');
    is_dcz(get('/next.js', headers => headers($one,
        'Sec-Fetch-Dest: document')), $next, $one, 'the first has none');

    is_dcz(get('/query/page.html?v=2', headers => headers($one)), $page, $one,
        'a query that matches');
    is_coded(get('/query/page.html?w=2', headers => headers($one)), $page,
        'one that does not');
    is_coded(get('/query/page.html', headers => headers($one)), $page,
        'and none');
};

subtest 'what is announced' => sub {
    my $hash = available($one);

    for (
        [ 'nothing' => ],
        [ 'a dictionary that is not here' => available('x' . $one) ],
        [ 'a string' => '"' . $hash . '"' ],
        [ 'no colons' => $hash =~ tr/://dr ],
        [ 'two in one line' => "$hash, $hash" ],
        [ 'too short' => ':AAAA:' ],
        [ 'too long' => ':' . 'A' x 64 . ':' ],
        [ 'not base64' => $hash =~ s/^:../:!!/r ],
        [ 'empty' => '' ],
    ) {
        my ($name, $value) = @$_;
        my $r = get('/page.html', headers => [
            'Accept-Encoding: zstd, dcz, dcb',
            defined $value ? "Available-Dictionary: $value" : () ]);

        is_coded($r, $page, $name);
        is(vary($r), BOTH, "$name: Vary all the same");
    }

    is_coded(get('/page.html', headers => [ 'Accept-Encoding: zstd, dcz',
        ("Available-Dictionary: $hash") x 2 ]), $page, 'two lines');
    is_dcz(get('/page.html', headers => [ 'Accept-Encoding: zstd, dcz',
        "Available-Dictionary: $hash;a=1" ]), $page, $one, 'a parameter');
};

subtest 'Accept-Encoding' => sub {
    for (
        [ 'dcz' => 'dcz' ],
        [ 'DCZ;q=0.001' => 'dcz' ],
        [ 'zstd, dcz' => 'dcz' ],
        [ 'zstd, dcz;q=0.9' => 'zstd' ],
        [ 'zstd;q=0.8, dcz;q=0.9' => 'dcz' ],
        [ 'zstd, dcz;q=0' => 'zstd' ],
        [ 'dcz;q=0, dcb;q=0' => 'identity' ],
        [ '*' => 'zstd' ],
        [ 'gzip' => 'gzip' ],
        [ 'identity, dcz;q=0.5' => 'identity' ],
        [ 'dcb, dcz' => 'dcz' ],
        [ 'br, dcb' => $dcb ? 'dcb' : 'br' ],
        [ 'dcz;q=0.9, dcb' => $dcb ? 'dcb' : 'dcz' ],
    ) {
        my ($accept, $coding) = @$_;
        my $r = get('/page.html', headers => [ "Accept-Encoding: $accept",
            'Available-Dictionary: ' . available($one) ]);

        is($r->coding, $coding, $accept);
        is(vary($r), BOTH, "$accept: Vary");
    }
};

subtest 'with what the location has' => sub {
    my %wanted = ('/zstd/' => 'dcz', '/gzip/' => 'gzip', '/none/' => 'zstd',
        '/dcz/' => 'dcz', '/br/' => $dcb ? 'dcb' : 'dcz',
        '/nodcz/' => $dcb ? 'dcb' : 'zstd', '/compat/' => 'dcz');

    for my $path (sort keys %wanted) {
        my $r = get("${path}page.html", headers => headers($one));

        is($r->coding, $wanted{$path}, $path);
        is(vary($r), $path eq '/none/' ? 'accept-encoding' : BOTH,
            "$path: Vary");
    }

    is(vary(get('/vary/page.html')), BOTH, 'gzip_vary: two fields, once each');
    is(vary(get('/image.png', headers => headers($one))), '', 'another type');
    is_dcz(get('/compat/page.html', headers => headers($one)), $page, $one,
        'zstd_dcz_dict_file');
};

subtest 'no page learns of another origin' => sub {
    my @own = ('Origin: https://own.test');

    for (
        [ 1, '', 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: no-cors' ],
        [ 1, '', 'Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate' ],
        [ 1, '', 'Sec-Fetch-Site: cross-site' ],
        [ 1, '', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: same-origin' ],
        [ 0, '', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors' ],
        [ 0, '', 'Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors' ],
        [ 0, '*', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors',
            @own ],
        [ 0, '', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors', @own ],
        [ 1, '*', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors', @own ],
        [ 0, '*', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors' ],
        [ 1, 'https://own.test', 'Sec-Fetch-Site: cross-site',
            'Sec-Fetch-Mode: cors', @own ],
        [ 0, 'https://own.test.evil', 'Sec-Fetch-Site: cross-site',
            'Sec-Fetch-Mode: cors', @own ],
        [ 0, '', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: websocket' ],
    ) {
        my ($may, $allow, @fields) = @$_;
        my $r = get("/up/cors/?$allow", headers => headers($one, @fields));

        is($r->coding, $may ? 'dcz' : 'zstd', "@fields [$allow]");
    }

    is(vary(get('/up/cors/', headers => headers($one))),
        'accept-encoding available-dictionary origin', 'upstream has a Vary');
};

subtest 'Use-As-Dictionary' => sub {
    my $of = sub { return get(@_)->line('Use-As-Dictionary') };

    is($of->('/one.js'), 'match="/*", id="one"', 'on the file itself');
    is($of->('/two.js'), 'match="/*.js*", match-dest=("script" "style")',
        'destinations');
    is($of->('/one.js', method => 'HEAD'), 'match="/*", id="one"', 'HEAD');
    is($of->('/one.js', headers => ['Accept-Encoding: zstd']),
        'match="/*", id="one"', 'coded');
    is($of->('/one.js', headers => ['Range: bytes=0-9']), undef,
        'not on a part');
    is($of->('/next.js'), undef, 'not on another');
    is($of->('/sub/one.js'), undef, 'nor on its like elsewhere');
    is($of->('/announce/one.js'), 'match="/other"', 'once');
    is($of->('/none/one.js'), undef, 'off');

    my $r = get('/one.js', headers => ['If-None-Match: '
        . get('/one.js')->line('ETag')]);
    is($r->{status}, 304, 'If-None-Match');
};

subtest 'HEAD' => sub {
    my $r = get('/next.js', method => 'HEAD', headers => headers($one));

    is($r->coding, 'dcz', 'as GET');
    is($r->{body}, '', 'no body');
    is(vary($r), BOTH, 'Vary');
};

subtest 'pauses and stalls: the header comes once' => sub {
    my $r;

    # a worker that a busy machine stops does not see how long it was
    for my $pause (0.7, 3, 10) {
        $r = get("/off/pauses/$pause", headers => headers($one));
        last if frames(substr $r->{body}, 40) > 1;
    }

    is_dcz($r, $next, $one, 'an upstream that pauses');
    cmp_ok(scalar(frames(substr $r->{body}, 40)), '>=', 2,
        'it parked its encoder');

    my $c = EdgeTest::Client->new(rcvbuf => 4096);
    $c->ask('/off/all', headers => headers($one));
    my $s = $c->head;
    sleep 0.6;
    $s->{body} = $c->hurry->body;
    is_dcz($s, $next, $one, 'a reader that stops');

    is_dcz(get('/stored/all', headers => headers($one)), $next, $one,
        'past compression_max_length');

    my $cut = get('/up/broken', headers => headers($one));
    is($cut->{end}, 'cut', 'an upstream that breaks: never as if whole');
};

subtest 'no memory' => sub {
    my $held = EdgeTest->start(files => { 'html/one.js' => $one,
            'html/next.js' => $next },
        http => <<'CONF');
    compression zstd;
    compression_types application/javascript;
    compression_memory 600k;
    compression_dictionary %%HTML%%/one.js match=/*;
    server { listen %%PORT2%%; root %%HTML%%; }
CONF

    for my $round (1 .. 3) {
        my $r = get('/next.js', port => EdgeTest->port(2),
            headers => headers($one));
        my %decode = (dcz => sub { undcz($_[0], $one) },
            zstd => \&EdgeTest::Zstd::decode, identity => sub { $_[0] });
        my ($text) = $decode{ $r->coding }->($r->{body});

        isnt($r->{end}, 'cut', 'cheaper, or nothing: ' . $r->coding);
        ok($text eq $next, 'whole');
    }

    $held->stop;
};

subtest 'dcb' => sub {
    plan skip_all => 'libbrotlienc before 1.1' if !$dcb;

    my $only = sub {
        return [ 'Accept-Encoding: dcb',
            'Available-Dictionary: ' . available($_[0]) ];
    };

    for my $path ('/next.js', '/up/all', '/off/all', '/off/pauses',
        '/tiny/all', '/page.html', '/br/page.html')
    {
        my $wanted = $path =~ /page/ ? $page : $next;
        my $r = get($path, headers => $only->($one));
        my ($text, $error) = undcb($r->{body}, $one);

        is($r->coding, 'dcb', "$path: dcb");
        ok(!$error && $text eq $wanted, "$path: decodes to it")
            or diag($error || 'differs');
        is(vary($r), BOTH, "$path: Vary");
    }

    my $br = get('/next.js', headers => ['Accept-Encoding: br']);
    my $r = get('/next.js', headers => $only->($one));
    cmp_ok(length($r->{body}) * 3, '<', length $br->{body}, 'much smaller');
};

subtest 'reload, with another dictionary' => sub {
    my $three = release(4, 200_000);

    $edge->write_file('html/one.js', $three);
    ok($edge->reload, 'reload');
    is_dcz(get('/page.html', headers => headers($three)), $page, $three,
        'the new one');
    is_coded(get('/page.html', headers => headers($one)), $page,
        'the old one is gone');
    is(get('/one.js')->line('Use-As-Dictionary'), 'match="/*", id="one"',
        'announced');

    $edge->write_file('html/one.js', $one);
    is(get('/one.js')->line('Use-As-Dictionary'), undef,
        'a file that changed is another');
};

subtest 'what is logged' => sub {
    my $log = EdgeTest::slurp("$edge->{root}/logs/access.log");

    like($log, qr{^/next\.js coded dcz$}m, '$compression_coding');
    is_deeply([ $edge->complaints ],
        [ grep { /prematurely|upstream/ } $edge->complaints ],
        'nothing to complain of');
};

subtest 'configuration' => sub {
    my $refused = sub {
        my ($args, $pattern) = @_;
        my ($code, $said) = EdgeTest->check_conf(
            files => { dictionary => $style, empty => '' },
            http => "compression_dictionary $args;");

        isnt($code, 0, $args);
        like($said, $pattern, "$args: why");
        like($said, qr{nginx\.conf:\d+}, "$args: where");
    };
    my $file = '%%ROOT%%/dictionary';

    $refused->($file, qr/no "match=".*"match=\/\*" is for all/);
    $refused->('%%ROOT%% match=/*', qr/is not a regular file/);
    $refused->("$file match=/* id=a match=/b", qr/duplicate .*"match=\/b"/);
    $refused->("$file match=", qr/"match=" or|"match="/);
    $refused->("$file match=app.js", qr/must begin with "\/"/);
    $refused->("$file match=/:name", qr/":name"/);
    $refused->("$file 'match=/a b'", qr/a space/);
    $refused->("$file match=/" . 'a' x 600, qr/longer than 512/);
    $refused->("$file match=/* level=0", qr/1 to 11/);
    $refused->("$file match=/* dcz=20", qr/"off" or a level from 1 to 19/);
    $refused->("$file match=/* dcb=1", qr/"off" or a level from 2 to 11/);
    $refused->("$file match=/* level=", qr/with a value/);
    $refused->("$file match=/* lever=3", qr/invalid parameter "lever=3"/);
    $refused->("$file match=/* match-dest=a,,b", qr/parted by commas/);
    $refused->("$file match=/* match-dest=Script", qr/parted by commas/);
    $refused->("$file match=/* id=\"one\"", qr/without quotes/);
    $refused->("$file match=/* id=" . 'i' x 1025, qr/no longer than 1024/);
    $refused->("/no/such match=/*", qr{/no/such});
    $refused->("%%ROOT%%/empty match=/*", qr{has 0 bytes});
    $refused->("$file match=/* dcb=5", qr/libbrotlienc 1\.1/) if !$dcb;
};

$edge->stop;
done_testing();
