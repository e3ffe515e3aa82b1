# Pages that are put together: SSI and its subrequests, addition, sub_filter,
# auth_request, mirror and slices. One coding, around all of it, whichever it
# is.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(codings decode dictionary wants wants_options);
use EdgeTest::Upstream;
use Compress::Zlib ();
use Test::More;

my $big = dense(300_000);
my @parts = (text(10), text(5000), dense(70_000));

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($how, $n) = $request->{path} =~ m{^/(\w+)/(\d+)};

        return $conn->reply(200, ['Content-Type: text/html'], $parts[$n])
            if $how eq 'length';

        # in two pieces with a pause: the parent has to wait for it
        $conn->start_chunked('Content-Type: text/html');
        $conn->chunk(substr $parts[$n], 0, 5);
        $conn->pause(0.03);
        $conn->chunk(substr $parts[$n], 5);
        $conn->last_chunk;
    });


sub include { return qq{<!--#include virtual="$_[0]"$_[1] -->} }


my %page = (
    'one' => [ 'a', include('/length/1', ''), 'b' ],
    'many' => [ map { ("head $_ ", include("/$_", '')) } qw(length/0 chunked/1
        length/2 chunked/2 file.html chunked/0 empty.html) ],
    'wait' => [ 'a', include('/chunked/2', ' wait="yes"'), 'b',
        include('/length/1', ''), 'c' ],
    'same' => [ map { include('/chunked/1', '') } 1 .. 20 ],
    'nested' => [ '(', include('/ssi/many.html', ''), '|',
        include('/ssi/one.html', ''), ')' ],
    'coded' => [ 'a', include('/zstd_too/length/2', ''), 'b' ],
    'only' => [ include('/chunked/2', '') ],
    'long' => [ $big, include('/length/0', ''), $big, include('/chunked/1',
        ''), $big ],
    'missing' => [ 'a', include('/nowhere', ''), 'b' ],
);

my ($dictionary, @file) = dictionary();

my $edge = EdgeTest->start(files => { @file,
    'html/file.html' => $big,
    'html/empty.html' => '',
    'html/foot.html' => '</html>',
    map({ ("html/ssi/$_.html" => join '', @{ $page{$_} }) } keys %page),
    'html/file.gz' => Compress::Zlib::memGzip($big),
    'html/latin.html' => "caf\xe9 " x 9_000,
    'html/words.html' => 'one two three ' x 20_000,
}, http => $dictionary . <<'CONF');
    compression on;
    compression_min_length 1;
    charset_map windows-1252 utf-8 { E9 C3A9; }

    server {
        listen %%PORT%%;
        listen %%PORT2%%%%H2%%;
        root %%HTML%%;

        location /length/ { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location /chunked/ { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location /zstd_too/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            compression_level 9;
        }
        location /ssi/ { ssi on; }
        location /tiny/ {
            alias %%HTML%%/ssi/; ssi on; compression_buffers 1 1k;
        }
        location /plain/ { alias %%HTML%%/ssi/; ssi on; compression off; }

        location /sub/ {
            alias %%HTML%%/; sub_filter 'two' '<b>2</b>';
            sub_filter_once off;
        }
        location /sub_proxied/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            sub_filter 'entry' 'ENTRY'; sub_filter_once off;
        }
        location /add/ {
            alias %%HTML%%/;
            add_before_body /length/1;
            add_after_body /chunked/0;
        }
        location /auth/ {
            auth_request /length/2;
            proxy_pass http://127.0.0.1:%%PORT1%%/;
        }
        location /mirror/ {
            mirror /chunked/2;
            proxy_pass http://127.0.0.1:%%PORT1%%/;
        }
        location /slice/ {
            alias %%HTML%%/; slice 8k;
        }
        location /error/ {
            error_page 404 /file.html;
            alias %%HTML%%/none/;
        }
        location /internal/ {
            rewrite ^/internal/(.*) /sub/$1;
        }
        location /gunzip/ {
            proxy_pass http://127.0.0.1:%%PORT3%%/gzip/; gunzip on;
        }
        location /trailer/ { alias %%HTML%%/; add_trailer X-End done; }
        location /charset/ {
            alias %%HTML%%/; charset utf-8; source_charset windows-1252;
            override_charset on; charset_types text/html;
        }
        location /sendfile/ { proxy_pass http://127.0.0.1:%%PORT3%%/; }
    }

    server {
        listen %%PORT3%%;
        location / {
            default_type text/html;
            add_header X-Accel-Redirect /file.html;
            return 200;
        }
        location /gzip/ {
            alias %%HTML%%/; default_type text/html;
            compression off; types { } add_header Content-Encoding gzip;
        }
    }
CONF


my $coding;

sub fetch { return get($_[0], headers => [ wants($coding) ]) }


sub comes {
    my ($r, $text, $name) = @_;

    $r = fetch($r) if !ref $r;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is_coded($r, $text, $name, $coding);
}


# what nginx puts together when it does not compress

my %whole = map { ($_ => get("/plain/$_.html")->{body}) } keys %page;

subtest 'without compression these are the pages' => sub {
    is($whole{one}, "a$parts[1]b", 'one');
    ok($whole{long} eq "$big$parts[0]$big$parts[1]$big", 'long');
    ok($whole{only} eq $parts[2], 'only');
    ok($whole{nested} eq "($whole{many}|$whole{one})", 'nested');
};

for (codings()) {
    $coding = $_;

    for my $where (qw(ssi tiny)) {
        subtest "$coding: SSI, $where" => sub {
            for my $name (sort keys %page) {
                for my $round (1 .. 3) {
                    my $r = fetch("/$where/$name.html");
                    comes($r, $whole{$name}, "$name, round $round");
                    is(scalar($r->header('Content-Encoding')), 1, 'once');
                }
            }
        };
    }

    subtest "$coding: a part asked for by itself" => sub {
        comes('/length/2', $parts[2], 'length');
        comes('/chunked/2', $parts[2], 'chunked');
    };

    subtest "$coding: sub_filter sees plain text" => sub {
        my $words = 'one <b>2</b> three ' x 20_000;

        comes('/sub/words.html', $words, 'file');
        comes("/sub_proxied/$_/1", $parts[1] =~ s/entry/ENTRY/gr,
            "proxied, $_") for qw(length chunked);
        comes('/internal/words.html', $words, 'rewritten');
    };

    subtest "$coding: addition" => sub {
        comes('/add/file.html', "$parts[1]$big$parts[0]", 'around it');
        comes('/add/foot.html', "$parts[1]</html>$parts[0]", 'short');
    };

    subtest "$coding: other filters in front" => sub {
        comes('/gunzip/file.gz', $big, 'gunzip') if $coding ne 'gzip';
        comes('/charset/latin.html', "caf\xc3\xa9 " x 9_000, 'charset');

        my $r = fetch('/trailer/file.html');
        comes($r, $big, 'with a trailer');
        like($r->{trailers}, qr/^X-End: done\r$/m, 'which is there');
    };

    subtest "$coding: subrequests without a body of their own" => sub {
        comes('/auth/length/1', $parts[1], 'auth_request');
        comes('/mirror/chunked/1', $parts[1], 'mirror');
    };

    subtest "$coding: redirects inside nginx" => sub {
        my $r = fetch('/error/x.html');
        is($r->{status}, 404, 'error_page keeps 404');
        comes($r, $big, 'error_page');
        comes('/sendfile/x', $big, 'X-Accel-Redirect');
        comes('/slice/file.html', $big, 'slice');
    };

    subtest "$coding: HTTP/2" => sub {
        plan skip_all => 'curl without HTTP/2' if `curl -V` !~ /\bHTTP2\b/;

        my $fields = wants_options($coding);

        for my $name (sort keys %page) {
            my $url = 'http://127.0.0.1:' . EdgeTest->port(2)
                . "/ssi/$name.html";
            my $bytes = `curl -s -m 60 --http2-prior-knowledge $fields $url`;
            my ($text, $error) = decode($coding, $bytes);

            ok(!$error && $text eq $whole{$name}, $name) or diag($error);
        }
    };
}

is(get('/gunzip/file.gz', headers => ['Accept-Encoding: gzip, zstd'])
    ->coding, 'gzip', 'gunzip: not for a client that takes gzip');

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
