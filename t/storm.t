# Everything at once, by chance: codings, sizes, buffers, pauses, slow readers,
# clients that leave, reloads, under a low ceiling of memory. Each body that is
# read to its end is right.
#
# EDGE_STORM_SEED repeats a run as far as the clock allows; EDGE_STORM_SECONDS
# makes it longer.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client;
use EdgeTest::Coding qw(codings dictionary wants);
use EdgeTest::Upstream;
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{EDGE_STORM_SECONDS} || 8;
my $seed = $ENV{EDGE_STORM_SEED} || time % 1_000_000;
my @codings = codings();
my ($dictionary, @file) = dictionary();
my @bodies = (text(3 << 20), dense(3 << 20), noise(3 << 20));

$ENV{EDGE_TEST_SECONDS} = $seconds + 600;
diag("seed $seed");


sub any { return $_[ rand @_ ] }

sub some_size { return int 2 ** rand any(8, 13, 17, 18, 20, 21.5) }


# /KIND/SIZE/FRAMING/SEED

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    life => $seconds + 600, handler => sub {
        my ($conn, $request) = @_;
        my (undef, $kind, $size, $framing, $rand) = split m{/},
            $request->{path};
        my $at = 0;

        srand $rand;

        my $most = any(10, 1000, 5000, 70_000, 1 << 20);
        my $fields = "Content-Type: text/html\r\n";

        $fields .= "Content-Length: $size\r\n" if $framing eq 'length';
        $fields .= "Transfer-Encoding: chunked\r\n" if $framing eq 'chunked';
        $conn->send("HTTP/1.1 200 OK\r\n$fields\r\n") or return;
        $most = 3000 if $size / $most > 3000;

        while ($at < $size) {
            my $n = 1 + int rand $most;
            $n = $size - $at if $n > $size - $at;

            my $piece = substr $bodies[$kind], $at, $n;
            ($framing eq 'chunked' ? $conn->chunk($piece)
                : $conn->send($piece)) or return;

            $at += $n;
            $conn->pause(rand 0.1) if rand() < 0.01;
        }

        $conn->last_chunk if $framing eq 'chunked';
    });

my @buffers = ('1 1k', '2 1k', '2 4k', '3 8k', '1 128k', '16 8k');
my $locations = '';

for my $n (0 .. $#buffers) {
    for my $buffering (qw(on off)) {
        my $level = 1 + $n * 2;

        $locations .= "location /$buffering$n/ {\n"
            . "proxy_pass http://127.0.0.1:%%PORT1%%/;\n"
            . "proxy_buffering $buffering;\n"
            . "compression_level $level;\n"
            . ($n % 2 ? "compression_window 16k;\n" : '')
            . ($n == 3 ? "compression_max_length 100k;\n" : '')
            . "compression_buffers $buffers[$n];\n}\n";
    }
}

my $edge = EdgeTest->start(workers => 2, files => {@file}, http => <<"CONF");
    $dictionary
    compression on;
    compression_min_length 1;
    compression_memory 8m;
    compression_pool 3;
    compression_idle 60ms;
    proxy_http_version 1.1;

    server {
        listen %%PORT%% sndbuf=32k backlog=1024;
        $locations
    }
CONF


# converse(end): requests until then, and a few in any case; returns (codings that
# came, with numbers, and what was wrong)

sub converse {
    my ($end) = @_;
    my ($count, %came, @wrong) = (0);

    while (time < $end || $count < 5) {
        my $rcvbuf = any(0, 0, 4096, 16384);
        my $c = eval { EdgeTest::Client->new($rcvbuf ? (rcvbuf => $rcvbuf)
            : ()) } or next;

        for (1 .. int 1 + rand 4) {
            my ($kind, $size) = (int rand 3, some_size());
            my $path = '/' . any(qw(on off)) . int(rand @buffers)
                . "/$kind/$size/" . any(qw(length chunked close)) . '/'
                . int rand 1e6;
            my $r = ask_once($c, $path) or last;
            my $why = why_not($r, substr($bodies[$kind], 0, $size),
                $r->coding);

            $count++;
            $came{ $r->coding }++;
            push @wrong, "$path: $why" if defined $why;
            last if $r->{end} eq 'close' || $r->{end} eq 'cut'
                || ($r->line('Connection') || '') eq 'close';
        }

        $c->close;
    }

    return (\%came, @wrong);
}


# undef: this client left, or nginx closed a connection that rested

sub ask_once {
    my ($c, $path) = @_;

    $c->ask($path, version => any('1.1', '1.1', '1.0'), host => 'edge',
        headers => [ wants(any(@codings, 'nothing')) ]);

    my $r = $c->head or return;
    my $leave = rand() < 0.1;
    my $body = '';

    while (1) {
        my $piece = $c->some(any(100, 5000, 100_000));
        last if !defined $piece || $piece eq '';

        $body .= $piece;
        return if $leave && rand() < 0.3;
        sleep rand 0.25 if rand() < 0.02;
        $c->hurry if rand() < 0.05;
    }

    $r->{body} = $body;
    $r->{end} = $c->{end} || 'timeout';
    return $r;
}


my $end = time + $seconds;
my @clients;

for my $n (1 .. 8) {
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork();
    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        alarm $seconds + 500;
        srand $seed + $n;
        my ($came, @wrong) = converse($end);
        splice @wrong, 10;
        syswrite $out, join "\n", "@{[ %$came ]}", @wrong;
        POSIX::_exit(0);
    }

    close $out;
    push @clients, [ $pid, $in ];
}

my $reloads = 0;

while (time < $end) {
    sleep 1.5;
    $reloads++ if $edge->reload;
}

my ($total, %came, @wrong) = (0);

for (@clients) {
    my ($pid, $in) = @$_;
    my ($came, @these) = split /\n/, do { local $/; <$in> } // '';
    my %these = split ' ', $came // '';

    waitpid $pid, 0;
    $came{$_} += $these{$_} for keys %these;
    push @wrong, @these;
}

$total += $_ for values %came;
cmp_ok($total, '>', 10, 'there was a storm') or diag($total);
diag(join ', ', "$reloads reloads", map { "$came{$_} $_" } sort keys %came);
cmp_ok($reloads, '>', 0, 'with reloads');
cmp_ok(keys %came, '>', 2, 'in several codings');
is_deeply(\@wrong, [], 'every body that was read is right');
ok($edge->wait_for(60, sub { !$edge->old_workers }), 'old workers leave');
unlike($edge->log, qr/exited on signal/, 'no worker died');
is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
