# Coded origins that take their time: event streams arrive as they are sent,
# and many slow clients keep under the ceiling.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(encode);
use EdgeTest::Upstream;
use IO::Handle;
use Test::More;

my @codings = qw(zstd br gzip);
my $noise = noise(1 << 20);
my %slow = map { $_ => encode($_, $noise) } @codings;
my %many = (zstd => 12, br => 40, gzip => 120);    # take more than 4m

# What the test allows the upstreams to do next, a byte each

pipe my $orders, my $order or die "pipe: $!";
$order->autoflush(1);

sub order { syswrite $order, $_[0] }

sub obey {
    my $word;
    return sysread($orders, $word, 1) ? $word : '.';
}


my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my (undef, $what, $coding) = split m{[/?]}, $request->{path};

        if ($what eq 'slow') {
            return $conn->reply(200, [ 'Content-Type: text/html',
                "Content-Encoding: $coding" ], $slow{$coding});
        }

        $conn->start_chunked('Content-Type: text/event-stream');

        while ((my $word = obey()) ne '.') {
            $conn->chunk("data: $word\n\n");
        }

        $conn->last_chunk;
    });

my $edge = EdgeTest->start(http => <<"CONF");
    proxy_http_version 1.1;
    proxy_buffering off;
    send_timeout 5m;
    proxy_read_timeout 5m;
    compression_types text/event-stream;

    server {
        listen %%PORT%%;

        location /origin/ {
            proxy_pass http://127.0.0.1:%%PORT1%%/events;
            compression zstd br gzip;
        }
        location /on/ {
            proxy_pass http://127.0.0.1:%%PORT%%/origin/;
            proxy_set_header Accept-Encoding \$arg_from;
            compression_decode on;
        }
        location /re/ {
            proxy_pass http://127.0.0.1:%%PORT%%/origin/;
            proxy_set_header Accept-Encoding \$arg_from;
            compression_decode always;
            compression zstd br gzip;
        }
    }
CONF


# the text of the stream up to the end of an event

sub event {
    my ($client, $decoder) = @_;
    my $text = '';

    while ($text !~ /\n\n\z/) {
        my $piece = $client->some // return "$text, and no more in time";
        return "$text, and the end" if $piece eq '';
        $text .= $decoder ? $decoder->feed($piece) : $piece;
    }

    return $text;
}


sub follow {
    my ($where, $from, $to) = @_;
    my $client = EdgeTest::Client->new(timeout => 60);
    my $decoder = $to eq 'identity' ? undef : EdgeTest::Coding->new($to);
    my $name = "$where: $from to $to";

    $client->ask("/$where/?from=$from", headers => ["Accept-Encoding: $to"]);
    my $head = $client->head;

    is($head && $head->coding, $to, "$name: the header, before any event");

    for my $word ('a' .. 'e') {
        order($word);
        is(event($client, $decoder), "data: $word\n\n", "$name: $word");
    }

    order('.');
    my $rest = $client->body;
    $decoder->feed($rest) if $decoder;
    is($client->{end}, 'chunked', "$name: the end");
    ok($decoder->ended, 'of the coding, too') if $decoder;
}


subtest 'each event before the next' => sub {
    for my $from (@codings) {
        follow('on', $from, 'identity');
        follow('re', $from, $_) for @codings;
    }
};


subtest 'the ceiling' => sub {
    my $low = EdgeTest->start(http => <<'CONF');
    compression_memory 4m;
    compression_decode on;
    send_timeout 5m;
    server {
        listen %%PORT10%% sndbuf=4k;
        location / { proxy_pass http://127.0.0.1:%%PORT1%%; }
    }
CONF

    for my $coding (@codings) {
        my (@clients, @refused);

        for (1 .. $many{$coding}) {
            my $client = EdgeTest::Client->new(port => EdgeTest->port(10),
                rcvbuf => 4096, timeout => 60);

            $client->ask("/slow/$coding", close => 1);
            my $head = $client->head;
            my $status = $head ? $head->{status} : 'no answer';

            $status eq 200 ? push @clients, $client : push @refused, $status;
        }

        cmp_ok(scalar @clients, '>=', 2, "$coding: some at once");
        is_deeply([ grep { $_ ne 503 } @refused ], [], 'the others: 503');
        cmp_ok(scalar @refused, '>', 0, 'there are some');
        is(scalar(grep { $_->hurry->body ne $noise } @clients), 0,
            'whoever reads on gets it whole');
        is(get("/slow/$coding", port => EdgeTest->port(10))->{body}, $noise,
            'and then there is room');
    }

    ok($low->log =~ /no memory to decode a "$_" body/, "the log: $_")
        for @codings;
    is_deeply([ $low->complaints ], [], 'nothing to complain of');
    $low->stop;
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
