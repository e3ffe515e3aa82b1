# zstd_dict_file: an ordinary zstd response, made with a dictionary that both
# ends have.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Upstream;
use EdgeTest::Zstd qw(decode frames);
use Test::More;

my $accept = ['Accept-Encoding: zstd'];
my $dir = "$EdgeTest::ServRoot/dict-$$";

mkdir $dir;
END { system 'rm', '-rf', $dir if $dir }


# record(n): like the ones before it, as answers of an API are

sub record {
    my ($n) = @_;

    return sprintf '{"identifier":%d,"name":"customer number %d",'
        . '"address":{"street":"%d, Long Street","city":"Springfield"},'
        . '"balance":%.2f,"active":%s,"tags":["wholesale","priority-%d"]}',
        $n * 7919, $n, $n % 97, $n * 1.37, $n % 2 ? 'true' : 'false', $n % 5;
}


sub write_out {
    my ($name, $bytes) = @_;

    open my $out, '>:raw', "$dir/$name" or die "$dir/$name: $!";
    print $out $bytes;
    close $out;
    return "$dir/$name";
}


my @samples = map { write_out("sample$_", record($_)) } 1 .. 600;
my $trained = "$dir/trained";

system("zstd -q --train @samples --maxdict=8192 -o $trained 2>$dir/said") == 0
    or die EdgeTest::slurp("$dir/said");

my %dictionary = (
    trained => EdgeTest::slurp($trained),
    raw => join("\n", map { record($_) } 1 .. 20),
);
my $page = record(123_456);
my $long = join "\n", map { record($_) } 5000 .. 9000;

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn) = @_;

        $conn->start_chunked('Content-Type: application/json');
        $conn->chunk(substr $long, $_ * 10_000, 10_000)
            for 0 .. int length($long) / 10_000;
        $conn->last_chunk;
    });


for my $kind (sort keys %dictionary) {
    subtest $kind => sub {
        my $edge = EdgeTest->start(files => {
            'dictionary' => $dictionary{$kind},
            'html/page.html' => $page,
            'html/long.html' => $long,
        }, http => <<'CONF');
    zstd on;
    zstd_dict_file %%ROOT%%/dictionary;
    zstd_dict_file_unsafe on;

    server {
        listen %%PORT%%;
        root %%HTML%%;
        location /level1/ { alias %%HTML%%/; zstd_comp_level 1; }
        location /level19/ { alias %%HTML%%/; zstd_comp_level 19; }
        location /window/ { alias %%HTML%%/; zstd_window_log 15; }
        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%; }
    }
CONF
        my $plain = length EdgeTest::Zstd::encode($page);

        for my $path (qw(/page.html /long.html /level1/page.html
            /level1/long.html /level19/page.html /level19/long.html
            /window/page.html /window/long.html /up/x))
        {
            my $wanted = $path =~ /page/ ? $page : $long;

            for my $round (1, 2) {
                my $r = get($path, headers => $accept);
                my ($text, $error) = decode($r->{body},
                    dictionary => $dictionary{$kind});

                is($r->coding, 'zstd', "$path: coded");
                ok(!$error && $text eq $wanted, "$path: decodes with it")
                    or diag($error || 'differs');
                cmp_ok($_->{window}, '<=', 8 << 20, 'window')
                    for frames($r->{body});
            }
        }

        my $small = get('/page.html', headers => $accept)->{body};
        cmp_ok(length $small, '<', $plain * 0.8, 'it is smaller than without')
            or diag(length($small) . " of $plain");

        if ($kind eq 'trained') {
            my ($id) = unpack 'x4 V', $dictionary{$kind};
            is((frames($small))[0]{dictionary}, $id, 'its number is declared');
        }

        ok($edge->reload, 'reload');
        is_deeply([ $edge->complaints ], [], 'nothing to complain of');
        $edge->stop;
    };
}

done_testing();
