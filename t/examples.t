# examples/*.conf: nginx starts with each as it is printed, but for where files
# and ports are, and does what its comments say.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Client qw(get request);
use EdgeTest::Coding qw(decode encode);
use EdgeTest::Hello;
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use EdgeTest::Upstream;
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::UNIX;
use Test::More;

my $dir = tempdir(CLEANUP => 1);
my $pki = EdgeTest::Pki->new("$dir/tls");
my %port = (80 => 0, 443 => 1, 3000 => 2, 9145 => 3);
my %started;

$pki->ca('clients-ca', '/CN=Clients');
$pki->ca('strangers', '/CN=Strangers');
$pki->issue('clients-ca', "$_.example.com", "/CN=$_.example.com",
    use => 'server') for qw(www api shop old);
mkdir "$dir/tls/customers";
link "$dir/tls/$_", "$dir/tls/customers/$_" or die "$_: $!"
    for map { ("$_.example.com.crt", "$_.example.com.key") } qw(shop old);


# Where the files of an example are here

sub place {
    my ($text) = @_;

    $text =~ s{(/etc/nginx/crl|/srv|/var/(?:log|lib)/nginx|/run)\b}
        {$dir$1}g;
    $text =~ s{/etc/nginx/tls/}{$dir/tls/}g;
    $text =~ s/\b(listen\s+)(80|443)\b/$1%%PORT$port{$2}%%/g;
    $text =~ s/(127\.0\.0\.1:)(3000|9145)\b/$1%%PORT$port{$2}%%/g;

    return $text;
}


sub start {
    my ($name) = @_;
    my $text = EdgeTest::slurp("examples/$name.conf");
    my ($code, $said) = EdgeTest->check_conf(http => place($text));

    is($code, 0, "$name: nginx -t") or diag($said);
    unlike($said, qr/\[warn\]/, "$name: without a warning");
    $started{"examples/$name.conf"} = 1;

    return EdgeTest->start(http => place($text));
}


sub tls {
    my ($name, $path, @more) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port(1),
        sni => "$name.example.com", path => $path, @more);
}


# A server that tells what it was asked

sub mirror {
    return EdgeTest::Upstream->start(port => EdgeTest->port(2), handler => sub {
        my ($conn, $request) = @_;
        my $head = $request->{headers};
        my $body = join '', map { "$_: $head->{$_}\n" } sort keys %$head;

        $conn->send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body");
    });
}


# static-site.conf

my $page = join '', map { "<p>$_ and so on and on</p>\n" } 1 .. 200;
my $script = "var a = 1;\n" x 300;
my $edge = EdgeTest->prepare;

$edge->write_file("$dir/srv/www/index.html", $page);
$edge->write_file("$dir/srv/www/assets/app.js", 'not this');
$edge->write_file("$dir/srv/www/assets/app.js.$_->[1]",
    encode($_->[0], $script)) for [zstd => 'zst'], [br => 'br'];
make_path("$dir/var/log/nginx");

$edge = start('static-site');

my $r = get('/x?y', host => 'www.example.com');
is($r->{status}, 301, 'to https');
is($r->line('Location'), 'https://www.example.com/x?y', 'the same page');

for my $coding (qw(zstd br gzip)) {
    $r = tls('www', '/', headers => "Accept-Encoding: $coding\r\n");
    like($r->{head}, qr/^Content-Encoding: $coding\r?$/m, "a page in $coding");
    is((decode($coding, $r->{body}))[0], $page, 'whole');
}

for my $coding (qw(zstd br)) {
    $r = tls('www', '/assets/app.js', headers => "Accept-Encoding: $coding\r\n");
    is((decode($coding, $r->{body}))[0], $script, "the file in $coding");
    like($r->{head}, qr/^Cache-Control: max-age=31536000/m, 'for a year');
}

is(tls('www', '/assets/app.js')->{body}, 'not this', 'and as it is');
$edge->wait_for(30, sub {
    EdgeTest::slurp("$dir/var/log/nginx/www.example.com.log") =~ / zstd .* coded$/m
});
like(EdgeTest::slurp("$dir/var/log/nginx/www.example.com.log"),
    qr/"GET \/ HTTP.*" 200 \d+ zstd \d+\.\d+ coded$/m, 'the log tells');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;


