# Configurations written for the zstd modules that came before: what their
# documentation promises, and that an old spelling and its new one are the
# same setting.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check ();
use EdgeTest::Zstd ();
use Test::Nginx::Socket 'no_plan';

our $page = EdgeTest::Check::text(3000);
our $short = 'x' x 200;

# for response_body_filters: what the client reads after decoding

sub plain { return EdgeTest::Zstd::decode($_[0]) // 'does not decode' }

# what shows that a setting took effect

sub window { return (EdgeTest::Zstd::frames($_[0]))[0]{window} }

sub size { return length $_[0] }

our $size17 = length EdgeTest::Zstd::encode($page, 17);

our $files = [
    [ 'page.html' => $page ], [ 'page.css' => $page ],
    [ 'page.png' => $page ], [ 'short.html' => $short ],
    [ 'app.js' => $page ],
    [ 'app.js.zst' => EdgeTest::Zstd::encode($page, 19) ],
];

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('user_files', $files) if !defined $block->user_files;
    $block->set_value('more_headers', 'Accept-Encoding: gzip, zstd')
        if !defined $block->more_headers && defined $block->request;
});

no_long_string();
no_root_location();
run_tests();

__DATA__

=== TEST 1: synopsis: zstd on, gzip_vary on
--- http_config
    zstd on;
    gzip_vary on;
--- config
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd
Vary: Accept-Encoding


=== TEST 2: zstd off in a location
--- http_config
    zstd on;
--- config
    location / { zstd off; }
--- request
GET /page.html
--- response_body eval: $main::page
--- response_headers
! Content-Encoding


=== TEST 3: zstd in an if block
--- config
    location / {
        if ($arg_zstd) { zstd on; }
    }
--- request
GET /page.html?zstd=1
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 4: every directive at once
--- http_config
    zstd on;
    zstd_comp_level 9;
    zstd_min_length 256;
    zstd_max_length 10m;
    zstd_types text/plain text/css application/json image/svg+xml;
    zstd_buffers 4 16k;
    zstd_window_log 21;
    zstd_long off;
    zstd_max_cctx_memory 256m;
    zstd_bypass $http_x_no_compression;
    zstd_bypass_vary X-No-Compression;
    zstd_static off;
--- config
    location / { }
--- request
GET /page.css
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd
--- raw_response_headers_like: (?s)Vary:[^\r]*X-No-Compression.*Vary:[^\r]*Accept-Encoding|Vary:[^\r]*Accept-Encoding.*Vary:[^\r]*X-No-Compression|Vary:[^\r]*X-No-Compression, ?Accept-Encoding|Vary:[^\r]*Accept-Encoding, ?X-No-Compression


=== TEST 5: zstd_target_cblock_size
--- skip_eval: 3: EdgeTest::Zstd::version() < 10506
--- config
    zstd on;
    zstd_target_cblock_size 16384;
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 6: zstd_comp_level 0 is the library's default
--- config
    zstd on;
    zstd_comp_level 0;
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page


=== TEST 7: negative levels
--- config
    zstd on;
    zstd_comp_level -5;
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 8: zstd_min_length: shorter is left alone
--- config
    zstd on;
    zstd_min_length 201;
    location / { }
--- request
GET /short.html
--- response_body eval: $main::short
--- response_headers
! Content-Encoding


=== TEST 9: zstd_min_length: as long is coded
--- config
    zstd on;
    zstd_min_length 200;
    location / { }
--- request
GET /short.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::short
--- response_headers
Content-Encoding: zstd


=== TEST 10: zstd_max_length
--- config
    zstd on;
    zstd_max_length 2999;
    location / { }
--- request
GET /page.html
--- response_body eval: $main::page
--- response_headers
! Content-Encoding


=== TEST 11: zstd_types *
--- config
    zstd on;
    zstd_types *;
    location / { }
--- request
GET /page.png
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 12: zstd_types replaces the default list
--- config
    zstd on;
    zstd_types application/json;
    location / { }
--- request
GET /page.css
--- response_body eval: $main::page
--- response_headers
! Content-Encoding


=== TEST 13: zstd_bypass: set
--- config
    zstd on;
    zstd_bypass $http_x_no_compression;
    location / { }
--- request
GET /page.html
--- more_headers
Accept-Encoding: zstd
X-No-Compression: 1
--- response_body eval: $main::page
--- response_headers
! Content-Encoding


