# Readers that stop, clients that leave, upstreams that die, and what each
# of them costs the worker, in every coding.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(codings decode dictionary wants wants_options);
use EdgeTest::Upstream;
use EdgeTest::Zstd qw(frames);
use Test::More;
use Time::HiRes qw(sleep time);

use constant {
    BIG => 20 << 20,
    STALLED_KB => 160,          # for each client that stopped reading
    FILE_KB => 200,             # the same, of a file
    IDLE_KB => 32,              # for each idle stream, above identity
};

my $big = dense(BIG);
my ($dictionary, @file) = dictionary();

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    sndbuf => 65536, handler => sub {
        my ($conn, $request) = @_;
        my ($what, $size) = $request->{path} =~ m{^/(\w+)/?(\d*)};

        if ($what eq 'short') {
            $conn->send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                . "Content-Length: " . 2 * $size . "\r\n\r\n"
                . substr $big, 0, $size);
            return;
        }

        $conn->start_chunked('Content-Type: text/html');

        if ($what eq 'idle') {
            $conn->chunk("data: hello\n\n");
            $conn->pause(120);
            return;
        }

        my $at = 0;

        while ($at < $size) {
            $conn->chunk(substr $big, $at, $at + 16384 > $size ? $size - $at
                : 16384) or return;
            $at += 16384;
        }

        if ($what eq 'reset') {
            $conn->pause(0.05);
            return 'reset';
        }
        $conn->last_chunk if $what eq 'body';
    });

my $conf = $dictionary . <<'CONF';
    compression on;
    compression_idle 200ms;
    proxy_http_version 1.1;
    proxy_max_temp_file_size 0;
    send_timeout 600s;
    proxy_read_timeout 600s;

    server {
        listen %%PORT%% sndbuf=32k backlog=1024;
        listen %%PORT2%%%%H2%%;
        root %%HTML%%;

        location /static/ { alias %%HTML%%/; }
        location /static_tiny/ { alias %%HTML%%/; compression_buffers 1 1k; }
        location /on/ { proxy_pass http://127.0.0.1:%%PORT1%%/; }
        location /off/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
        }
        location /off_tiny/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
            compression_buffers 1 1k;
        }
        location /spool/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/;
            proxy_max_temp_file_size 100m;
            proxy_buffers 2 4k; proxy_busy_buffers_size 4k;
        }
        location /limited/ { alias %%HTML%%/; limit_rate 2m; }
        location /plain/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/; proxy_buffering off;
            compression off;
        }
    }
CONF

my $edge = EdgeTest->start(http => $conf,
    files => { @file, map { ("html/body/$_.html" => substr $big, 0, $_) }
        300_000, 500_000, 4_000_000 });


# cpu(pid): seconds that a process has computed

sub cpu {
    my @field = split ' ', EdgeTest::slurp("/proc/$_[0]/stat");

    return ($field[13] + $field[14]) / 100;
}


sub open_reader {
    my ($path, $coding) = @_;
    my $c = EdgeTest::Client->new(rcvbuf => 4096, timeout => 60);

    return $c->ask($path, headers => [ wants($coding) ]);
}


# read_bytes(client, n): at least n bytes of the body, if they come

sub read_bytes {
    my ($c, $n) = @_;
    my $bytes = '';

    while (length $bytes < $n) {
        my $piece = $c->some(8192);
        last if !defined $piece || $piece eq '';
        $bytes .= $piece;
    }

    return $bytes;
}


sub stop_and_go {
    my ($coding) = @_;
    my ($worker) = $edge->workers;
    my $size = 4_000_000;
    my @paths = map { "/$_/body/$size" } qw(on off off_tiny spool);
    my (%reader, %head, %seen);

    push @paths, map { "/$_/body/$size.html" } qw(static static_tiny);

    for my $path (@paths) {
        $reader{$path} = open_reader($path, $coding);
        $head{$path} = $reader{$path}->head or return fail("no head: $path");
        $seen{$path} = '';
    }

    for my $round (1 .. 4) {
        $seen{$_} .= read_bytes($reader{$_}, 40_000) for keys %reader;

        sleep 0.4;
        my $before = cpu($worker);
        sleep 0.3;
        cmp_ok(cpu($worker) - $before, '<', 0.15,
            "round $round: a stall is no work");
    }

    for my $path (sort keys %reader) {
        my $r = $head{$path};

        $r->{body} = $seen{$path} . $reader{$path}->hurry->body;
        $r->{end} = $reader{$path}{end} || 'timeout';

        is_coded($r, substr($big, 0, $size), $path, $coding);
        cmp_ok(scalar(frames($r->{body})), '>=', 2,
            "$path: a stall ended a frame") if $coding eq 'zstd';
    }
}


