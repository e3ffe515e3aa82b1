# ecg_status: responses counted exactly, by several workers, over reloads and
# the death of workers; who may ask, and in which format.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Client qw(request);
use EdgeTest::Coding qw(codings dictionary encode wants);
use EdgeTest::Status;
use EdgeTest::Upstream;
use JSON;
use Test::More;
use Time::HiRes qw(sleep);

my $page = 'a word and another one, ' x 500;
my $up = EdgeTest::Upstream->start(port => EdgeTest->port(9), handler => sub {
    my ($conn, $request) = @_;

    $conn->send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n");
    $conn->chunk("some of it\n");

    return 'reset' if $request->{path} =~ /cut/;

    $conn->pause($request->{path} =~ /slow/ ? 120 : 0.1);
    $conn->chunk("the rest\n");
    $conn->last_chunk;
});

my $coded_page = encode('gzip', $page);

my $http = <<'C';
    log_format bytes '$server_name $compression_bytes_in $compression_bytes_out';
    compression zstd;
    compression_idle 300ms;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;

    server {
        listen %%PORT%%; server_name a.test;
        access_log %%ROOT%%/logs/access.log bytes;
        location / { root %%HTML%%; compression_level 5; }
        location /up/ { proxy_pass http://127.0.0.1:%%PORT9%%;
            proxy_buffering off; }
        location /off { compression off; root %%HTML%%; }
        location /coded/ {
            root %%HTML%%;
            compression_static always; compression_decode on;
        }
    }
    server {
        listen %%PORT%%; server_name b.test;
        access_log %%ROOT%%/logs/access.log bytes;
        location / { root %%HTML%%; compression_level 2; }
    }
    server {
        listen %%PORT%%; server_name c.test;
        root %%HTML%%; compression on; DICTIONARY
    }
    server {
        listen %%PORT1%%; server_name status.test;
        compression off;
        location = /json { ecg_status json; }
        location = /metrics { ecg_status prometheus; }
        location = /far { ecg_status json remote; }
    }
C

my ($dictionary, @file) = dictionary();
$http =~ s/DICTIONARY/$dictionary/;

my $edge = EdgeTest->start(workers => 3, http => $http, files => { @file,
    'html/x.html' => $page, 'html/y.html' => $page x 3, 'html/z.png' => $page,
    'html/tiny.html' => 'x', 'html/off/x.html' => $page,
    'html/coded/x.html.gz' => $coded_page,
    'html/coded/cut.html.gz' => substr($coded_page, 0, -4),
    'html/coded/bomb.html.gz' => encode('gzip', "\0" x (4 << 20)),
});


sub status {
    return EdgeTest::Status->json(port => EdgeTest->port(1), @_);
}


sub get {
    my ($host, $path, @more) = @_;

    return request($path, port => EdgeTest->port, host => $host, close => 1,
        headers => ['Accept-Encoding: zstd'], @more);
}


sub settles { return EdgeTest::Status::settles(\&status, @_) }


my @coded = ('compression_responses_total', coding => 'zstd');

is(status()->value(@coded), undef, 'nothing is counted at first');

# 1. each response once, whoever of the workers sent it

get('a.test', '/x.html') for 1 .. 40;
get('b.test', '/y.html') for 1 .. 25;

settles('responses of a server', 40, @coded, server => 'a.test');
settles('of another', 25, @coded, server => 'b.test');

is(status()->value(@coded, server => 'a.test', level => 5), 40, 'the level');
is(status()->value(@coded, server => 'b.test', level => 2), 25, 'its own');
is(status()->{families}{nginx_edge_compression_responses_total}{total}, 65,
    'the total');
is(status()->count('compression_encoder_seconds', server => 'a.test'), 40,
    'encoder times are as many');

my ($histogram) = status()->samples('compression_encoder_seconds',
    server => 'a.test');
my $in_buckets = 0;
$in_buckets += $_->{count} for @{ $histogram->{buckets} };
is($in_buckets, 40, 'and each is in a bucket');
cmp_ok($histogram->{sum}, '>', 0, 'they took time');

# 2. bytes are those that the log has

{
    my %logged;

    $edge->wait_for(30, sub {
        65 <= (() = EdgeTest::slurp("$edge->{root}/logs/access.log")
            =~ /\n/g) });

    for (split /\n/, EdgeTest::slurp("$edge->{root}/logs/access.log")) {
        my ($server, $in, $out) = split;
        $logged{$server}[0] += $in;
        $logged{$server}[1] += $out;
    }

    my $s = status();

    for my $server ('a.test', 'b.test') {
        is($s->value('compression_input_bytes_total', server => $server),
            $logged{$server}[0], "bytes in, $server");
        is($s->value('compression_output_bytes_total', server => $server),
            $logged{$server}[1], "bytes out, $server");
    }
}

