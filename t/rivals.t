# Modules for the same job in one nginx. Those of other makers for the same
# directives, as Debian ships them: nginx does not start beside the Brotli ones,
# and says which line is to be removed. And nothing is coded twice, in whatever
# order modules are loaded.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(encode);
use Test::More;

my $folder = '/usr/lib/nginx/modules';
my $http = 'brotli on; brotli_static on; server { listen %%PORT%%; }';
my @all = @EdgeTest::Load;
my ($filter) = grep { /zstd_filter/ } @all;
my $page = text(9000);


# what nginx -t says with these loaded, ours in front or behind

sub said {
    my ($order, @rivals) = @_;
    my @theirs = map { "$folder/ngx_http_brotli_${_}_module.so" } @rivals;

    local @EdgeTest::Load = $order eq 'ours first' ? ($filter, @theirs)
        : (@theirs, $filter);

    return EdgeTest->check_conf(http => $http);
}


for my $order ('ours first', 'theirs first') {
    for my $rival (qw(filter static)) {
        subtest "brotli_$rival, $order" => sub {
            my ($code, $output) = said($order, $rival);

            isnt($code, 0, 'refused') or diag($output);
            like($output, qr/\[emerg\].* remove the "load_module" line of /,
                'as an error');
            like($output, qr/ ngx_http_brotli_${rival}_module\.so$/m,
                'which one');
        };
    }
}

my ($code, $output) = said('ours first');
is($code, 0, 'without them their directives are understood')
    or diag($output);


sub permutations {
    my ($first, @rest) = @_;

    return [] if !defined $first;

    return map { my @order = @$_; map { my @one = @order;
        splice @one, $_, 0, $first; \@one } 0 .. @order }
        permutations(@rest);
}


# once(accept, coding): asked for with nginx's gzip and gzip_static on, too

sub once {
    my ($accept, %coding) = @_;

    for my $path (sort keys %coding) {
        my $r = get($path, headers => ["Accept-Encoding: $accept"]);

        is(scalar($r->header('Content-Encoding')), 1, "$path $accept: once");
        is_coded($r, $page, "$path $accept: $coding{$path}", $coding{$path});
    }
}


sub nothing_twice {
    my (@modules) = @_;

    local @EdgeTest::Load = @modules;

    my $edge = EdgeTest->start(files => {
        'html/page.html' => $page,
        'html/beside.html' => $page,
        map { ("html/beside.html.$_->[0]" => encode($_->[1], $page)) }
            [ zst => 'zstd' ], [ br => 'br' ], [ gz => 'gzip' ],
    }, http => <<'CONF');
    gzip on;
    gzip_static on;
    gzip_min_length 1;
    compression zstd br;

    server {
        listen %%PORT%%;
        root %%HTML%%;
        location /static/ {
            alias %%HTML%%/; zstd_static on;
        }
    }
CONF

    once('gzip, br, zstd', '/page.html' => 'zstd', '/beside.html' => 'gzip',
        '/static/beside.html' => 'zstd');
    once('gzip, br', '/page.html' => 'br', '/beside.html' => 'gzip');
    once('gzip', '/page.html' => 'gzip', '/beside.html' => 'gzip',
        '/static/beside.html' => 'gzip');
    is_deeply([ $edge->complaints ], [], 'nothing to complain of');
    $edge->stop;
}


for my $order (permutations(@all)) {
    my $name = join ' ', map { m{ngx_http_(\w+?)_module} } @$order;

    subtest "beside gzip, loaded: $name" => sub { nothing_twice(@$order) };
}

my $static = "$folder/ngx_http_zstd_static_module.so";

for my $order ([ $filter, $static ], [ $static, $filter ]) {
    subtest "zstd_static " . ($order->[0] eq $filter ? 'behind' : 'in front')
        => sub
    {
        plan skip_all => 'it is not here' if !-e $static;
        nothing_twice(@$order);
    };
}

done_testing();
