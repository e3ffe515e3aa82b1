# ecg_status: handshakes, refusals, client certificates, sessions, revocation
# lists, certificates and the store of policies.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use EdgeTest::Pki;
use EdgeTest::Status;
use EdgeTest::TlsClient;
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA "1"');
$pki->ca('other', '/CN=Other CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server',
    end => 9 * 86400);
$pki->issue('ca', $_, "/CN=$_") for qw(alice bob);
$pki->issue('other', 'trudy', '/CN=trudy');
$pki->write('keys', 'k' x 80);

my %cert = map { $_ => [ cert => "$dir$_.crt", key => "$dir$_.key" ] }
    qw(alice bob trudy);

sub crl {
    my ($number, @revoked) = @_;

    return $pki->list('ca', 'ca.crl', number => $number,
        entries => [ map { [ $pki->serial($_) ] } @revoked ]);
}

my $crl = crl(1);
my $db = "$EdgeTest::ServRoot/status-$$.db";

my $edge = EdgeTest->start(workers => 2, http => <<"C");
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_session_ticket_key ${dir}keys;
    ssl_ecdh_curve X25519:prime256v1;
    mtls_crl $crl;
    mtls_crl_check 1s;
    mtls_crl_zone 6m;
    ecg_store $db map_size=1m;
    ecg_policy old.test max_tls=1.2;
    ecg_policy new.test min_tls=1.3;

    server {
        listen %%PORT%% ssl%%H2%%;
        server_name plain.test;
        location / { return 200 plain; }
    }
    server {
        listen %%PORT%% ssl;
        server_name mutual.test;
        ssl_verify_client optional;
        ssl_client_certificate ${dir}ca.crt;
        mtls_resumption revalidated;
        location / { return 200 mutual; }
    }
    server {
        listen %%PORT%% ssl;
        server_name off.test;
        ssl_verify_client optional;
        ssl_client_certificate ${dir}ca.crt;
        location / { return 200 off; }
    }
    server {
        listen %%PORT1%%;
        location = /json { ecg_status json; }
        location = /metrics { ecg_status prometheus; }
        location /edge { ecg_api write; }
    }
C


sub status { return EdgeTest::Status->json(port => EdgeTest->port(1)) }


sub get {
    my ($name, $who, @more) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port, sni => $name,
        $who ? @{ $cert{$who} } : (), @more);
}


sub settles { return EdgeTest::Status::settles(\&status, @_) }


# 1. versions, groups, ALPN

my @shaken = ('tls_handshakes_total', server => 'plain.test');

get('plain.test', undef, version => '1.2') for 1 .. 3;
get('plain.test', undef, version => '1.3') for 1 .. 4;
s_client(sni => 'plain.test', args => ['-tls1_3 -groups P-256 -alpn h2']);
s_client(sni => 'plain.test', args => ['-tls1_3 -groups P-256',
    '-alpn http/1.1']) for 1 .. 2;

settles('handshakes', 10, @shaken);
is(status()->value(@shaken, version => 'TLSv1.2'), 3, 'of TLSv1.2');
is(status()->value(@shaken, version => 'TLSv1.3'), 7, 'of TLSv1.3');
is(status()->value(@shaken, alpn => 'h2'), 1, 'with HTTP/2');
is(status()->value(@shaken, alpn => 'http/1.1'), 2, 'with HTTP/1.1');
is(status()->value(@shaken, alpn => 'none'), 7, 'without ALPN');
is(status()->value(@shaken, post_quantum => 'no'), 10, 'none post-quantum');
my @groups = status()->labels('tls_handshakes_total', 'group');
is(@groups, 2, 'two groups');
is(status()->value(@shaken, resumed => 'no'), 10, 'none resumed');

# 2. refusals, and alerts

my %old = (port => EdgeTest->port, versions => ['1.2']);
my %new = (port => EdgeTest->port, versions => ['1.3']);

answer(%new, sni => 'old.test') for 1 .. 3;
answer(%old, sni => 'new.test') for 1 .. 2;
answer(%old, sni => "a..b");

settles('refused by version', 5, 'tls_refused_total',
    reason => 'no common version');
settles('refused by name', 1, 'tls_refused_total', reason => 'malformed name');
cmp_ok(status()->value('tls_alerts_total', direction => 'sent',
    alert => 'protocol version'), '>=', 5, 'alerts say so, too');
is(status()->count('policy_lookup_seconds') > 10, 1, 'lookups have times');

# 3. client certificates

my @mutual = ('mtls_handshakes_total', server => 'mutual.test');

get('mutual.test', 'alice') for 1 .. 3;
get('mutual.test', 'trudy') for 1 .. 2;
get('mutual.test');

settles('verified', 3, @mutual, result => 'verified');
settles('untrusted', 2, @mutual, result => 'untrusted');
settles('without', 1, @mutual, result => 'no_certificate');
is(status()->value('mtls_handshakes_total', server => 'plain.test'), undef,
    'servers that ask for none are not counted');

# 4. sessions

my @resumed = ('mtls_resumptions_total', server => 'mutual.test');

for my $version ('1.2', '1.3') {
    my $r = get('mutual.test', 'bob', version => $version);

    is(get('mutual.test', 'bob', version => $version,
        session => $r->{session})->{reused}, 1, "resumed, TLS $version");
    is(get('off.test', 'bob', version => $version,
        session => $r->{session})->{reused}, 0, "not elsewhere");
}

