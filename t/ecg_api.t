# ecg_api: settings of hostnames read and changed over HTTP.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use JSON;
use Socket;
use Test::More;
use Time::HiRes qw(time);

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'x.test');
my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';
my $db = "$dir/policy.db";

$prepared->write_file("$dir/users", "u:{PLAIN}p\n");

my $edge = EdgeTest->start(workers => 2, http => <<"C", log_level => 'notice');
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;
    client_max_body_size 256k;
    ecg_store $db map_size=16m;
    ecg_policy *.conf.test max_tls=1.2;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;
    log_format r "\$status [\$ecg_reject_reason]";

    server {
        listen %%PORT%% ssl; server_name x.test;
        listen %%PORT1%%;
        access_log %%ROOT%%/logs/access.log r;
        location /edge { ecg_api write; }
        location /read/ { ecg_api read; }
        location /remote/ { ecg_api write; allow 192.0.2.0/24; deny 203.0.113.0/24; }
        location /basic/ { ecg_api write; auth_basic x; auth_basic_user_file $dir/users; }
        location /asked/ { ecg_api write; auth_request /auth; }
        location /any/ { ecg_api write; satisfy any; allow 192.0.2.7; deny all;
            auth_basic x; auth_basic_user_file $dir/users; }
        location /denies/ { ecg_api write; deny 203.0.113.0/24; auth_basic off; }
        location /auth { internal; return 204; }
        location / { return 200 "\$ecg_policy\\n"; }
    }
C


# ask(method, path, body): status and decoded body

sub ask {
    my ($method, $path, $body, @headers) = @_;
    my $r = request($path, port => EdgeTest->port(1), method => $method,
        headers => \@headers, defined $body ? (data => $body) : (),
        close => 1);

    return ($r->{status}, eval { decode_json($r->{body}) } || $r->{body}, $r);
}


my $base = '/edge/hostnames/settings';
my $old = ['1.2'];

# put, get, delete

my ($status, $json, $r) = ask('PUT', "$base/min_tls_version/A.Test",
    '{"value":"1.3"}');
is($status, 200, 'PUT');
is($r->line('Content-Type'), 'application/json', 'a JSON answer');
is_deeply([@$json{qw(success errors messages)}], [JSON::true, [], []],
    'the envelope');
is($json->{result}{hostname}, 'a.test', 'the hostname');
is($json->{result}{value}, '1.3', 'the value');
is($json->{result}{status}, 'active', 'the status');
like($json->{result}{created_at}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    'the time');
is(answer(sni => 'a.test', versions => $old), 'alert 70', 'it holds');

my $created = $json->{result}{created_at};
sleep 1;
ask('PUT', "$base/min_tls/a.test", '{"value":"1.2"}');
($status, $json) = ask('GET', "$base/min_tls/a.test");
is($json->{result}{value}, '1.2', 'GET what was changed');
is($json->{result}{created_at}, $created, 'created as before');
isnt($json->{result}{updated_at}, $created, 'updated since');

($status) = ask('GET', "$base/ciphers/a.test");
is($status, 404, 'a setting that is not set');
($status, $json) = ask('DELETE', "$base/min_tls/a.test");
is("$status $json->{result}{status}", '200 deleted', 'DELETE');
($status) = ask('DELETE', "$base/min_tls/a.test");
is($status, 404, 'DELETE again');
($status) = ask('GET', "$base/min_tls/a.test");
is($status, 404, 'GET what was deleted');

# lists of values, and falling back

ask('PUT', "$base/ciphers/*.w.test",
    '{"value":["ECDHE-ECDSA-AES256-GCM-SHA384"]}');
is(answer(sni => 'q.w.test', versions => $old), '1.2 c02c', 'a wildcard');
ask('PUT', "$base/ciphers/q.w.test",
    '{"value":"ECDHE-ECDSA-AES128-GCM-SHA256"}');
is(answer(sni => 'q.w.test', versions => $old), '1.2 c02b', 'an exact one');
($status, $json) = ask('GET', "$base/ciphers/q.w.test");
is_deeply($json->{result}{value}, ['ECDHE-ECDSA-AES128-GCM-SHA256'],
    'a list is told as one');
ask('DELETE', "$base/ciphers/q.w.test");
is(answer(sni => 'q.w.test', versions => $old), '1.2 c02c',
    'DELETE falls back to the wildcard');
ask('PUT', "$base/http2/h.test", '{"value":false}');
is((ask('GET', "$base/http2/h.test"))[1]{result}{value}, 'off', 'a boolean');