# 3. why not

get('a.test', '/x.html', headers => []) for 1 .. 3;
get('a.test', '/z.png') for 1 .. 4;
get('a.test', '/tiny.html') for 1 .. 5;
get('a.test', '/off/x.html') for 1 .. 6;
get('a.test', '/missing') for 1 .. 2;
get('b.test', '/x.html', method => 'HEAD');

my @skipped = ('compression_skipped_total', server => 'a.test');

settles('not accepted', 3, @skipped, reason => 'not-accepted');
settles('the type', 4, @skipped, reason => 'type');
settles('the length', 5, @skipped, reason => 'length');
settles('off', 6, @skipped, reason => 'off');
is(status()->value(@coded, server => 'b.test'), 25, 'HEAD is not counted');

for my $coding (codings()) {
    request('/x.html', port => EdgeTest->port, host => 'c.test', close => 1,
        headers => [ wants($coding) ]) for 1 .. 3;
    settles($coding, 3, 'compression_responses_total', coding => $coding,
        server => 'c.test');
}

# what came coded, and what became of it

{
    my @decoded = ('compression_decoded_total', server => 'a.test',
        coding => 'gzip');
    my @bytes = (server => 'a.test', sent => 'zstd');

    get('a.test', '/coded/x.html') for 1 .. 3;
    get('a.test', '/coded/x.html', headers => []) for 1 .. 2;
    get('a.test', '/coded/x.html', headers => ['Accept-Encoding: gzip']);
    get('a.test', '/coded/x.html', method => 'HEAD');
    get('a.test', '/coded/cut.html', headers => []);
    get('a.test', '/coded/bomb.html', headers => []) for 1 .. 2;

    settles('bombs', 2, @decoded, result => 'ratio');
    settles('coded anew', 3, @decoded, sent => 'zstd', result => 'whole');
    settles('plain', 2, @decoded, sent => 'identity', result => 'whole');
    settles('an error instead', 1, @decoded, sent => 'none', result => 'cut');
    is(status()->value(@decoded), 8, 'no others');
    is(status()->value('compression_decoded_input_bytes_total', @bytes),
        3 * length $coded_page, 'bytes before');
    is(status()->value('compression_decoded_output_bytes_total', @bytes),
        3 * length $page, 'and after');
}

# 4. aborted, and an encoder held and parked

get('a.test', '/up/cut');
settles('aborted', 1, 'compression_aborted_total', server => 'a.test');

{
    my $parked = status()->value('compression_parked_frames_total')
        // 0;
    my $c = EdgeTest::Client->new(port => EdgeTest->port);

    $c->ask('/up/slow', host => 'a.test', headers => ['Accept-Encoding: zstd']);
    $c->head;
    $c->some;

    settles('a frame was ended early', $parked + 1,
        'compression_parked_frames_total');
    settles('no encoder is held', 0, 'compression_encoders_busy');
    cmp_ok(status()->value('compression_encoders_pooled'), '>', 0,
        'they are in the pool');
    cmp_ok(status()->value('compression_memory_bytes'), '>', 0,
        'and take memory');
    is(status()->value('compression_memory_limit_bytes') % 268435456, 0,
        'of the limit of each worker');
}

# it has left, and that is counted, too
settles('a client that left', 2, 'compression_aborted_total',
    server => 'a.test');

# 5. over a reload, with requests under way

my $before = status();
my $sum = $before->value(@coded);

ok($edge->reload, 'reload');
is(status()->value(@coded), $sum, 'counters go on where they were');

{
    my @children;

    for my $n (1 .. 2) {
        my $pid = fork();
        die "fork: $!" if !defined $pid;

        if ($pid == 0) {
            my $done = 0;
            my $end = time + 300;

            while ($done < 60 && time < $end) {
                my $r = eval { get('b.test', '/x.html') };
                $done++ if $r && $r->{end} ne 'cut';
            }

            POSIX::_exit($done == 60 ? 0 : 1);
        }

        push @children, $pid;
    }

    ok($edge->reload, 'reload under way') for 1 .. 3;

    for (@children) {
        waitpid $_, 0;
        is($?, 0, 'all requests answered');
    }
}

settles('each counted once', $sum + 120, @coded);

# 6. a worker killed takes nothing along, and is not counted any more

$edge->wait_for(30, sub { !$edge->old_workers });
$sum = status()->value(@coded);