# api-gateway.conf

$pki->issue('clients-ca', 'shop', '/CN=shop',
    ext => "subjectAltName=URI:spiffe://example.com/shop\n");
$pki->issue('clients-ca', 'bob', '/CN=bob');
$pki->issue('clients-ca', 'gone', '/CN=gone');
$pki->issue('strangers', 'eve', '/CN=shop');
my $list = EdgeTest::slurp($pki->crl('clients-ca', 'first', 'gone'));
EdgeTest->prepare->write_file("$dir/etc/nginx/crl/clients.pem", $list);

my %client = map { $_ => [cert => $pki->path("$_.crt"),
    key => $pki->path("$_.key")] } qw(shop bob gone eve);
my $upstream = mirror();

$edge = start('api-gateway');

$r = tls('api', '/', @{ $client{bob} },
    headers => "Cf-Cert-Subject-Dn: CN=root\r\nCF_CERT_VERIFIED: yes\r\n");
is($r->{status}, 200, 'a client with a certificate');
like($r->{body}, qr/^cf-cert-verified: true$/mi, 'is told to be verified');
like($r->{body}, qr/^cf-cert-subject-dn: CN=bob$/mi, 'and who it is');
unlike($r->{body}, qr/CN=root|: yes/, 'what it said itself is gone');
is(tls('api', '/')->{status}, 401, 'a client without');
is(tls('api', '/', @{ $client{gone} })->{status}, 400, 'one that was revoked');
is(tls('api', '/', @{ $client{eve} })->{status}, 400, 'one of another authority');
is(tls('api', '/payments/', @{ $client{shop} })->{status}, 200, 'the shop pays');
is(tls('api', '/payments/', @{ $client{bob} })->{status}, 403, 'bob does not');
is(tls('api', '/payments/')->{status}, 401, 'nor does nobody');

$r = tls('api', '/health', headers => "Cf-Cert-Verified: true\r\n");
is($r->{status}, 200, 'anybody asks for health');
like($r->{body}, qr/^cf-cert-verified: false$/mi, 'as nobody');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;


# saas-edge.conf

make_path("$dir/var/lib/nginx/edge", "$dir/run/edge");
my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';
my $store = "$dir/var/lib/nginx/edge/policies";
my $api = '/edge/hostnames/settings/min_tls/shop.example.com';

sub ask_socket {
    my ($method, $data) = @_;
    my $socket = IO::Socket::UNIX->new(Peer => "$dir/run/edge/policies.sock")
        or die "policies.sock: $!";

    syswrite $socket, "$method $api HTTP/1.0\r\nContent-Length: "
        . length($data) . "\r\n\r\n$data";
    local $/;
    return scalar <$socket>;
}


$edge = start('saas-edge');

is(tls('shop', '/')->{status}, 200, 'a customer');
is(tls('old', '/', version => '1.2')->{status}, 200, 'another, with TLSv1.2');
like(answer(port => EdgeTest->port(1)), qr/^alert/, 'no name, no handshake');

like(ask_socket('PUT', '{"value":"1.3"}'), qr/^HTTP\S+ 200 .*"active"/s,
    'a policy by the socket');
ok(tls('shop', '/', version => '1.2')->{error}, 'holds without a reload');
is(tls('shop', '/', version => '1.3')->{status}, 200, 'and lets TLSv1.3 in');
is(tls('old', '/', version => '1.2')->{status}, 200, 'is for one name');

# A million of them, put in while nginx serves. A name that has a policy and no
# certificate yet is refused by the policy, before a certificate is looked for.

my $many = 1_000_000;

sub refused {
    return answer(port => EdgeTest->port(1), sni => $_[0], versions => ['1.2']);
}


alarm($ENV{EDGE_TEST_SECONDS} || 1400);
isnt(refused('c1.example.com'), 'alert 70', 'a name without a policy');
open my $names, '>', "$dir/names.txt" or die $!;
print $names "c$_.example.com min_tls=1.3\n" for 1 .. $many;
print $names "old.example.com min_tls=1.3\n";
close $names or die "names.txt: $!";
my $began = time;
is(system("$command -s $store load $dir/names.txt >$dir/said 2>&1"), 0,
    'a million at once') or diag(EdgeTest::slurp("$dir/said"));