# what is refused, and nothing stored

my $before = `$command -s $db dump`;
my $long = join '.', ('a' x 63) x 4;
my @refused = (
    [400, 'min_tls/b.test', '', qr/invalid JSON/],
    [400, 'min_tls/b.test', '{"value":', qr/invalid JSON/],
    [400, 'min_tls/b.test', '{"value":"1.3"', qr/invalid JSON/],
    [400, 'min_tls/b.test', '[]', qr/not an object/],
    [400, 'min_tls/b.test', '{"valeu":"1.3"}', qr/no ?.value/],
    [400, 'min_tls/b.test', '{"value":1.3}', qr/neither a string/],
    [400, 'min_tls/b.test', '{"value":"1.5"}', qr/must be: 1\.0, 1\.1/],
    [400, 'http2/b.test', '{"value":"yes"}', qr/must be: on or off/],
    [400, 'preset/b.test', '{"value":"best"}', qr/must be: modern, .* or pci/],
    [400, 'ciphers/b.test', '{"value":"NOSUCH"}', qr/NOSUCH is unknown/],
    [400, 'ciphers/b.test', '{"value":""}', qr/invalid value/],
    [400, 'ciphers/b.test', '{"value":"ECDHE-RSA-AES128-GCM-SHA256"}',
        qr/no cipher is usable with the keys/],
    [400, 'groups/b.test', '{"value":["X25519","P-1"]}', qr/P-1 is unknown/],
    [400, 'min_tls/b.conf.test', '{"value":"1.3"}',
        qr/min_tls is above max_tls/],
    [400, 'ciphers/b.test', '{"value":"!ALL"}',
        qr/ciphers leaves nothing to choose from/],
    [400, 'min_tls/b..test', '{"value":"1.3"}', qr/invalid hostname/],
    [400, "min_tls/$long", '{"value":"1.3"}', qr/invalid hostname/],
    [400, 'min_tls/b%20c', '{"value":"1.3"}', qr/invalid hostname/],
    [404, 'tls/b.test', '{"value":"1.3"}', qr/no such setting/],
    [405, 'min_tls', '{"value":"1.3"}', qr/method/],
    [400, 'bulk', '', qr/no records/],
    [400, 'bulk', qq({"hostname":"ok.test","settings":{"http2":true}}\n)
        . '{"hostname":"b.test","settings":{"min_tls":"9"}}',
        qr/invalid value: record 2, min_tls, it must be 1\.0, .* or 1\.3/],
    [400, 'bulk', '{"hostname":"b.test","settings":{"tls":"1.3"}}',
        qr/unknown key: record 1, tls, it must be min_tls, .* or preset/],
    [400, 'bulk', '{"hostname":"a\u0022<b","settings":{"http2":true}}',
        qr/invalid name: record 1, a\?<b/],
);

for (@refused) {
    my ($want, $path, $body, $pattern) = @$_;
    my ($status, $json) = ask('PUT', "$base/$path", $body);

    is($status, $want, "refused: " . substr("$path $body", 0, 60));
    like(ref $json ? $json->{errors}[0]{message} : $json, $pattern,
        '... with a reason');
}

($status) = ask('PUT', "$base/ciphers/b.test", '{"value":"'
    . 'A' x 300_000 . '"}');
is($status, 413, 'a body over the limit');
($status) = ask('PUT', "$base/ciphers/b.test", '{"value":"' . 'A' x 3000 . '"}');
is($status, 400, 'a value over the limit');
($status) = ask('POST', "$base/min_tls/b.test", '{"value":"1.3"}');
is($status, 405, 'POST');
is((ask('GET', '/edge/'))[0], 404, 'no such path');
is((ask('DELETE', '/edge/explain/a.test'))[0], 405, 'explain only reads');
is(`$command -s $db dump`, $before, 'nothing of it was stored');

# who may write

($status) = ask('PUT', '/read/hostnames/settings/min_tls/b.test',
    '{"value":"1.3"}');
is($status, 403, 'a location that reads');
($status) = ask('PUT', "$base/min_tls/b.test", '{"value":"1.3"}',
    'X-Real-IP: 192.0.2.1');
is($status, 403, 'a client that is not local');
($status) = ask('PUT', "$base/min_tls/b.test", '{"value":"1.3"}',
    'X-Real-IP: 127.0.0.9');
is($status, 200, 'another local one');

