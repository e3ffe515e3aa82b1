# Reloads, and workers that come and go, under load: nothing is lost.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(codings dictionary wants);
use EdgeTest::Upstream;
use Test::More;
use Time::HiRes qw(sleep time);

my $accept = ['Accept-Encoding: zstd'];
my @codings = codings();
my ($dictionary, @file) = dictionary();
my $big = dense(8 << 20);

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($size) = $request->{path} =~ m{(\d+)};

        $conn->start_chunked('Content-Type: text/html');

        for (my $at = 0; $at < $size; $at += 20_000) {
            $conn->chunk(substr $big, $at, $at + 20_000 > $size
                ? $size - $at : 20_000) or return;
        }

        $conn->last_chunk;
    });

my $http = $dictionary . <<'CONF';
    compression on;
    compression_idle 200ms;
    send_timeout 10m;
    compression_level zstd=LEVEL br=LEVEL gzip=LEVEL;
    proxy_http_version 1.1;

    server {
        listen %%PORT%% sndbuf=32k;
        root %%HTML%%;
        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%/; }
        location /unbuffered/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
        }
    }
CONF

my @level = map { $http =~ s/LEVEL/$_/gr } 1, 3, 9;

my $edge = EdgeTest->start(http => $level[1], workers => 2,
    files => { @file, map({ ("html/$_.html" => text($_)) } 60, 5000, 200_000) });

my %expected = map({ ("/$_.html" => text($_)) } 60, 5000, 200_000);

for my $size (1000, 300_000) {
    $expected{"/up/$size"} = substr $big, 0, $size;
    $expected{"/unbuffered/$size"} = substr $big, 0, $size;
}


# load(sub): runs sub while four processes ask; returns (requests, failures)

sub load {
    my ($sub) = @_;
    my @kids;

    pipe my $stop_in, my $stop or die "pipe: $!";

    for my $n (1 .. 4) {
        pipe my $in, my $out or die "pipe: $!";
        my $pid = fork();
        die "fork: $!" if !defined $pid;

        if ($pid == 0) {
            alarm 600;
            close $stop;
            my ($count, @why) = ask_on($stop_in, $n);
            syswrite $out, join "\n", $count, @why[ 0 .. ($#why > 4 ? 4
                : $#why) ];
            POSIX::_exit(0);
        }

        close $out;
        push @kids, [ $pid, $in ];
    }

    close $stop_in;
    my @result = $sub->();
    close $stop;

    my ($requests, @failures) = (0);

    for (@kids) {
        my ($pid, $in) = @$_;
        my ($count, @why) = split /\n/, do { local $/; <$in> };
        waitpid $pid, 0;
        $requests += $count;
        push @failures, @why;
    }

    return ($requests, \@failures, @result);
}


sub ask_on {
    my ($stop, $n) = @_;
    my @paths = sort keys %expected;
    my ($count, @why) = (0);

    while (1) {
        my $bits = '';
        vec($bits, fileno $stop, 1) = 1;
        last if select $bits, undef, undef, 0;

        my $path = $paths[ ($count++ + $n) % @paths ];
        my $coding = $codings[ $count / @paths % @codings ];
        my $r = eval { get($path, headers => [ wants($coding) ]) };
        my $error = $r ? why_not($r, $expected{$path}, $coding) : $@;

        push @why, "$coding $path: $error" if defined $error;
    }

    return ($count, @why);
}


subtest 'reload under load' => sub {
    my ($requests, $failures, @reloaded) = load(sub {
        sleep 0.3;

        return map {
            $edge->write_conf(http => $level[ $_ % 3 ]);
            my $done = $edge->reload;
            sleep 0.3;
            $done;
        } 1 .. 6;
    });

    is(scalar(grep { $_ } @reloaded), 6, 'six reloads');
    is_deeply($failures, [], 'no request failed');
    cmp_ok($requests, '>', 20, 'there was load') or diag($requests);
    ok($edge->wait_for(30, sub { !$edge->old_workers }), 'old workers leave');
    is(scalar($edge->workers), 2, 'two workers');
};

subtest 'a download outlives the worker that was replaced' => sub {
    my @clients;

    for my $coding (@codings) {
        my $c = EdgeTest::Client->new(rcvbuf => 4096, timeout => 120);

        $c->ask('/up/' . length $big, headers => [ wants($coding) ]);
        $c->{coding} = $coding;
        $c->{response} = $c->head;
        $c->{seen} = $c->some;
        push @clients, $c;
    }

    ok($edge->reload, 'reload');
    cmp_ok(scalar($edge->old_workers), '>', 0, 'an old worker goes on');
    sleep 0.5;

    for my $c (@clients) {
        my $r = $c->{response};

        $r->{body} = $c->{seen} . $c->hurry->body;
        $r->{end} = $c->{end} || 'timeout';
        is_coded($r, $big, "$c->{coding}: it comes whole", $c->{coding});
        $c->close;
    }

    ok($edge->wait_for(30, sub { !$edge->old_workers }), 'then it leaves');
};

subtest 'compression is turned off and on by reloads' => sub {
    my $path = '/5000.html';

    $edge->write_conf(http => $level[1] =~ s/compression on/compression off/r);
    ok($edge->reload, 'off');
    $edge->wait_for(30, sub { !$edge->old_workers });
    is_plain(get($path, headers => $accept), text(5000), 'identity');

    $edge->write_conf(http => $level[1]);
    ok($edge->reload, 'on');
    $edge->wait_for(30, sub { !$edge->old_workers });
    is_coded(get($path, headers => $accept), text(5000), 'coded');
};

subtest 'a configuration that is wrong changes nothing' => sub {
    my @before = $edge->workers;

    $edge->write_conf(http => $http);       # LEVEL is not a level
    kill 'HUP', $edge->{pid};

    ok($edge->wait_for(30, sub { $edge->log =~ /\[emerg\].*compression_level/ }),
        'the log says why');
    is_deeply([ sort $edge->workers ], [ sort @before ], 'same workers');
    is_coded(get('/5000.html', headers => $accept), text(5000), 'they serve');
    $edge->write_conf(http => $level[1]);
};

subtest 'a worker that is killed is replaced' => sub {
    my ($victim, $other) = $edge->workers;

    kill 'KILL', $victim;
    ok($edge->wait_for(30, sub {
        my @now = $edge->workers;
        return @now == 2 && !grep { $_ == $victim } @now;
    }), 'two workers again');

    for my $path (sort keys %expected) {
        is_coded(get($path, headers => $accept), $expected{$path}, $path)
            for 1 .. 3;
    }
};

subtest 'a graceful stop finishes what it began' => sub {
    my @clients;

    for my $coding (@codings) {
        my $c = EdgeTest::Client->new(rcvbuf => 4096, timeout => 120);

        $c->ask('/up/4000000', headers => [ wants($coding) ]);
        $c->{response} = $c->head;
        push @clients, [ $coding, $c ];
    }

    kill 'QUIT', $edge->{pid};
    sleep 0.5;

    for (@clients) {
        my ($coding, $c) = @$_;
        my $r = $c->{response};

        $r->{body} = $c->hurry->body;
        $r->{end} = $c->{end} || 'timeout';
        is_coded($r, substr($big, 0, 4_000_000), "$coding: whole", $coding);
    }

    ok($edge->wait_for(30, sub { !kill 0, $edge->{pid} }), 'nginx has left');
};

is_deeply([ grep { !/compression_level|exited on signal 9/ } $edge->complaints ], [],
    'nothing to complain of');

done_testing();