=== TEST 14: zstd_bypass: "0" is not set
--- config
    zstd on;
    zstd_bypass $http_x_no_compression;
    location / { }
--- request
GET /page.html
--- more_headers
Accept-Encoding: zstd
X-No-Compression: 0
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 15: zstd_bypass_vary on the bypassed response too
--- config
    zstd on;
    zstd_bypass $http_x_no_compression;
    zstd_bypass_vary X-No-Compression;
    location / { }
--- request
GET /page.html
--- more_headers
Accept-Encoding: zstd
X-No-Compression: 1
--- response_body eval: $main::page
--- raw_response_headers_like: Vary:[^\r]*X-No-Compression


=== TEST 16: zstd_static on, without the static module
--- config
    zstd_static on;
    gzip_vary on;
    location / { }
--- request
GET /app.js
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd
Vary: Accept-Encoding


=== TEST 17: zstd_static always, to any client
--- config
    zstd_static always;
    location / { }
--- request
GET /app.js
--- more_headers
Accept-Encoding: gzip
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 18: zstd_long with an explicit window
--- config
    zstd on;
    zstd_long on;
    zstd_comp_level 12;
    zstd_window_log 20;
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page


=== TEST 19: zstd_window_log 0 keeps the default
--- config
    zstd on;
    zstd_window_log 0;
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page


=== TEST 20: a budget that fits is accepted
--- config
    zstd on;
    zstd_comp_level 19;
    zstd_max_cctx_memory 256m;
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page


=== TEST 21: a budget that does not is refused
--- config
    zstd on;
    location / {
        zstd_comp_level 22;
        zstd_max_cctx_memory 4m;
    }
--- must_die
--- error_log eval
qr/zstd_max_cctx_memory/


=== TEST 22: beside gzip, zstd comes first
--- config
    zstd on;
    gzip on;
    gzip_min_length 1;
    gzip_vary on;
    location / { }
--- request
GET /page.html
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 23: beside gzip, a client without zstd
--- config
    zstd on;
    gzip on;
    gzip_min_length 1;
    location / { }
--- request
GET /page.html
--- more_headers
Accept-Encoding: gzip
--- response_headers
Content-Encoding: gzip


=== TEST 24: old and new spellings meet: zstd on, compression off below
--- config
    zstd on;
    location / { compression off; }
--- request
GET /page.html
--- response_body eval: $main::page
--- response_headers
! Content-Encoding


=== TEST 25: old and new spellings meet: compression zstd, zstd off below
--- config
    compression zstd;
    location / { zstd off; }
--- request
GET /page.html
--- response_body eval: $main::page
--- response_headers
! Content-Encoding


=== TEST 26: a new type list, an old switch
--- config
    zstd on;
    compression_types image/x-old;
    types { image/x-old png; }
    location / { }
--- request
GET /page.png
--- response_body_filters eval: \&main::plain
--- response_body eval: $main::page
--- response_headers
Content-Encoding: zstd


=== TEST 27: a new minimum overrides an old one
--- config
    zstd on;
    zstd_min_length 1;
    location / { compression_min_length 201; }
--- request
GET /short.html
--- response_body eval: $main::short
--- response_headers
! Content-Encoding


=== TEST 28: an old window is the new window
--- config
    location = /a.html { alias $TEST_NGINX_SERVER_ROOT/html/page.html;
        zstd on; zstd_window_log 10; }
    location = /b.html { alias $TEST_NGINX_SERVER_ROOT/html/page.html;
        compression on; compression_window 1k; }
--- pipelined_requests eval
["GET /a.html", "GET /b.html"]
--- more_headers
Accept-Encoding: zstd
--- response_body_filters eval: \&main::window
--- response_body eval
["1024", "1024"]


=== TEST 29: an old level is the new level
--- config
    location = /a.html { alias $TEST_NGINX_SERVER_ROOT/html/page.html;
        zstd on; zstd_comp_level 17; }
    location = /b.html { alias $TEST_NGINX_SERVER_ROOT/html/page.html;
        compression on; compression_level zstd=17; }
--- pipelined_requests eval
["GET /a.html", "GET /b.html"]
--- more_headers
Accept-Encoding: zstd
--- response_body_filters eval: \&main::size
--- response_body eval
[ $main::size17, $main::size17 ]
