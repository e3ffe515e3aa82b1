# The ceiling of encoder memory: past it a cheaper coding, then identity, and
# never a response that fails.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Upstream;
use Test::More;
use Time::HiRes qw(sleep);

my $accept = ['Accept-Encoding: zstd'];
my $big = dense(6 << 20);
my $size = length $big;

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;

        $conn->start_chunked('Content-Type: text/html');

        for (my $at = 0; $at < $size; $at += 16384) {
            $conn->chunk(substr $big, $at, 16384) or return;
        }

        $conn->last_chunk;
    });


# start(ceiling): an nginx with that much memory for encoders

sub start {
    my ($ceiling) = @_;

    return EdgeTest->start(
        files => { 'html/page.html' => text(30_000),
            'html/big.html' => $big },
        http => <<"CONF");
    compression on;
    compression_memory $ceiling;
    compression_idle 30s;
    proxy_max_temp_file_size 0;
    proxy_http_version 1.1;
    log_format reason '\$uri \$compression_reason \$compression_coding';
    access_log %%ROOT%%/logs/access.log reason;

    server {
        listen %%PORT%% sndbuf=32k;
        root %%HTML%%;

        location /level/ {
            alias %%HTML%%/; compression_level 19;
        }
        location /up/ {
            proxy_pass http://127.0.0.1:%%PORT1%%;
        }
        location /high/ {
            proxy_pass http://127.0.0.1:%%PORT1%%; compression_level 9;
        }
    }
CONF
}


sub logged { return EdgeTest::slurp("$_[0]{root}/logs/access.log") }


sub hold {
    my ($path, $count) = @_;
    my @clients;

    for (1 .. $count) {
        my $c = EdgeTest::Client->new(rcvbuf => 4096);
        $c->ask($path, headers => $accept);
        $c->{response} = $c->head;
        $c->{seen} = '';
        push @clients, $c;
    }

    return @clients;
}


sub finish {
    my ($c, $name) = @_;
    my $r = $c->{response} or return fail("$name: no response");

    $r->{body} = $c->{seen} . $c->hurry->body;
    $r->{end} = $c->{end} || 'timeout';
    $c->close;

    return is_right($r, $big, $name);
}


subtest 'no room at all: identity, and the log says why' => sub {
    my $edge = start('16k');

    is_plain(get('/page.html', headers => $accept), text(30_000), 'file');
    is_plain(get('/level/page.html', headers => $accept), text(30_000),
        'level 19');
    is_plain(get('/up/x', headers => $accept), $big, 'proxied');

    ok($edge->wait_for(30, sub { logged($edge) =~ m{^/up/x }m }), 'logged');
    like(logged($edge), qr{^\Q$_\E memory -$}m, "$_: memory")
        for '/page.html', '/level/page.html', '/up/x';

    is(get('/page.html', headers => $accept)->line('Vary'),
        'Accept-Encoding', 'Vary all the same');
    is_deeply([ $edge->complaints ], [], 'nothing to complain of');
    $edge->stop;
};

subtest 'too little for one, enough for another' => sub {
    my $edge = start('3m');

    is_coded(get('/page.html', headers => $accept), text(30_000),
        'a small page is coded');
    is_right(get('/high/x', headers => $accept), $big,
        'level 9 finds a way');
    is_right(get('/level/big.html', headers => $accept), $big,
        'and so does a file at level 19');
    is_coded(get('/page.html', headers => $accept), text(30_000),
        'and room is given back');
    $edge->stop;
};

subtest 'many at once under a low ceiling' => sub {
    my $edge = start('6m');
    my ($worker) = $edge->workers;

    get('/up/x', headers => $accept);
    my $before = $edge->rss_kb($worker);
    my @clients = hold('/up/x', 30);

    sleep 0.5;
    my $grown = $edge->rss_kb($worker) - $before;

    # 6 MB of encoders at most, and what identity costs each, 90 KB or so
    costs_less($grown, 6 * 1024 + 30 * 160, 'the worker keeps to it');
    is_right(get('/page.html', headers => $accept), text(30_000),
        'others are served');

    my @coded = grep { $_->{response}->coding eq 'zstd' } @clients;
    cmp_ok(scalar @coded, '>', 0, 'the first are coded');

    my $n = 0;
    finish($_, 'client ' . ++$n) for @clients;

    is_coded(get('/page.html', headers => $accept), text(30_000),
        'afterwards there is room');
    is(($edge->workers)[0], $worker, 'the worker lives');
    is_deeply([ $edge->complaints ], [], 'nothing to complain of');
    $edge->stop;
};

subtest 'no ceiling' => sub {
    my $edge = start('0');
    my @clients = hold('/high/x', 4);

    is(scalar(grep { $_->{response}->coding eq 'zstd' } @clients), 4,
        'all are coded');
    finish($_, 'whole') for @clients;
    $edge->stop;
};

done_testing();
