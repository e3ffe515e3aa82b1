# Which coding a response gets: the client's weights, then the operator's
# order, then what memory there is; and the directives of the Brotli modules.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(decode);
use Test::More;

my $page = text(12_000);
my $edge = EdgeTest->start(files => {
        'html/page.html' => $page, 'html/page.css' => $page,
        'html/page.html.br' => 'br beside',
        'html/page.html.zst' => EdgeTest::Zstd::encode('zst beside', 3),
    }, http => <<'CONF');
    map $http_x_list $list { default $http_x_list; }
    gzip on;
    compression_memory 1150k;

    server {
        listen %%PORT%%;
        root %%HTML%%;

        location /on/ { alias %%HTML%%/; compression on; }
        location /gbz/ { alias %%HTML%%/; compression gzip br zstd; }
        location /list/ { alias %%HTML%%/; compression $list; }
        location /below/ {
            compression zstd br gzip;
            location /below/no-zstd/ { alias %%HTML%%/; zstd off; }
            location /below/no-br/ { alias %%HTML%%/; brotli off; }
        }
        location /old/ {
            alias %%HTML%%/; brotli on; brotli_comp_level 2;
            brotli_types text/css; brotli_min_length 20; brotli_window 16k;
            brotli_buffers 4 8k;
            add_header X-Ratio $brotli_ratio;
        }
        location /old-short/ {
            alias %%HTML%%/; brotli on; brotli_min_length 20000;
        }
        location /beside/ {
            alias %%HTML%%/; zstd_static on; brotli_static on;
        }
    }
CONF


sub coding {
    my ($path, $accept, %o) = @_;
    my $r = get($path, headers => ["Accept-Encoding: $accept",
        map { "$_: $o{$_}" } keys %o]);
    my $coding = $r->coding;

    return $coding if $coding eq 'identity';

    my ($text, $error) = decode($coding, $r->{body});
    return $error || $text ne $page ? "broken $coding" : $coding;
}


subtest 'weights, then the order' => sub {
    is(coding('/on/page.html', 'gzip, zstd'), 'zstd', 'on');
    is(coding('/on/page.html', 'gzip;q=0.9, zstd;q=0.8'), 'gzip', 'weight');
    is(coding('/on/page.html', 'br;q=0, gzip'), 'gzip', 'refused');
    is(coding('/gbz/page.html', 'zstd, gzip'), 'gzip', 'order');
    is(coding('/gbz/page.html', '*'), 'gzip', 'any');
    is(coding('/gbz/page.html', 'zstd;q=0.1, identity;q=0.5'), 'identity',
        'identity ranked higher');
};

subtest 'no memory for one is no reason not to take another' => sub {
    is(coding('/on/page.html', 'br, gzip'), 'gzip', 'gzip, not Brotli');
    is(coding('/on/page.html', 'br'), 'identity', 'nothing else');
};

subtest 'a variable' => sub {
    is(coding('/list/page.html', 'gzip, zstd', 'X-List' => $_->[0]), $_->[1],
        "\"$_->[0]\"") for ['zstd gzip', 'zstd'], ['gzip,zstd', 'gzip'],
        ['on', 'zstd'], ['snappy zstd', 'zstd'], ['snappy lz4 zstd', 'zstd'];

    is(get('/list/page.html', headers => ['Accept-Encoding: zstd',
        'X-List: off'])->coding, 'identity', 'off');

    my @said = grep { /unknown coding/ } split /\n/, $edge->log;
    is(scalar @said, 1, 'an unknown name is logged once');
    like($said[0] || '', qr/"snappy"/, 'and named');
};

subtest 'one coding is taken away below' => sub {
    is(coding('/below/no-zstd/page.html', 'zstd, gzip'), 'gzip', 'zstd off');
    is(coding('/below/no-br/page.html', 'zstd;q=0.5, br'), 'zstd',
        'brotli off');
};

subtest 'the directives of the Brotli modules' => sub {
    my $r = get('/old/page.css', headers => ['Accept-Encoding: br, zstd']);

    is($r->coding, 'br', 'brotli on');
    is((decode('br', $r->{body}))[0], $page, 'right');
    is(ord($r->{body}) & 0x7f, (14 - 8) << 4 | 1, 'a window of 16k');
    is(get('/old-short/page.css', headers => ['Accept-Encoding: br'])
        ->coding, 'identity', 'brotli_min_length');
};

subtest 'files beside' => sub {
    my $get = sub { get('/beside/page.html',
        headers => ["Accept-Encoding: $_[0]"]) };

    is($get->('br')->{body}, 'br beside', 'br');
    is($get->('br')->line('Content-Encoding'), 'br', 'its coding');
    is($get->('zstd, br')->coding, 'zstd', 'zstd first');
    is($get->('zstd;q=0.5, br')->coding, 'br', 'the weight decides');
    is($get->('br;q=0.5')->line('Vary'), 'Accept-Encoding', 'Vary');
};

done_testing();