note('loaded in ', time - $began, ' s');
unlink "$dir/names.txt";
ok(tls('old', '/', version => '1.2')->{error}, 'hold as well');
is(refused("c$_.example.com"), 'alert 70', "name $_ of them")
    for 1, 500_000, $many;
isnt(refused('c' . ($many + 1) . '.example.com'), 'alert 70', 'and no other');
is(tls('shop', '/')->{status}, 200, 'customers are served');

$r = get('/metrics', port => EdgeTest->port(3));
like($r->{body}, qr/^nginx_edge_policy_store_names 1000002$/m, 'all are counted');
like($r->{body}, qr/^nginx_edge_tls_refused_total\{.*no common version.*\} 5$/m,
    'and who was refused');
is(get('/', port => EdgeTest->port(3))->line('Content-Type'),
    'text/html; charset=utf-8', 'a page for people');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;
$upstream->stop;


# event-streams.conf: each event is there before the next is asked for

for my $coding (qw(zstd br gzip)) {
    pipe my $orders, my $order or die "pipe: $!";
    $order->autoflush(1);

    $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(2),
        handler => sub {
            my ($conn, $request) = @_;

            $conn->start_chunked('Content-Type: text/event-stream');

            my $word;

            while (sysread $orders, $word, 1 and $word ne '.') {
                $conn->chunk("data: $word "
                    . ($request->{headers}{'accept-encoding'} // 'nothing')
                    . "\n\n");
            }

            $conn->last_chunk;
        });

    $edge = start('event-streams') if $coding eq 'zstd';

    my $client = EdgeTest::Client->new(port => EdgeTest->port);
    my $decoder = EdgeTest::Coding->new($coding);

    $client->ask('/', host => 'events.example.com',
        headers => ["Accept-Encoding: $coding"]);
    syswrite $order, 'a';
    is($client->head->line('Content-Encoding'), $coding, "events in $coding");

    for my $word (qw(a b c)) {
        my $text = '';

        syswrite $order, $word if $word ne 'a';

        while ($text !~ /\n\n/) {
            my $piece = $client->some;
            last if !defined $piece || $piece eq '';
            $text .= $decoder->feed($piece);
        }

        is($text, "data: $word nothing\n\n", "event $word, at once");
    }

    syswrite $order, '.';
    $decoder->feed($client->body);
    ok($decoder->ended, 'and the end');
    $upstream->stop;
}

is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

# coded-origin.conf: whatever a client takes, the origin is asked once, for gzip

make_path("$dir/var/lib/nginx");

$upstream = EdgeTest::Upstream->start(port => EdgeTest->port(2),
    handler => sub {
        my ($conn, $request) = @_;
        my $text = "process $$, " . $request->{headers}{'accept-encoding'}
            . ', <a href="http://origin.example.com/x">x</a>' x 100;

        $conn->reply(200, [ 'Content-Type: text/html', 'Vary: Accept-Encoding',
            'Content-Encoding: gzip' ], encode('gzip', $text));
    });

$edge = start('coded-origin');

for my $path ('/page', '/docs/page') {
    my %text;

    for my $coding (qw(gzip zstd br identity)) {
        $r = get($path, host => 'www.example.com',
            headers => ["Accept-Encoding: $coding"]);
        is($r->coding, $coding, "$path in $coding");
        $text{ $coding eq 'identity' ? $r->{body}
            : (decode($coding, $r->{body}))[0] }++;
    }

    is(join(' ', values %text), 4, 'all the same, of the cache');
    like((keys %text)[0], qr/^process \d+, gzip,/, 'the origin gave gzip');

    my $wanted = $path =~ /docs/ ? '"/x"' : '"http://origin.example.com/x"';
    is(scalar(() = (keys %text)[0] =~ /\Q$wanted\E/g), 100, 'the links');
}

is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;
$upstream->stop;

is_deeply([sort keys %started], [sort glob 'examples/*.conf'],
    'each example is here');

done_testing();