# put_from(location, address, more): the status a remote client gets

sub put_from {
    my ($location, $address, @more) = @_;

    return (ask('PUT', "/$location/hostnames/settings/min_tls/b.test",
        '{"value":"1.3"}', "X-Real-IP: $address", @more))[0];
}


my @user = ('Authorization: Basic dTpw');

is(put_from('edge', '192.0.2.1', @user), 403, 'no access control');
is(put_from('remote', '192.0.2.1'), 200, 'allowed by address');
is(put_from('remote', '198.51.100.1'), 403, '... one that no rule covers');
is(put_from('remote', '203.0.113.1'), 403, '... denied');
is(put_from('denies', '192.0.2.1', @user), 403, '... not denied is not allowed');
is(put_from('basic', '192.0.2.1', @user), 200, 'allowed by password');
is(put_from('basic', '192.0.2.1'), 401, '... without it');
is(put_from('any', '192.0.2.7'), 200, 'satisfy any: by address');
is(put_from('any', '192.0.2.8', @user), 200, '... by password');
is(put_from('any', '192.0.2.8'), 401, '... by neither');

SKIP: {
    skip 'no auth_request', 1 if !EdgeTest::built_with('http_auth_request_module');
    is(put_from('asked', '192.0.2.1'), 200, 'allowed by a subrequest');
}

is((ask('GET', '/read/hostnames/settings/min_tls/b.test', undef,
    'X-Real-IP: 192.0.2.1'))[0], 200, 'reading is for all');

# many at once

my $bulk = join '', map { qq({"hostname":"n$_.bulk.test","settings":)
    . qq({"min_tls":"1.3","http2":"off"}}\n) } 1 .. 2500;
($status, $json) = ask('PUT', "$base/bulk", $bulk);
is($status, 200, 'bulk');
is($json->{result}{records}, 2500, '... of 2500 records');
is(answer(sni => 'n2500.bulk.test', versions => $old), 'alert 70',
    '... that hold');

my ($after, @listed, $pages) = ('');

do {
    ($status, $json) = ask('GET', "$base/min_tls?limit=700&after=$after");
    push @listed, map { $_->{hostname} } @{ $json->{result} };
    $after = $json->{result_info}{after};
    $pages++;
} while ($after ne '' && $pages < 10);

is(scalar(grep { /bulk/ } @listed), 2500, 'listed');
is($pages, 4, '... page by page');
is_deeply([sort @listed], \@listed, '... in order');
is((ask('GET', "$base/min_tls?limit=0"))[0], 400, 'a wrong limit');

# explain

($status, $json) = ask('GET', '/edge/explain/Z.conf.test?versions=1.3');
is($json->{result}{policy}, '*.conf.test', 'explain: the record');
is($json->{result}{source}, 'wildcard', '... the source');
is_deeply($json->{result}{settings}{max_tls}, { value => '1.2',
    from => '*.conf.test', in => 'configuration', preset => JSON::false },
    '... each key');
is($json->{result}{handshake}{reason}, 'no common version', '... the outcome');
($status, $json) = ask('GET', '/edge/explain/n1.bulk.test');
is($json->{result}{settings}{min_tls}{in}, 'store', '... of the store');
is($json->{result}{handshake}{version}, '1.3', '... the version');
is((ask('GET', '/edge/explain/a..b'))[0], 400, '... of no name');

# a client that goes away before the answer, many at once, and both workers

for my $n (1 .. 40) {
    my $c = EdgeTest::Client->new(port => EdgeTest->port(1));
    $c->send("PUT $base/min_tls/gone$n.test HTTP/1.1\r\nHost: a\r\n"
        . "Content-Length: 15\r\n\r\n{\"value\":\"1.3\"}");
    close $c->{socket};
}

my @clients = map { EdgeTest::Client->new(port => EdgeTest->port(1)) } 1 .. 40;

for my $n (0 .. $#clients) {
    $clients[$n]->send("PUT $base/min_tls/many$n.test HTTP/1.1\r\nHost: a\r\n"
        . "Connection: close\r\nContent-Length: 15\r\n\r\n{\"value\":\"1.3\"}");
}

my $good = grep { ($_->head || {})->{status} == 200 } @clients;
is($good, 40, '40 writers at a time');
my $there = () = `$command -s $db dump` =~ /^many\d+\.test min_tls=1\.3$/mg;
is($there, 40, '... all stored');

# latency of a PUT, from its answer to the other worker

my $slowest = 0;