sub http2_readers {
    my ($coding) = @_;
    my ($worker) = $edge->workers;
    my $fields = wants_options($coding);
    my $curl = "curl -s --http2-prior-knowledge $fields http://127.0.0.1:"
        . EdgeTest->port(2);
    my @paths = ('/on/body/4000000', '/off/body/4000000',
        '/off_tiny/body/4000000', '/static/body/4000000.html');
    my @pids;

    for my $n (0 .. $#paths) {
        my $pid = fork();
        die "fork: $!" if !defined $pid;

        exec "$curl$paths[$n] -m 90 --limit-rate 1m -o $edge->{root}/got$n"
            or POSIX::_exit(127) if $pid == 0;
        push @pids, $pid;
    }

    system "$curl$_ -m 0.4 --limit-rate 50k -o /dev/null" for @paths;

    for my $n (0 .. $#paths) {
        waitpid $pids[$n], 0;
        is($?, 0, "$paths[$n]: curl is content");

        my ($text, $error) = decode($coding,
            EdgeTest::slurp("$edge->{root}/got$n"));
        ok(!$error && $text eq substr($big, 0, 4_000_000),
            "$paths[$n]: whole") or diag($error || 'differs');
    }

    is(($edge->workers)[0], $worker, 'the worker lives');
}


# An upstream that dies is not the end of the body.

sub broken_upstream {
    my ($coding) = @_;
    my $size = 300_000;
    my @wheres = $coding eq 'identity' ? 'plain' : qw(on off off_tiny);

    for my $how (qw(reset close short)) {
        for my $where (@wheres) {
            my $r = get("/$where/$how/$size", headers => [ wants($coding) ]);
            my $text = $r->{body};

            is($r->coding, $coding, "$how $where: coding");
            is($r->{end}, 'cut', "$how $where: cut");

            $text = EdgeTest::Coding->new($coding)->feed($text)
                if $coding ne 'identity';
            ok($text eq substr($big, 0, length $text),
                "$how $where: what came is right");
        }
    }

    return if $coding eq 'identity' || `curl -V` !~ /\bHTTP2\b/;

    my $fields = wants_options($coding);

    for my $how (qw(reset close short)) {
        for my $where (qw(on off)) {
            my $url = 'http://127.0.0.1:' . EdgeTest->port(2)
                . "/$where/$how/$size";
            system("curl -s -m 60 --http2-prior-knowledge -o /dev/null"
                . " $fields $url");

            # 92: stream was not closed cleanly; 18: partial file
            like($? >> 8, qr/^(?:92|18)$/, "HTTP/2 $how $where: error");
        }
    }
}


sub leave {
    my ($coding) = @_;
    my ($worker) = $edge->workers;
    my $grown;

    for my $round (1 .. 2) {
        my $before = $edge->rss_kb($worker);

        for my $n (1 .. ($coding eq 'zstd' ? 60 : 30)) {
            my $where = (qw(on off off_tiny))[$n % 3];
            my $c = open_reader("/$where/body/4000000", $coding);
            $c->head && read_bytes($c, $n * 500) if $n % 3;
            $c->close;
        }

        sleep 0.5;
        $grown = $edge->rss_kb($worker) - $before;
    }

    is(($edge->workers)[0], $worker, 'the worker lives');
    costs_less($grown, 3000, 'and gives all back');
    is_coded(get('/on/body/300000', headers => [ wants($coding) ]),
        substr($big, 0, 300_000), 'it goes on as before', $coding);
}


subtest 'identity: an upstream that dies' => sub {
    broken_upstream('identity');
};

for my $coding (codings()) {
    subtest "$coding: readers that stop and go" => sub {
        stop_and_go($coding);
    };

    subtest "$coding: HTTP/2, slow readers, and some that leave" => sub {
        plan skip_all => 'curl without HTTP/2' if `curl -V` !~ /\bHTTP2\b/;

        http2_readers($coding);
    };

    subtest "$coding: an upstream that dies" => sub {
        broken_upstream($coding);
    };

    subtest "$coding: clients that leave" => sub { leave($coding) };
}

my $accept = [ wants('zstd') ];

subtest '20 MB to a slow reader and to a fast one' => sub {
    my $slow = open_reader('/on/body/' . BIG, 'zstd');
    my $r = $slow->head;
    my $seen = read_bytes($slow, 10_000);

    sleep 0.5;
    is_coded(get('/off/body/' . BIG, headers => $accept), $big, 'fast');

    $r->{body} = $seen . $slow->hurry->body;
    $r->{end} = $slow->{end} || 'timeout';
    is_coded($r, $big, 'slow');
};

