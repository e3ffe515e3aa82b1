# mtls_resumption: what is issued, what is resumed and what ends it; attacks are
# in mtls_attacks.t.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");

$pki->ca('ca', '/CN=Test CA');
$pki->ca('twin', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/CN=alice');
$pki->crl('ca', 'empty');
$pki->crl('ca', 'alice', 'alice');
$pki->write('keys', join '', map { chr(($_ * 37 + 11) % 256) } 1 .. 80);

my $dir = $pki->path('');
my @alice = (cert => $pki->path('alice.crt'), key => $pki->path('alice.key'));
my $port = 0;


sub server {
    my ($name, $verify, $more) = @_;

    return <<"    END";
    server {
        listen %%PORT%% ssl%%H2%%;
        server_name $name;
        ssl_verify_client $verify;
        @{[ $more || '' ]}
        location / { add_header X-Served \$server_name;
            return 200 "\$ssl_client_verify \$ssl_client_s_dn"; }
    }
    END
}


# The same servers, all sharing cache, ticket key and certificate; `crl` is
# what a.test checks.

sub http {
    my ($mode, $crl) = @_;

    return join '', <<"    END",
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    ssl_session_cache shared:s:1m;
    ssl_session_ticket_key ${dir}keys;
    mtls_resumption $mode;
    END
        server('default.test', 'off'),
        server('plain.test', 'off'),
        server('a.test', 'on', $crl ? "ssl_crl $dir$crl.crl;" : ''),
        server('optional.test', 'optional'),
        server('twin.test', 'on', "ssl_client_certificate ${dir}twin.crt;");
}


sub get {
    my (%o) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port, %o);
}


# What came of it, in one word or two

sub outcome {
    my ($r) = @_;
    my $how = $r->{reused} ? 'resumed' : 'full';

    return "$how, alert" if !$r->{status};
    return "$how, $r->{status}" . ($r->{body} =~ /^SUCCESS/ ? ' SUCCESS' : '');
}


# Each way a session is kept and offered

my @ways = (
    [ 'TLS 1.2 ticket', version => '1.2' ],
    [ 'TLS 1.2 ID', version => '1.2', no_ticket => 1 ],
    [ 'TLS 1.3 ticket', version => '1.3' ],
);

for my $mode (qw(off partitioned revalidated)) {
    my $edge = EdgeTest->start(http => http($mode));

    for my $way (@ways) {
        my ($kind, @way) = @$way;

        my $first = get(@way, @alice, sni => 'a.test');

        is(outcome(get(@way, @alice, sni => 'a.test',
            session => $first->{session})), $mode eq 'off'
            ? 'full, 200 SUCCESS' : 'resumed, 200 SUCCESS',
            "$mode, $kind: by the same server");
    }

    # reload with a CRL: the session is from before
    my @first = map { my ($kind, @way) = @$_;
        get(@way, @alice, sni => 'a.test') } @ways;

    $edge->write_conf(http => http($mode, 'alice'));
    ok($edge->reload, "$mode: reloaded with a CRL");

    for my $i (0 .. $#ways) {
        my ($kind, @way) = @{ $ways[$i] };
        my $got = outcome(get(@way, @alice, sni => 'a.test',
            session => $first[$i]{session}));

        is($got, 'full, 400', "$mode, $kind: CRL added by a reload");
    }

    # and one that names nobody: the client is let in, by a full handshake
    $edge->write_conf(http => http($mode, 'empty'));
    ok($edge->reload, "$mode: reloaded with another CRL");

    for my $way (@ways) {
        my ($kind, @way) = @$way;
        my $first = get(@way, @alice, sni => 'a.test');

        is(outcome($first), 'full, 200 SUCCESS', "$mode, $kind: let in again");
        ok($edge->reload, "$mode: reloaded, nothing changed");
        is(outcome(get(@way, @alice, sni => 'a.test',
            session => $first->{session})), $mode eq 'off'
            ? 'full, 200 SUCCESS' : 'resumed, 200 SUCCESS',
            "$mode, $kind: a reload that changes nothing keeps sessions");
    }

    # expired since
    my @brief = (cert => $pki->path('brief.crt'),
        key => $pki->path('brief.key'));
    my $expires = $pki->brief('ca', 'brief', '/CN=brief', sub {
        @first = map { my ($kind, @way) = @$_;
            get(@way, @brief, sni => 'a.test') } @ways;
        return !grep { ($_->{status} || 0) != 200 } @first;
    });

    is($_->{status}, 200, "$mode: not expired yet") for @first;
    sleep 1 while time <= $expires;

    for my $i (0 .. $#ways) {
        my ($kind, @way) = @{ $ways[$i] };
        my $got = outcome(get(@way, @brief, sni => 'a.test',
            session => $first[$i]{session}));

        is($got, $mode eq 'partitioned' ? 'resumed, 200 SUCCESS' : 'full, 400',
            "$mode, $kind: certificate expired since");
    }

    # HTTP/2 coalescing
    my $url = EdgeTest->port;
    my $h2 = `curl -sk --http2 --max-time 60 -E ${dir}alice.crt --key ${dir}alice.key --resolve a.test:$url:127.0.0.1 -o /dev/null -w '%{http_version} %{http_code}' -H 'Host: twin.test' https://a.test:$url/`;

    is($h2, '2 421', "$mode: HTTP/2, authority of another server");

    # what is issued
    for my $version ('tls1_2', 'tls1_3') {
        my $said = `(sleep 0.3; printf 'GET / HTTP/1.1\\r\\nHost: a.test\\r\\nConnection: close\\r\\n\\r\\n'; sleep 0.5) | timeout 60 openssl s_client -ign_eof -$version -connect 127.0.0.1:$url -servername a.test -cert ${dir}alice.crt -key ${dir}alice.key 2>/dev/null`;
        my $tickets = () = $said =~ /TLS session ticket:/g;
        my ($id) = $version eq 'tls1_2' ? $said =~ /Session-ID: (\w*)/ : '';

        like($said, qr/200 OK/, "$mode, $version: answered");

        if ($mode eq 'off') {
            is($tickets, 0, "off, $version: no ticket is issued");
            is($id, '', "off, $version: no session ID is issued");

        } else {
            ok($tickets || $id, "$mode, $version: a session is issued");
        }
    }

    # a server that verifies nobody resumes as ever
    for my $way ($mode eq 'off' ? () : @ways) {
        my ($kind, @way) = @$way;
        my $first = get(@way, sni => 'plain.test');

        is(outcome(get(@way, sni => 'plain.test',
            session => $first->{session})), 'resumed, 200',
            "$mode, $kind: no mTLS, resumed");
    }

    is_deeply([ $edge->complaints ], [], "$mode: nothing bad in the log");
    $edge->stop;
}