for my $n (1 .. 20) {
    my $value = $n % 2 ? '1.3' : '1.2';
    ask('PUT', "$base/min_tls/l.test", qq({"value":"$value"}));
    my $start = time;
    my %seen = map { substr(answer(sni => 'l.test', versions => $old), 0, 5)
        => 1 } 1 .. 6;
    is(join(',', keys %seen), $n % 2 ? 'alert' : '1.2 c',
        'seen by all at once') if $n > 18;
    fail('seen late') if keys %seen > 1;
}

# HTTP/2 and TLS carry it as well

like(`curl -sk --resolve x.test:$EdgeTest::Port:127.0.0.1 -X PUT -d '{"value":"1.2"}' https://x.test:$EdgeTest::Port$base/min_tls/tls.test`,
    qr/"success":true/, 'over TLS');

my $log = $edge->log;
like($log, qr/"l\.test" changed: min_tls from "1\.3" to "1\.2" by user "", c/,
    'a change is logged');
like($log, qr/policies changed: 2500 records by user ""/, '... and many');
is(scalar(my @min = $log =~ /"n\d+\.bulk\.test" changed: min_tls from "" to "1\.3" by user "", client/g),
    2500, '... each of them');
is(scalar(my @http2 = $log =~ /"n\d+\.bulk\.test" changed: http2 from "" to "off" by/g),
    2500, '... with each setting');

($status) = ask('PUT', '/basic/hostnames/settings/bulk', join('',
    map { qq({"hostname":"$_->[0]","settings":{"min_tls":"$_->[1]","http2":"off"}}\n) }
    ['n1.bulk.test', '1.2'], ['n2.bulk.test', '1.3'], ['*.log.test', '1.2'],
    ['n1.bulk.test', '1.1']), @user);
is($status, 200, 'some change, some do not');
is(join('', map { "$_\n" } substr($edge->log, length $log)
    =~ /(polic(?:y|ies) .*?), client/g), <<'E', '... and those that do are logged');
policy of "n1.bulk.test" changed: min_tls from "1.3" to "1.2" by user "u"
policy of "*.log.test" changed: min_tls from "" to "1.2" by user "u"
policy of "*.log.test" changed: http2 from "" to "off" by user "u"
policy of "n1.bulk.test" changed: min_tls from "1.2" to "1.1" by user "u"
policies changed: 4 records by user "u"
E

# each line is right by itself, both are not

($status, $json) = ask('PUT', "$base/bulk",
    qq({"hostname":"two.test","settings":{"min_tls":"1.3"}}\n)
    . qq({"hostname":"two.test","settings":{"max_tls":"1.2"}}\n));
is($status, 400, 'lines of one name that cannot be together');
like($json->{errors}[0]{message}, qr/min_tls above max_tls: two\.test/,
    '... said so');
is((ask('GET', "$base/min_tls/two.test"))[0], 404, '... nothing is stored');

# the map is full

my ($full, $last);

for my $n (1 .. 60) {
    my $big = join '', map { my $k = "$n-$_"; qq({"hostname":"f$k.test","settings":{"ciphers":")
        . join(':', ('ECDHE-ECDSA-AES128-GCM-SHA256') x 60) . qq("}}\n) }
        1 .. 130;
    ($status, $json) = ask('PUT', "$base/bulk", $big);
    ($full, $last) = ($json, $n), last if $status != 200;
}

is($status, 507, 'the map is full');
like($full->{errors}[0]{message}, qr/is full, map_size is too small/,
    '... said so');
like($edge->log, qr/"f1-130\.test" changed/, '... what was stored is logged');
unlike($edge->log, qr/"f$last-\d+\.test" changed/, '... and nothing else');
is((ask('GET', "$base/min_tls/b.test"))[0], 200, '... and still readable');
is(answer(sni => 'b.test', versions => $old), 'alert 70', '... and in force');

like((EdgeTest->check_conf(http => "server { listen %%PORT%%; location / {"
    . ' ecg_api read; } }'))[1], qr/"ecg_api" needs "ecg_store" in .*nginx\.conf:\d+/,
    'ecg_api without a store');
like((EdgeTest->check_conf(http => "ecg_store $dir/c; server { listen "
    . '%%PORT%%; location / { ecg_api on; } }'))[1],
    qr/invalid value "on" in "ecg_api": it must be read or write/, 'a wrong parameter');

is(join('', grep { !/store/ } $edge->complaints), '', 'no complaints');

done_testing();
