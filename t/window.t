# RFC 9659: no frame asks the client for a window of more than 8 MB,
# whatever the level, the length and what is configured; and what a window
# is set to is what frames declare.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Upstream;
use EdgeTest::Zstd qw(frames);
use Test::More;

use constant LIMIT => 8 << 20;

my $accept = ['Accept-Encoding: zstd'];
my @sizes = (60, 5000, 300_000, LIMIT, LIMIT + 1, 12 << 20);
my $big = noise(12 << 20);

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($size) = $request->{path} =~ m{(\d+)$};

        $conn->start_chunked('Content-Type: text/html');

        for (my $at = 0; $at < $size; $at += 65536) {
            $conn->chunk(substr $big, $at, $at + 65536 > $size
                ? $size - $at : 65536) or return;
        }

        $conn->last_chunk;
    });

my $levels = join '', map { "location /level$_/ { alias %%HTML%%/;"
    . " compression_level zstd=$_; }\nlocation /up$_/ { compression_level"
    . " zstd=$_; proxy_pass http://127.0.0.1:%%PORT1%%; }\n" } 1 .. 22;
my @windows = ('1k', '64k', '1m', '8m');
my $windows = join '', map { "location /window$_/ { compression_window $_;"
    . " proxy_pass http://127.0.0.1:%%PORT1%%; }\nlocation /file$_/ {"
    . " compression_window $_; alias %%HTML%%/; }\n" } @windows;

my $edge = EdgeTest->start(files => {
    map { ("html/$_.html" => substr $big, 0, $_) } @sizes,
}, http => <<"CONF");
    compression on;
    compression_memory 0;
    proxy_max_temp_file_size 0;
    proxy_http_version 1.1;

    server {
        listen %%PORT%%;
        root %%HTML%%;
        $levels
        $windows
        location /long/ {
            alias %%HTML%%/; zstd_long on; compression_level 19;
        }
        location /uplong/ {
            proxy_pass http://127.0.0.1:%%PORT1%%; zstd_long on;
        }
    }
CONF


# first_frame(path): the header of the first frame; reads no further

sub first_frame {
    my ($path) = @_;
    my $c = EdgeTest::Client->new(timeout => 120);

    $c->ask($path, headers => $accept);
    my $r = $c->head;
    return { error => 'no response' } if !$r;
    return { error => 'coding ' . $r->coding } if $r->coding ne 'zstd';

    my $bytes = '';

    while (length $bytes < 18) {
        my $piece = $c->some;
        last if !defined $piece || $piece eq '';
        $bytes .= $piece;
    }

    $c->close;
    return EdgeTest::Zstd::parse_header($bytes);
}


sub is_narrow {
    my ($path, $limit) = @_;
    my $frame = first_frame($path);
    my $window = $frame->{window};

    ok(defined $window && $window <= ($limit || LIMIT),
        "$path: " . (defined $window ? "$window bytes" : $frame->{error}));
}


# a small body for every level, large ones where levels change their window

for my $level (1 .. 22) {
    subtest "level $level" => sub {
        my @these = grep { $level =~ /^(?:1|3|9|19|22)$/ || $_ <= 5000 }
            @sizes;

        is_narrow("/level$level/$_.html") for @these;
        is_narrow("/up$level/$_") for 300_000,
            $level =~ /^(?:1|9|22)$/ ? 12 << 20 : ();
        is_coded(get("/up$level/5000", headers => $accept),
            substr($big, 0, 5000), 'decodes');
    };
}

subtest 'long distance matching' => sub {
    is_narrow("/long/$_.html") for @sizes;
    is_narrow("/uplong/$_") for @sizes;
};

subtest 'what is configured is declared' => sub {
    my %bytes = ('1k' => 1 << 10, '64k' => 1 << 16, '1m' => 1 << 20,
        '8m' => 8 << 20);

    for my $window (@windows) {
        is_narrow("/window$window/$_", $bytes{$window})
            for 300_000, LIMIT + 1;
        is_narrow("/file$window/$_.html", $bytes{$window})
            for 300_000, LIMIT + 1;
    }

    is_coded(get('/window1k/300000', headers => $accept),
        substr($big, 0, 300_000), 'a window of 1k decodes');
};

subtest 'a decoder with 8 MB takes it all' => sub {
    for my $path ("/level1/@{[LIMIT + 1]}.html", '/up1/' . (12 << 20),
        '/window8m/' . (12 << 20))
    {
        my ($size) = $path =~ /(\d+)(?:\.html)?$/;
        my $r = get($path, headers => $accept);

        is_coded($r, substr($big, 0, $size), $path);

        my @wide = grep { $_->{window} > LIMIT } frames($r->{body});
        is(scalar @wide, 0, 'every frame of it');
    }
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
