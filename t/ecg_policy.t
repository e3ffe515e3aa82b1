# ecg_policy: what nginx -t refuses, refusals, the servers' own settings,
# sessions, and requests for a host other than that of the connection.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Client;
use EdgeTest::Hello;
use Test::More;

my $prepared = EdgeTest->prepare;
my ($cert, $key) = certificate($prepared->{root}, 'x.test');
my $tls = "ssl_certificate $cert; ssl_certificate_key $key;";
my $openssl = `openssl version` =~ /^OpenSSL (\d+)\.(\d+)/
    ? $1 * 100 + $2 : 0;


sub said {
    my ($code, $said) = EdgeTest->check_conf(
        http => "$tls\n$_[0]\nserver { listen %%PORT%% ssl; }");

    return $code ? $said : 'ok';
}


my @refused = (
    ['a.test tls=1.2', qr/unknown key "tls" .* one of min_tls, max_tls, .*preset/],
    ['a.test min_tls', qr/invalid parameter "min_tls" .* key=value/],
    ['a.test min_tls=1.4',
        qr/invalid value "1\.4" of "min_tls" .* 1\.0, 1\.1, 1\.2 or 1\.3/],
    ['a.test http2=yes', qr/invalid value "yes" of "http2" .* on or off/],
    ['a.test action=drop', qr/"drop" of "action" .* accept or reject/],
    ['a.test preset=old', qr/"old" of "preset" .* modern, intermediate, pq/],
    ['a.test min_tls=1.2 min_tls=1.3', qr/duplicate key "min_tls"/],
    ['a.test min_tls=1.3 max_tls=1.2', qr/"1\.3" in "min_tls" .* above max_tls/],
    ['a.test ciphers=ECDHE-RSA-AES128-GCM-SHA256:NOSUCH',
        qr/"NOSUCH" in "ciphers" of policy "a\.test" is unknown/],
    ['a.test ciphers=!ALL', qr/leaves nothing to choose from/],
    ['a.test ciphers=', qr/invalid value "" of "ciphers"/],
    ['a.test ciphers=TLS_AES_128_GCM_SHA256', qr/a TLSv1\.3 suite, for ciphersuites/],
    ['a.test ciphersuites=TLS_AES_128', qr/"TLS_AES_128" in "ciphersuites"/],
    ['a.test groups=X25519:P-257', qr/"P-257" in "groups"/],
    ['a.test sigalgs=RSA+SHA255', qr/"RSA\+SHA255" in "sigalgs"/],
    ['a..test min_tls=1.2', qr/invalid name "a\.\.test"/],
    ['* min_tls=1.2', qr/invalid name "\*"/],
    ['a.*.test min_tls=1.2', qr/invalid name/],
    [('a' x 64) . ' min_tls=1.2', qr/invalid name/],
    ['a.test', qr/invalid number of arguments/],
    ['a.test min_tls=1.2; ecg_policy A.TEST. http2=on', qr/is duplicate/],
);

for (@refused) {
    my ($text, $pattern) = @$_;
    my $said = said("ecg_policy $text;");

    like($said, $pattern, "refused: $text");
    like($said, qr{nginx\.conf:\d+}, '... with file and line');
}

like(said("ecg_policy *.test max_tls=1.2;\necg_policy a.test min_tls=1.3;"),
    qr/"1\.3" in "min_tls" of policy "a\.test" is above max_tls/,
    'refused: a key against an inherited one');

my $said = said('ecg_policy a.test groups=X25519MLKEM768:X25519;');
my $preset = said('ecg_policy a.test preset=pq;');

if ($openssl >= 305) {
    is($said, 'ok', 'hybrid group');
    is($preset, 'ok', 'preset of it');

} else {
    like($said, qr/"X25519MLKEM768" .* needs OpenSSL 3\.5 or later, this is/,
        'hybrid group needs a later OpenSSL');
    like($preset, qr/needs OpenSSL 3\.5 or later/, 'preset of it, too');
}

is(said("ecg_policy $_.test preset=$_;"), 'ok', "preset $_")
    for qw(modern intermediate pci);


my $hybrid = $openssl < 305 ? '' : <<'C';
    ecg_policy pq.test groups=X25519MLKEM768:X25519;
    ecg_policy pq-only.test preset=pq-only;
C

my $edge = EdgeTest->start(http => <<"C");
    $tls
    $hybrid
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:edge:1m;

    ecg_policy strict.test min_tls=1.3;
    ecg_policy once.test resumption=off;
    ecg_policy h1.test http2=off;
    ecg_policy no.test action=reject;
    ecg_policy p384.test groups=P-384;
    ecg_policy sha384.test ciphers=ECDHE-ECDSA-AES256-GCM-SHA384 max_tls=1.2;

    log_format reason '\$host \$status [\$ecg_reject_reason]';
    access_log %%ROOT%%/logs/access.log reason;

    server { listen %%PORT%% ssl%%H2%%; server_name default.test;
        error_page 421 /page;
        return 200 "\$ecg_policy [\$ecg_reject_reason]\n"; }

    server { listen %%PORT%% ssl; server_name own.test;
        ssl_protocols TLSv1.3; return 200 own; }

    server { listen %%PORT%% ssl; server_name curve.test;
        ssl_ecdh_curve P-384; return 200 curve; }

    server { listen %%PORT%% ssl; server_name gone.test;
        ssl_reject_handshake on; }

    server { listen %%PORT%% ssl; server_name ~^re[0-9]+\\.test\$;
        ssl_protocols TLSv1.3; return 200 own; }

    server { listen %%PORT1%%; return 200 "plain [\$ecg_policy]\n"; }
C

# settings of a server that is not the default one

