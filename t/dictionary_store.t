# compression_dictionary_store: dictionaries that origins make, RFC 9842.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Client qw(get);
use EdgeTest::Coding ();
use EdgeTest::Dictionary;
use EdgeTest::DictionaryStore;
use EdgeTest::Hello qw(certificate);
use EdgeTest::Http3;
use EdgeTest::Upstream;
use Test::More;

my $one = release(1, 60_000);
my $next = release(3, 70_000);

# What the upstream answers by the first part of the path: its fields; the
# body is another one for each part, so that each has a hash of its own.

my $public = 'Cache-Control: max-age=600';
my $use = 'Use-As-Dictionary: match="/*"';

my %kept = (
    plain => "$public\r\n$use",
    shared => "Cache-Control: s-maxage=600, max-age=0\r\n$use",
    public => "Cache-Control: public, max-age=600\r\nAge: 10\r\n$use",
    expires => "Expires: Fri, 01 Jan 2100 00:00:00 GMT\r\n$use",
    raw => "$public\r\n$use, type=raw, unknown=1",
    varies => "$public\r\n$use\r\nVary: Origin, Accept-Encoding",
    chunked => "$public\r\n$use",
    id => "$public\r\n$use, id=\"the \\\"one\\\"\"",
    relative => "$public\r\nUse-As-Dictionary: match=\"*.js\"",
    query => "$public\r\nUse-As-Dictionary: match=\"/next/?v=*\"",
    dest => "$public\r\n$use, match-dest=(\"script\" \"style\")",
    tagged => "$public\r\n$use\r\nETag: \"tagged\"",
);

my %left = (
    private => "Cache-Control: private, max-age=600\r\n$use",
    fields => "Cache-Control: private=\"a, b\", max-age=600\r\n$use",
    nostore => "Cache-Control: max-age=600, no-store\r\n$use",
    nocache => "$public\r\nCache-Control: no-cache\r\n$use",
    zero => "Cache-Control: max-age=0\r\n$use",
    number => "Cache-Control: max-age=soon\r\n$use",
    aged => "$public\r\nAge: 600\r\n$use",
    stale => "Expires: Fri, 01 Jan 2010 00:00:00 GMT\r\n$use",
    never => "Expires: 0\r\n$use",
    silent => $use,
    cookie => "$public\r\n$use\r\nSet-Cookie: a=b",
    varycookie => "$public\r\n$use\r\nVary: Origin, cookie",
    varyany => "$public\r\n$use\r\nVary: *",
    varyauth => "$public\r\n$use\r\nVary: Authorization",
    coded => "$public\r\n$use\r\nContent-Encoding: x-own",
    type => "$public\r\n$use, type=other",
    nomatch => "$public\r\nUse-As-Dictionary: id=\"a\"",
    malformed => "$public\r\nUse-As-Dictionary: match=/*",
    group => "$public\r\nUse-As-Dictionary: match=\"/:name\"",
    elsewhere => "$public\r\nUse-As-Dictionary: match=\"//b.test/*\"",
    twice => "$public\r\n$use\r\n$use",
    none => $public,
    large => "$public\r\n$use",
    broken => "$public\r\n$use",
    missing => "$public\r\n$use",
);

sub content {
    my ($name) = @_;

    return $one . "// $name\n" . ($name eq 'large' ? ' ' x 500_000 : '');
}

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($name) = $request->{path} =~ m{^/(\w+)};
        my $text = $name eq 'next' ? $next : content($name);
        my $fields = 'Content-Type: application/javascript';
        my $more = $kept{$name} || $left{$name};

        if ($name eq 'short') {
            my ($age) = $request->{path} =~ /\?(\d+)/;
            $more = 'Cache-Control: max-age=' . ($age || 2) . "\r\n$use";
        }

        $more ||= "$public\r\n$use" if $name ne 'next';
        $fields .= "\r\n$more" if $more;

        if ($name eq 'gzipped') {
            $fields .= "\r\nContent-Encoding: gzip";
            $text = EdgeTest::Coding::encode('gzip', $text);
        }

        if ($name eq 'chunked') {
            $conn->start_chunked($fields);
            $conn->chunk(substr $text, $_ * 1000, 1000)
                for 0 .. length($text) / 1000;
            $conn->last_chunk;
            return;
        }

        my $status = $name eq 'missing' ? '404 Not Found' : '200 OK';

        $conn->send("HTTP/1.1 $status\r\n$fields\r\nContent-Length: "
            . length($text) . "\r\n\r\n"
            . ($name eq 'broken' ? substr $text, 0, 30_000 : $text));
    });

