# ecg_server_timing: the figures of a connection in a header and in variables.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Client qw(get);
use EdgeTest::Hello;
use Test::More;

my $prepared = EdgeTest->prepare;
my ($cert, $key) = certificate($prepared->{root}, 'x.test');
my $socket = "$prepared->{root}/s";

my @figures = qw(rtt min_rtt rtt_var sent recv lost retrans sent_bytes
    recv_bytes delivery_rate cwnd unsent_bytes);
my $variables = join ' ', map { "\$ecg_tcp_$_" } @figures, 'cid', 'ts';

my $edge = EdgeTest->start(http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;

    server {
        listen %%PORT%%;
        listen unix:$socket;
        ecg_server_timing on;
        location / { return 200 "$variables\\n"; }
        location /off { ecg_server_timing off; return 200 x; }
        location /name { ecg_server_timing name=l4;
            add_header Server-Timing "app;dur=5"; return 200 x; }
        location /error { return 404; }
    }

    server { listen %%PORT1%% ssl%%H2%%; ecg_server_timing name=tcp;
        return 200 x; }
    server { listen %%PORT2%%; return 200 x; }
C

my $pattern = join '&', 'proto=TCP', map({ "$_=(\\d+)" } @figures),
    'cid=([0-9a-f]{16})', 'ts=(\d+)';

my $client = EdgeTest::Client->new;
my (@ids, @sent, @times);

for (1 .. 3) {
    $client->ask('/');
    my $head = $client->head;
    my $body = '';

    while (defined(my $piece = $client->some)) {
        last if $piece eq '';
        $body .= $piece;
    }

    my @values = $head->line('Server-Timing') =~ /^cfL4;desc="\?$pattern"$/;
    is(scalar @values, 14, 'all figures') or diag($head->line('Server-Timing'));
    push @sent, $values[7];
    push @ids, $values[12];
    push @times, $values[13];

    my @variables = split ' ', $body;
    is(scalar @variables, 14, 'all variables');
    is($variables[12], $values[12], 'the same connection in both');
    cmp_ok($variables[13], '<=', $values[13], 'the same time');
    cmp_ok($values[0], '>', 0, 'a round trip takes time');
    is($values[8], $variables[8], 'bytes received, the same in both');
    select undef, undef, undef, 0.05;
}

cmp_ok($sent[1], '>', $sent[0], 'bytes sent grow');
cmp_ok($times[2], '>=', $times[0] + 80, 'time goes on');
is($ids[0], $ids[2], 'the same connection');

my ($other) = get('/')->line('Server-Timing') =~ /cid=(\w+)/;
isnt($other, $ids[0], 'another connection');

is(get('/off')->line('Server-Timing'), undef, 'off');
my @both = get('/name')->header('Server-Timing');
is(scalar(grep { /^l4;desc="\?proto=TCP&/ } @both), 1, 'another name');
is(scalar(grep { $_ eq 'app;dur=5' } @both), 1, '... beside that of others');
like(get('/error')->line('Server-Timing'), qr/^cfL4/, 'with errors, too');
is(get('/', port => EdgeTest->port(2))->line('Server-Timing'), undef,
    'not configured');

like(`curl -sk -o /dev/null -D - --http2 https://127.0.0.1:@{[EdgeTest->port(1)]}/`,
    qr{^HTTP/2 200.*^server-timing: tcp;desc="\?proto=TCP&rtt=\d+}ms, 'HTTP/2');

unlike(`curl -s -D - --unix-socket $socket http://a/`, qr/server-timing/i,
    'no TCP, no header');
like(`curl -s --unix-socket $socket http://a/`, qr/^\s+$/,
    '... and empty variables');

like((EdgeTest->check_conf(http => 'ecg_server_timing yes;'))[1],
    qr/invalid value "yes" .* on, off, or name=/, 'a wrong value');
like((EdgeTest->check_conf(http => 'ecg_server_timing "name=a b";'))[1],
    qr/invalid name "a b"/, 'a wrong name');
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