subtest 'limit_rate' => sub {
    is_coded(get('/limited/body/4000000.html', headers => $accept),
        substr($big, 0, 4_000_000), 'whole');
};


# clients(coding): so many that encoders kept for the next count for little

sub clients { return $ENV{EDGE_SANITIZER} ? 40 : $_[0] eq 'zstd' ? 200 : 100 }


# grow(path, coding, bytes, seconds): KB that the worker grew by, for each
# client held open that read so much

sub grow {
    my ($path, $coding, $bytes, $settle) = @_;
    my ($worker) = $edge->workers;
    my $before = $edge->rss_kb($worker);
    my @clients = map { open_reader($path, $coding) } 1 .. clients($coding);

    for my $c (@clients) {
        $c->{response} = $c->head or die "$path: no response";
        die "$path: $c->{response}{first}" if $c->{response}{status} != 200;
        $c->{seen} = read_bytes($c, $bytes);
    }

    sleep $settle;

    return ((settled($worker) - $before) / @clients, @clients);
}


# settled(pid): its KB when they have been the same for a second, or after 30

sub settled {
    my ($worker) = @_;
    my $end = time + 30;
    my ($kb, $since) = ($edge->rss_kb($worker), time);

    while (time < $end && time - $since < 1) {
        sleep 0.1;
        my $now = $edge->rss_kb($worker);
        ($kb, $since) = ($now, time) if $now != $kb;
    }

    return $kb;
}


# fresh(coding): a worker that has coded something, and nothing more

sub fresh {
    my ($coding) = @_;

    $edge->reload;
    $edge->wait_for(30, sub { !$edge->old_workers });
    get('/off/body/1000000', headers => [ wants($coding) ]) for 1 .. 3;
}


sub stalled {
    my ($coding) = @_;

    fresh($coding);

    my ($each, @clients) = grow('/on/body/' . BIG, $coding, 1000, 1.5);

    # of Brotli's, a pool of eight, a hundredth is several KB
    costs_less($each, $coding =~ /^(br|dcb)$/ ? STALLED_KB * 2 : STALLED_KB,
        'of the worker for each');

    for my $c (@clients[ 0, @clients / 2, -1 ]) {
        my $r = $c->{response};

        $r->{body} = $c->{seen} . $c->hurry->body;
        $r->{end} = $c->{end} || 'timeout';
        is_coded($r, $big, 'it reads on', $coding);
    }

    $_->close for @clients;
}


# half of a file is left when it is coded: of that, the buffers are held, and
# the block that a frame ended with

sub stalled_file {
    my ($size) = @_;
    my $path = "/static/body/$size.html";

    fresh('zstd');
    get($path, headers => $accept) for 1 .. 3;

    my ($each, @clients) = grow($path, 'zstd', 1000, 1.5);

    costs_less($each, FILE_KB, "$size bytes: of the worker for each");

    my $r = $clients[0]{response};

    $r->{body} = $clients[0]{seen} . $clients[0]->hurry->body;
    $r->{end} = $clients[0]{end} || 'timeout';
    is_coded($r, substr($big, 0, $size), "$size bytes: it reads on");

    $_->close for @clients;
}


sub idle {
    my ($coding, $plain) = @_;

    fresh($coding);

    my ($each, @clients) = grow('/off/idle/', $coding, 10, 1.5);

    for my $c (@clients[ 0, -1 ]) {
        my $decoder = EdgeTest::Coding->new($coding);
        my $text = $decoder->feed($c->{seen});

        while (length $text < 13) {
            my $piece = $c->some;
            last if !defined $piece || $piece eq '';
            $text .= $decoder->feed($piece);
        }

        is($text, "data: hello\n\n", 'the event has come');
    }

    costs_less($each - $plain, IDLE_KB,
        'of the worker above identity');
    $_->close for @clients;
}


fresh('zstd');

my ($plain, @plain) = grow('/plain/idle/', 'identity', 10, 0.5);
$_->close for @plain;

for my $coding (codings()) {
    subtest "$coding: what a client that stops reading costs" => sub {
        stalled($coding);
    };

    subtest "$coding: what an idle event stream costs" => sub {
        idle($coding, $plain);
    };
}

subtest 'what a client that stops reading a file costs' => sub {
    stalled_file($_) for 300_000, 500_000, 4_000_000;
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