is(answer(sni => 'own.test', versions => ['1.2']), 'alert 70',
    'ssl_protocols of the server selected');
is(answer(sni => 're7.test', versions => ['1.2']), 'alert 70',
    '... by a regular expression');
like(answer(sni => 'default.test', versions => ['1.2']), qr/^1\.2/,
    '... and of the default one');
is(answer(sni => 'curve.test', versions => ['1.3']), 'retry 1301 24',
    'ssl_ecdh_curve of the server selected');
is(answer(sni => 'gone.test'), 'alert 112', 'ssl_reject_handshake');

SKIP: {
    skip 'no hybrid groups before OpenSSL 3.5', 4 if !$hybrid;

    is(answer(sni => 'pq.test', groups => [4588, 29], shares => []),
        'retry 1301 4588', 'hybrid group');
    is(answer(sni => 'pq.test'), '1.3 1301 29', '... preferred');
    is(answer(sni => 'pq-only.test'), 'alert 40', '... required');
    like(s_client(sni => 'pq-only.test'),
        qr/Negotiated TLS1\.3 group: X25519MLKEM768/, '... negotiated');
}

# sessions

for my $version ('tls1_2', 'tls1_3') {
    for my $name ('once.test', 'default.test') {
        my $file = "$edge->{root}/$version.$name";
        my $said = s_client(sni => $name, args => ["-$version", '-sess_out',
            $file]);
        my $ticket = $said =~ /TLS session ticket:/ ? 1 : 0;
        my $id = $said =~ /Session-ID: [0-9A-F]/ ? 1 : 0;

        if ($name eq 'once.test') {
            ok(!$ticket, "$version: no ticket");
            ok(!$id, "$version: no session ID");

        } else {
            ok($ticket, "$version: a ticket without the policy");

            like(s_client(sni => $name, args => ["-$version", '-sess_in',
                $file]), qr/^Reused, /m, "$version: reused without it");

            # one made elsewhere is not taken either
            my $said = s_client(sni => 'once.test', args => ["-$version",
                '-sess_in', $file]);
            like($said, qr/^New, /m, "$version: not reused with it");
            like($said, qr/^once\.test \[\]/m, "$version: but answered");
        }
    }
}

# requests for another host than the connection was made for


sub status {
    my ($sni, $host, @args) = @_;
    my $port = EdgeTest->port;
    my $url = "https://$sni:$port/";

    return `curl -sk -o /dev/null -w '%{http_code}' --resolve $sni:$port:127.0.0.1 -H 'Host: $host' @args $url`;
}


is(status('default.test', 'strict.test', '--tls-max 1.2'), 421,
    'a host that demands more');
is(status('default.test', 'STRICT.test.:1', '--tls-max 1.2'), 421,
    '... however it is written');
is(status('default.test', 'strict.test'), 200,
    'a host that demands what there is');
is(status('default.test', 'no.test'), 421, 'a host that is rejected');
is(status('default.test', '[::1]'), 200, 'a host that is an address');
is(status('default.test', $_), 421, 'a malformed host')
    for 'a!b.strict.test', 'a' x 64 . '.strict.test', '.strict.test';
is(status('default.test', 'h1.test', '--http2'), 421,
    'a host without HTTP/2, over it');
is(status('default.test', 'h1.test', '--http1.1'), 200, '... and not over it');
is(status('default.test', 'p384.test', '--curves X25519'), 421,
    'a host of another group');
is(status('default.test', 'p384.test', '--curves P-384'), 200,
    '... and of the group');
is(status('default.test', 'sha384.test', '--tls-max 1.2 --ciphers '
    . 'ECDHE-ECDSA-AES128-GCM-SHA256'), 421, 'a host of another cipher');
is(status('default.test', 'sha384.test', '--tls-max 1.2 --ciphers '
    . 'ECDHE-ECDSA-AES256-GCM-SHA384'), 200, '... and of the cipher');

ok($edge->wait_for(30, sub { EdgeTest::slurp("$edge->{root}/logs/access.log")
    =~ /^strict\.test 421 \[no common version\]$/m }),
    '$ecg_reject_reason, with a page of the error');

is(EdgeTest::Client::get('/', port => EdgeTest->port(1))->{body}, "plain []\n",
    'a connection without TLS');

# the log is not flooded: by many at once, and one to tell of those before

my $before = length $edge->log;
my $since = time;
my @crowd = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => EdgeTest->port) or die "connect: $!" } 1 .. 120;

syswrite $_, hello_bytes(sni => 'no.test') for @crowd;
sysread $_, my $alert, 100 for @crowd;
my $seconds = time - $since + 1;
sleep 2;
answer(sni => 'no.test');

my $log = substr $edge->log, $before;
my $lines = () = $log =~ /server name "no\.test", policy "no\.test"/g;

cmp_ok($lines, '<=', 10 * $seconds + 1, 'refusals logged at a rate');
cmp_ok($lines, '>=', 10, '... but logged');
like($log, qr/\d+ more handshakes refused by policy, not logged/, '... all');

ok($edge->reload, 'reload');
is(answer(sni => 'strict.test', versions => ['1.2']), 'alert 70',
    'after a reload');

is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

# bounds that OpenSSL has besides ssl_protocols give way, too

$edge = EdgeTest->start(http => <<"C");
    $tls
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_conf_command MinProtocol TLSv1.3;

    ecg_policy old.test min_tls=1.2;

    server { listen %%PORT%% ssl; server_name x.test; }
C

is(answer(sni => 'x.test', versions => ['1.2']), 'alert 70',
    'a least version of ssl_conf_command');
like(answer(sni => 'old.test', versions => ['1.2']), qr/^1\.2/,
    '... and a policy that has another');

done_testing();