# by default: off where clients are verified, as ever where not

{
    my $http = http('off');
    $http =~ s/mtls_resumption off;//;
    my $edge = EdgeTest->start(http => $http);

    for my $way (@ways) {
        my ($kind, @way) = @$way;

        for (map { [ $_, 'full, 200' ] } qw(a.test optional.test)) {
            my ($name, $want) = @$_;
            my $first = get(@way, @alice, sni => $name);

            like(outcome(get(@way, @alice, sni => $name,
                session => $first->{session})), qr/^\Q$want/,
                "default, $kind: $name");
        }

        my $first = get(@way, sni => 'plain.test');

        is(outcome(get(@way, sni => 'plain.test',
            session => $first->{session})), 'resumed, 200',
            "default, $kind: plain.test");
    }

    $edge->stop;
}


# no SNI, no session: the default server verified the client, by its own CA

for my $stock (1, 0) {
    local @EdgeTest::Load = $stock ? () : @EdgeTest::Load;

    $pki->issue('twin', 'mallory', '/CN=alice') if $stock;

    my @mallory = (cert => $pki->path('mallory.crt'),
        key => $pki->path('mallory.key'));
    my $edge = EdgeTest->start(http => <<"    END"
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    END
        . server('twin.test', 'on', "ssl_client_certificate ${dir}twin.crt;")
        . server('a.test', 'on')
        . server('same.test', 'on', "ssl_client_certificate ${dir}twin.crt;")
        . server('plain.test', 'off'));

    if ($stock) {
        is(outcome(get(@mallory, host => 'a.test')), 'full, 200 SUCCESS',
            'stock: no SNI, Host of a server with another CA');
        $edge->stop;
        next;
    }

    is(outcome(get(@mallory, host => 'a.test')), 'full, 421',
        'no SNI, Host of a server with another CA');
    is(outcome(get(@mallory, host => 'same.test')), 'full, 200 SUCCESS',
        'no SNI, Host of a server with the same trust');
    is(outcome(get(@mallory, host => 'plain.test')), 'full, 200 SUCCESS',
        'no SNI, Host of a server that verifies nobody');
}


{
    my ($code, $said) = EdgeTest->check_conf(http => 'mtls_resumption maybe;');
    like($said, qr/invalid value "maybe" .* "partitioned" or "revalidated" in .*nginx.conf:\d+/,
        'a bad value is refused');

    my $http = http('revalidated');
    $http =~ s/ssl_session_cache /${&}builtin:100 /;
    ($code, $said) = EdgeTest->check_conf(http => $http);
    isnt($code, 0, 'revalidated and a built-in cache are refused');
    like($said, qr/"shared" is allowed, in server in .*nginx\.conf:\d+/,
        'and told why, and where');
}


done_testing();
