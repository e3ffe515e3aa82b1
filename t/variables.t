# What the log can say of a response.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Upstream;
use Test::More;

my $accept = ['Accept-Encoding: zstd'];
my $page = text(20_000);

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;

        $conn->start_chunked('Content-Type: text/html');
        $conn->chunk($page) if $request->{path} !~ /empty/;

        if ($request->{path} =~ m{stall/(\S+)}) {
            $conn->pause($1);
            $conn->chunk($page);
        }

        $conn->last_chunk;
    });

my $edge = EdgeTest->start(files => {
    'html/page.html' => $page,
    'html/page.png' => $page,
    'html/empty.html' => '',
    'html/short.html' => 'x' x 49,
    'html/ssi.html' => 'x<!--#include virtual="/part.html" -->y',
    'html/part.html' => $page,
}, http => <<'CONF');
    log_format all '$uri|$compression_coding|$compression_ratio|'
        '$compression_bytes_in|$compression_bytes_out|$compression_time|'
        '$compression_reason|$zstd_ratio|$zstd_bytes_in|$zstd_bytes_out|'
        '$body_bytes_sent';
    access_log %%ROOT%%/logs/access.log all;

    compression zstd;
    compression_idle 100ms;
    log_subrequest on;

    server {
        listen %%PORT%%;
        root %%HTML%%;

        location /off/ { alias %%HTML%%/; compression off; }
        location /max/ { alias %%HTML%%/; compression_max_length 100; }
        location /bypass/ { alias %%HTML%%/; compression_bypass 1; }
        location /fixed/ {
            alias %%HTML%%/; add_header Cache-Control no-transform;
        }
        location /coded/ { proxy_pass http://127.0.0.1:%%PORT2%%; }
        location /tight/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            compression_level zstd=19;
        }
        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%/; }
        location /unbuffered/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
        }
        location /status/ {
            location = /status/204 { return 204; }
            location = /status/206 {
                default_type text/html; return 206 "0123456789abcdef";
            }
        }
        location = /ssi.html { ssi on; }
    }

    server {
        listen %%PORT2%%;
        access_log off;
        compression off;
        root %%HTML%%;
        location /coded/ {
            alias %%HTML%%/; add_header Content-Encoding br;
        }
    }
CONF


# logged(path, option): the response, and what was logged of it

sub logged {
    my ($path, %o) = @_;
    my $before = length EdgeTest::slurp("$edge->{root}/logs/access.log");
    my $r = get($path, headers => $accept, %o);
    my $line = $edge->wait_for(30, sub {
        my $new = substr EdgeTest::slurp("$edge->{root}/logs/access.log"),
            $before;
        $new =~ /^(\Q$path\E\|.*)\n/m ? $1 : undef;
    }) || '';
    my %v;

    @v{qw(uri coding ratio in out time reason zratio zin zout sent)}
        = split /\|/, $line;

    return ($r, \%v);
}


subtest 'a coded response' => sub {
    for my $path (qw(/page.html /up/x /unbuffered/x)) {
        my ($r, $v) = logged($path);
        my $in = length $page;
        my $out = length $r->{body};

        is_coded($r, $page, $path);
        is($v->{coding}, 'zstd', 'coding');
        is($v->{reason}, 'coded', 'reason');
        is($v->{in}, $in, 'bytes in');
        is($v->{out}, $out, 'bytes out');
        like($v->{ratio}, qr/^\d+\.\d{2,3}$/, 'ratio is a decimal');
        cmp_ok(abs($v->{ratio} - $in / $out), '<=', 0.011, 'ratio is right');
        like($v->{time}, qr/^\d+$/, 'time is a number');
        cmp_ok($v->{time}, '>', 0, 'more than nothing');
        cmp_ok($v->{time}, '<', 1_000_000, 'of microseconds');
        is_deeply([ @$v{qw(zratio zin zout)} ], [ @$v{qw(ratio in out)} ],
            'the old names say the same');
    }
};

subtest 'several frames count as one response' => sub {
    my ($pause, $r, $v);

    # a worker that a busy machine stops does not see how long it was
    for (0.5, 2, 8) {
        $pause = $_;
        ($r, $v) = logged("/unbuffered/stall/$pause");
        last if EdgeTest::Zstd::frames($r->{body}) > 1;
    }

    is_coded($r, $page x 2, 'stalled');
    cmp_ok(scalar(EdgeTest::Zstd::frames($r->{body})), '>', 1, 'two frames');
    is($v->{in}, 2 * length $page, 'bytes in');
    is($v->{out}, length $r->{body}, 'bytes out');
    cmp_ok($v->{time}, '<', 800_000 * $pause, 'waiting is not encoding');
};

subtest 'reasons' => sub {
    for (
        [ off => '/off/page.html' ],
        [ type => '/page.png' ],
        [ length => '/short.html' ],
        [ length => '/max/page.html' ],
        [ bypass => '/bypass/page.html' ],
        [ 'no-transform' => '/fixed/page.html' ],
        [ 'not-accepted' => '/page.html', headers => [] ],
        [ 'not-accepted' => '/page.html',
            headers => ['Accept-Encoding: gzip, zstd;q=0'] ],
        [ 'already-coded' => '/coded/page.html' ],
        [ status => '/status/204' ],
        [ status => '/status/206' ],
        [ status => '/page.html', headers => [ @$accept,
            'If-None-Match: *' ] ],
    ) {
        my ($reason, $path, %o) = @$_;
        my ($r, $v) = logged($path, %o);

        is($v->{reason}, $reason, "$path: $reason");
        is($r->coding, $reason eq 'already-coded' ? 'br' : 'identity',
            'and so it is');
        like($v->{coding}, qr/^(?:-|identity|br|)$/, 'coding');
        is($v->{zratio}, '-', 'no old ratio');
        is($v->{zin}, '-', 'no old bytes in');
    }
};

subtest 'subrequests are part of the page' => sub {
    my ($r, $v) = logged('/ssi.html');

    is_coded($r, "x${page}y", 'page');
    is($v->{in}, 2 + length $page, 'bytes in');
    is($v->{reason}, 'coded', 'reason');

    my $log = EdgeTest::slurp("$edge->{root}/logs/access.log");
    like($log, qr{^/part\.html\|[^\n]*\|subrequest\|}m, 'the part');
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