my $conf = <<"CONF";
    compression on;
    compression_types application/javascript;
    compression_dictionary_store store max_size=100m max_number=200
                                 max_dictionary=400k memory=16m;
    proxy_http_version 1.1;
    proxy_cache_path %%ROOT%%/cache keys_zone=all:1m;

    server {
        listen %%PORT%%;
        listen %%PORT2%%;
        root %%HTML%%;

        add_header X-Worker \$pid;

        location / { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location /files/ {
            alias %%HTML%%/;
            add_header Cache-Control max-age=600;
            add_header Use-As-Dictionary 'match="/*"';
        }
        location /plain/off/ {
            compression_dictionary_store off;
            proxy_pass http://127.0.0.1:%%PORT1%%;
        }
        location /next/off/ {
            compression_dictionary_store off;
            proxy_pass http://127.0.0.1:%%PORT1%%;
        }
        location /uncoded/ {
            compression off;
            proxy_pass http://127.0.0.1:%%PORT1%%;
        }
        location /gzipped/ {
            compression_decode always;
            proxy_pass http://127.0.0.1:%%PORT1%%;
        }
        location /cached/ {
            proxy_pass http://127.0.0.1:%%PORT1%%;
            proxy_cache all;
            proxy_cache_valid 200 1h;
        }
        location /limited/ {
            proxy_pass http://127.0.0.1:%%PORT1%%;
            compression_bypass \$arg_bypass;
        }
    }
CONF

# One worker, which has prepared what it has used: that a response comes
# without is then for the reason that is asked about.

my $edge = EdgeTest->start(http => $conf,
    files => { 'html/file.js' => content('file') });


subtest 'what is kept, and for what' => sub {
    for my $name (sort keys %kept) {
        my $r = get("/$name/a.js", headers => ['Accept-Encoding: zstd']);

        is_without($r, content($name), $name);
        like($r->line('Use-As-Dictionary'), qr/match=/,
            "$name: the field goes through");
        ok(wait_kept($edge, content($name)), "$name: kept") or next;

        next if $name =~ /^(id|relative|query|dest)$/;
        is_with(wait_dcz('/next/b.js', content($name)), $next,
            content($name), $name);
    }
};

subtest 'whatever else becomes of the response' => sub {
    get('/uncoded/a.js');
    ok(wait_kept($edge, content('uncoded')), 'compression off');

    get('/limited/a.js?bypass=1', headers => ['Accept-Encoding: zstd']);
    ok(wait_kept($edge, content('limited')), 'compression_bypass');

    get('/files/file.js', headers => ['Accept-Encoding: br']);
    ok(wait_kept($edge, content('file')), 'a file');

    get('/gzipped/a.js', headers => ['Accept-Encoding: gzip']);
    ok(wait_kept($edge, content('gzipped')), 'a coded one, as decoded');

    get('/cached/a.js') for 1 .. 2;
    ok(wait_kept($edge, content('cached')), 'a cache');

    get('/ranged/a.js', headers => ['Range: bytes=0-9']);
    ok(wait_kept($edge, content('ranged')), 'a range of it');

    get('/slow/a.js', rcvbuf => 4096);
    ok(wait_kept($edge, content('slow')), 'a slow reader');
};

subtest 'match, match-dest, id' => sub {
    my $relative = content('relative');

    is_with(wait_dcz('/relative/next.js', $relative), content('relative'),
        $relative, 'relative to where it came from');
    is_without(get('/next/b.js', headers => headers($relative)), $next,
        'and not elsewhere');

    my $query = content('query');
    is_with(wait_dcz('/next/?v=2', $query), $next, $query, 'a query');
    is_without(get('/next/?w=2', headers => headers($query)), $next,
        'another one');

    my $dest = content('dest');
    is_with(wait_dcz('/next/', $dest, headers => ['Sec-Fetch-Dest: style']),
        $next, $dest, 'a destination');
    is_without(get('/next/', headers => headers($dest,
        'Sec-Fetch-Dest: document')), $next, 'another one');

    my $id = content('id');
    is_with(wait_dcz('/next/', $id,
        headers => ['Dictionary-ID: "the \"one\""']), $next, $id, 'its id');
    is_without(get('/next/', headers => headers($id, 'Dictionary-ID: "two"')),
        $next, 'another id');
    is_with(get('/next/', headers => headers($id)), $next, $id, 'no id');
    is_without(get('/next/', headers => headers(content('plain'),
        'Dictionary-ID: "one"')), $next, 'an id it never had');
};

subtest 'other conditions are those of any dictionary' => sub {
    my $plain = content('plain');

    is_with(wait_dcz('/next/', $plain), $next, $plain, 'it is there');

    is_without(get('/next/off/', headers => headers($plain)), $next,
        'off in this location');
    is_without(get('/next/', headers => headers($plain,
        'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors')), $next,
        'a page of another site');
    is_without(get('/next/', headers => headers($plain . 'x')), $next,
        'a hash that is not known');
    is(get('/next/', headers => ['Accept-Encoding: gzip',
        'Available-Dictionary: ' . available($plain)])->coding, 'gzip',
        'a client without dcz');
    like(get('/next/')->line('Vary'),
        qr/Accept-Encoding, Available-Dictionary/, 'Vary for all of them');

    my $head = get('/next/', method => 'HEAD', headers => headers($plain));
    is($head->coding, 'dcz', 'HEAD');

    SKIP: {
        skip 'libbrotlienc before 1.1', 2 if !has_dcb();

        my $r = get('/next/', headers => [ 'Accept-Encoding: dcb',
            'Available-Dictionary: ' . available($plain) ]);
        my ($text, $error) = undcb($r->{body}, $plain);

        is($r->coding, 'dcb', 'dcb');
        ok(!$error && $text eq $next, 'decodes to it') or diag($error);
    }
};

subtest 'what one host keeps serves no other' => sub {
    my $poison = content('poison');

    get('/poison/a.js', host => 'evil.test');
    ok(wait_kept($edge, $poison), 'kept');
    is_with(wait_dcz('/next/', $poison, host => 'evil.test'), $next, $poison,
        'its own host');
    is_with(get('/next/', headers => headers($poison), host => 'EVIL.test.'),
        $next, $poison, 'in other letters');

    for my $other ('good.test', 'evil.test.good.test', 'xevil.test') {
        is_without(get('/next/', headers => headers($poison),
            host => $other), $next, $other);
    }

    is_without(get('/next/', headers => headers($poison),
        host => 'evil.test', port => EdgeTest->port(2)), $next,
        'another port');

    # asked for one host, while the upstream may hear of another
    my $c = EdgeTest::Client->new;
    $c->send("GET http://good.test/forged/a.js HTTP/1.1\r\n"
        . "Host: evil.test\r\nConnection: close\r\n\r\n");
    $c->head;
    $c->body;

    get('/afterwards/a.js');
    ok(wait_kept($edge, content('afterwards')), 'another one is kept');
    ok(!file_of($edge, content('forged')), 'two hosts: not kept');
};

subtest 'what is not kept' => sub {
    for my $name (sort keys %left) {
        my $r = get("/$name/a.js", headers => ['Accept-Encoding: zstd']);

        is($r->{status}, $name eq 'missing' ? 404 : 200, $name);
    }

    get('/plain/off/a.js?x');
    get('/authorized/a.js', headers => ['Authorization: Basic eDp5']);
    get('/head/a.js', method => 'HEAD');
    get('/post/a.js', method => 'POST', data => 'x');
    get('/http10/a.js', version => '1.0', host => '');

    my $c = EdgeTest::Client->new(rcvbuf => 4096);
    $c->ask('/large/left.js');
    $c->head;
    $c->close;

    # what was asked for later is kept: by then they would be
    for my $n (1 .. 4) {
        get("/control$n/a.js");
        ok(wait_kept($edge, content("control$n")), "control $n: kept");
    }

    for my $name (sort(keys %left), qw(authorized head post http10)) {
        ok(!file_of($edge, content($name)), "$name: not kept");
    }
};

subtest 'freshness' => sub {
    my $short = content('short');

    get('/short/a.js');
    ok(wait_kept($edge, $short), 'kept for two seconds');
    sleep 3;
    is_without(get('/next/', headers => headers($short)), $next, 'stale')
        for 1 .. 3;

    get('/short/a.js?600');
    is_with(wait_dcz('/next/', $short), $next, $short, 'fresh again');
};

subtest 'each worker' => sub {
    my $plain = content('plain');
    my %workers;

    $edge->write_conf(workers => 2);
    ok($edge->reload, 'two workers');
    ok($edge->wait_for(60, sub {
        my $r = get('/next/', headers => headers($plain));
        $workers{ $r->line('X-Worker') }++ if $r->coding eq 'dcz';
        return keys %workers == 2;
    }), 'both of them know what one has kept');
};

subtest 'a reload' => sub {
    my $plain = content('plain');

    ok($edge->reload, 'reload');
    is_with(wait_dcz('/next/', $plain), $next, $plain, 'known as before');
};

subtest 'another start' => sub {
    my @before = sort { $a cmp $b } kept($edge);

    ok(restart($edge), 'stopped and started');
    is_with(wait_dcz('/next/', content($_)), $next, content($_), $_)
        for qw(plain id shared);
    is_deeply([ sort { $a cmp $b } kept($edge) ], \@before,
        'the files are the same');
    is_without(get('/next/', headers => headers(content('poison'))), $next,
        'of its own host as before');
};

# An origin of https, by each of its protocols: what one brought serves all

subtest 'TLS, HTTP/2 and HTTP/3' => sub {
    my $features = `curl -V`;
    my $quic = EdgeTest::Http3::is_there();
    my %by = (
        $features =~ /\bSSL\b/ ? (https => '--http1.1') : (),
        $features =~ /\bHTTP2\b/ ? (h2 => '--http2') : (),
        $quic ? (h3 => '--http3-only') : (),
    );

    plan skip_all => 'curl without TLS' if !$by{https};

    my ($cert, $key) = certificate($EdgeTest::ServRoot, 'localhost');
    my $h2_too = EdgeTest::version() >= 1025001 ? '' : ' http2';
    my $listen = "listen %%PORT10%% ssl$h2_too;"
        . ($h2_too ? '' : ' http2 on;')
        . ($quic ? ' listen %%PORT10%% quic;' : '');
    my $tls = EdgeTest->start(http => <<"    CONF");
        compression zstd br;
        compression_types application/javascript;
        compression_dictionary_store store;
        server {
            $listen
            ssl_certificate $cert;
            ssl_certificate_key $key;
            location / { proxy_pass http://127.0.0.1:%%PORT1%%; }
        }
    CONF

    for my $how (sort keys %by) {
        curl($by{$how}, "/$how/a.js", 'Accept-Encoding: zstd');
        ok(wait_kept($tls, content($how)), "$how: kept");
    }

    for my $from (sort keys %by) {
        my $content = content($from);
        my $announced = 'Available-Dictionary: ' . available($content);

        for my $how (sort keys %by) {
            my $r = coded_by('dcz', $by{$how}, $announced);

            is_with($r, $next, $content, "kept by $from, used by $how");

            next if !has_dcb();
            $r = coded_by('dcb', $by{$how}, $announced);

            my ($text, $error) = undcb($r->{body}, $content);
            is($r->coding, 'dcb', '... dcb');
            ok(!$error && $text eq $next, '... decodes to it')
                or diag($error);
        }
    }

    is_deeply([ $tls->complaints ], [], 'nothing to complain of');
    $tls->stop;
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

$edge->stop;
done_testing();


# the response to a request of curl with these fields

sub curl {
    my ($protocol, $path, @fields) = @_;
    my $at = "$EdgeTest::ServRoot/curl-$$";
    my @command = ('curl', '-sk', '-m', 60, $protocol, '-D', "$at.head", '-o',
        "$at.body", (map { ('-H', $_) } @fields),
        'https://localhost:' . EdgeTest->port(10) . $path);

    unlink "$at.head", "$at.body";
    system(@command) == 0 or diag("@command: $?");

    my (undef, @lines) = split /\r\n/, EdgeTest::slurp("$at.head");
    my $r = bless {
        fields => [ map { [ split /:\s*/, $_, 2 ] } @lines ],
        body => EdgeTest::slurp("$at.body"),
    }, 'EdgeTest::Response';

    unlink "$at.head", "$at.body";
    return $r;
}


# the first response in this coding, as workers prepare dictionaries beside

sub coded_by {
    my ($coding, $protocol, $announced) = @_;
    my $r;

    $edge->wait_for(60, sub {
        $r = curl($protocol, '/next/', "Accept-Encoding: $coding",
            $announced);
        return $r->coding eq $coding;
    });

    return $r;
}