settles('accepted', 2, @resumed, result => 'accepted');
settles('as handshakes', 2, @mutual, result => 'resumed');
settles('refused', 2, 'mtls_resumptions_total', server => 'off.test',
    result => 'refused', reason => 'off');

# 5. a revoked client: its connection, session, request and handshake

{
    my $s = status();
    my $issuer = ($s->labels('mtls_crl_entries', 'issuer'))[0];

    like($issuer, qr/^CN=Test CA \\"1\\" \[[0-9a-f]{8}\]$/, 'the issuer');
    is($s->value('mtls_crl_entries'), 0, 'its list is empty');
    is($s->value('mtls_crl_load_success'), 1, 'it was loaded');
    cmp_ok($s->value('mtls_crl_load_timestamp_seconds'), '>=', $^T - 1,
        'since this suite began');
    cmp_ok($s->value('mtls_crl_next_update_timestamp_seconds'), '>', time,
        'and is good for a while');

    my $r = get('mutual.test', 'bob');
    my $c = EdgeTest::TlsClient->open(port => EdgeTest->port,
        sni => 'mutual.test', @{ $cert{bob} });
    is($c->request->{status}, 200, 'a connection');

    crl(2, 'bob');
    settles('the list has one', 1, 'mtls_crl_entries');
    settles('the connection was closed', 1, 'mtls_closed_connections_total');

    get('mutual.test', 'bob', session => $r->{session});
    settles('the session refused', 1, @resumed, result => 'refused',
        reason => 'revoked');
    settles('the handshake, too', 1, @mutual, result => 'revoked');
}

# 6. a list that cannot be read: the one before serves, and it shows

$pki->write('ca.crl', 'nonsense');
settles('a problem', 1, 'mtls_crl_load_problems');
settles('the index is as before', 1, 'mtls_crl_entries');

# 7. certificates and the store

{
    my $s = status();
    my ($cert) = $s->samples('certificate_not_after_timestamp_seconds',
        server => 'mutual.test');
    my $name = 'Host: status';

    is($cert->{labels}{subject}, 'CN=localhost', 'subject of a certificate');
    like($cert->{labels}{issuer}, qr/^CN=Test CA/, 'its issuer');
    is(int(($cert->{value} - time) / 86400 + 0.5), 9, 'days left');
    my @servers = grep { $_ ne '_' } $s->labels(
        'certificate_not_after_timestamp_seconds', 'server');
    is("@servers", 'mutual.test off.test plain.test', 'of each server');

    is($s->value('policy_store_up'), 1, 'the store is there');
    is($s->value('policy_store_names'), 0, 'and empty');

    for (qw(a.test b.test)) {
        my $r = request("/edge/hostnames/settings/min_tls_version/$_",
            port => EdgeTest->port(1), method => 'PUT',
            data => '{"value":"1.3"}', close => 1);
        is($r->{status}, 200, "PUT $_");
    }

    $s = status();
    is($s->value('policy_store_names'), 2, 'two names');
    is($s->value('policy_changes_total', operation => 'put'), 2, 'by PUT');
    cmp_ok($s->value('policy_store_bytes'), '<',
        $s->value('policy_store_limit_bytes'), 'below its limit');

    my $text = EdgeTest::Status->text(port => EdgeTest->port(1));
    is($text->value(@mutual), $s->value(@mutual), 'the text says the same');
    like($text->{body}, qr/issuer="CN=Test CA \\\\\\"1\\\\\\" \[/,
        'quotes are escaped');
}

# 8. all of it goes on after a reload

{
    my $before = status();
    my @names = map { s/^nginx_edge_//r } keys %{ $before->{families} };

    ok($edge->reload, 'reload');

    my $after = status();
    is($after->value($_), $before->value($_), "$_ as before")
        for grep { /_total$/ && !/skipped|changes/ } sort @names;
}

is(join('', $edge->complaints), '', 'nothing to complain of');
$edge->stop;
unlink glob "$db*";

# 9. each module alone with ecg, in either order

for my $load (['ecg'], ['ecg', 'mtls'], ['mtls', 'ecg'],
    ['zstd_filter', 'ecg'], ['ecg', 'zstd_filter'])
{
    my @before = @EdgeTest::Load;

    @EdgeTest::Load = map { "$EdgeTest::Modules/ngx_http_${_}_module.so" }
        @$load;
    $edge = EdgeTest->start(files => { 'html/x.html' => 'text ' x 100 },
        http => <<"    C");
        ssl_certificate ${dir}server.crt;
        ssl_certificate_key ${dir}server.key;
        ssl_client_certificate ${dir}ca.crt;
        @{[ "@$load" =~ /zstd/ ? 'compression zstd;' : '' ]}
        server { listen %%PORT%% ssl; server_name x.test;
            ssl_verify_client optional;
            location / { root %%HTML%%; } }
        server { listen %%PORT1%%; location /json { ecg_status json; } }
    C

    get('x.test', 'alice', headers => "Accept-Encoding: zstd\r\n",
        path => '/x.html');
    settles("handshakes with @$load", 1, 'tls_handshakes_total');
    settles("verified: @$load", "@$load" =~ /mtls/ ? 1 : 0,
        'mtls_handshakes_total');
    settles("coded: @$load", "@$load" =~ /zstd/ ? 1 : 0,
        'compression_responses_total');
    $edge->stop;
    @EdgeTest::Load = @before;
}

done_testing();