for my $pid ($edge->workers) {
    kill 'KILL', $pid;
    $edge->wait_for(60, sub { !kill(0, $pid) && $edge->workers == 3 });
}

settles('workers were killed', $sum, @coded);
is(status()->value('compression_encoders_pooled'), 0,
    'encoders of the dead are not there');
get('a.test', '/x.html');
settles('their successors go on', $sum + 1, @coded);

# 7. formats say the same

{
    my $json = status();
    my $text = EdgeTest::Status->text(port => EdgeTest->port(1));
    my $type = $text->{response}->line('Content-Type');

    like($type, qr{^text/plain; version=0\.0\.4}, 'type of the text');
    is($json->{response}->line('Content-Type'), 'application/json', 'of JSON');
    is($json->{response}->line('Cache-Control'), 'no-store', 'not cached');

    for my $name (qw(responses_total input_bytes_total skipped_total
        memory_bytes parked_frames_total))
    {
        my @of = $name =~ /memory|parked/ ? () : (server => 'a.test');

        is($text->value("compression_$name", @of),
            $json->value("compression_$name", @of), "$name in both");
    }

    is($text->count('compression_encoder_seconds'),
        $json->count('compression_encoder_seconds'), 'histograms in both');

    my $info = ($json->samples('info'))[0]{labels};
    is($info->{modules}, 'zstd_filter,mtls,ecg', 'modules');
    is($info->{nginx}, join('.', EdgeTest::version() =~ /^(\d+)(\d{3})(\d{3})/
        ? map { $_ + 0 } $1, $2, $3 : ()), 'version of nginx');
}

# 8. who may

sub code { return request(@_, port => EdgeTest->port(1), close => 1)->{status} }

my @far = (headers => ['X-Real-IP: 192.0.2.1']);

is(code('/json'), 200, 'loopback');
is(code('/json', @far), 403, 'from elsewhere');
is(code('/metrics', @far), 403, 'the other format, too');
is(code('/far', @far), 200, 'where it is allowed');
is(code('/json', headers => ['X-Real-IP: ::1']), 200, 'loopback of IPv6');
is(code('/json', method => 'POST', data => 'x'), 405, 'POST');
is(code('/json', method => 'HEAD'), 200, 'HEAD');

is(join('', grep { !/exited on signal 9/ } $edge->complaints), '',
    'nothing to complain of');
$edge->stop;

# 9. too small a zone, and none

{
    my $servers = join '', map { <<"    C" } 1 .. 200;
        server { listen %%PORT%%; server_name s$_.test;
            location / { root %%HTML%%; } }
    C

    $edge = EdgeTest->start(files => { 'html/x.html' => $page },
        http => "compression zstd; ecg_status_zone 64k; $servers
            server { listen %%PORT1%%; location /json { ecg_status json; } }");

    is(get("s$_.test", '/x.html')->{status}, 200, 'answered')
        for 1, 2, 100, 199, 200;
    get("s$_.test", '/x.html') for 3 .. 199;

    my $left = $edge->wait_for(30, sub {
        status()->value('series_left_out_total') });
    cmp_ok($left // 0, '>', 0, 'a full zone says so');
    cmp_ok(status()->value(@coded), '>', 10, 'and counts what it can');
    is(join('', $edge->complaints), '', 'without complaints');
    $edge->stop;
}

{
    $edge = EdgeTest->start(files => { 'html/x.html' => $page },
        http => 'compression zstd; server { listen %%PORT%%;
            location / { root %%HTML%%; } }');
    is(get('a', '/x.html')->line('Content-Encoding'), 'zstd',
        'nobody asks, and all is as it was');
    $edge->stop;
}

# 10. what nginx -t says

my %wrong = (
    'ecg_status xml;' => qr/"xml" of "ecg_status": it must be prometheus/,
    'ecg_status json nearby;' => qr/"nearby" of "ecg_status"/,
    'ecg_status json; ecg_status json;' => qr/is duplicate/,
);

for (sort keys %wrong) {
    my ($code, $said) = EdgeTest->check_conf(http =>
        "server { listen %%PORT%%; location / { $_ } }");

    isnt($code, 0, "refused: $_");
    like($said, $wrong{$_}, 'and why');
    like($said, qr/nginx\.conf:\d+/, 'and where');
}

{
    my ($code, $said) = EdgeTest->check_conf(http => 'ecg_status_zone 1k;');
    isnt($code, 0, 'a zone of 1k');
    like($said, qr/"1k" in "ecg_status_zone": it must be 64k or more/,
        'says what is allowed');
}

done_testing();
