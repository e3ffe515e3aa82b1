# mtls_crl: revoked clients are refused at the handshake, at resumption, at
# each request, and their connections are closed, while nginx runs.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Mirror;
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use File::Path qw(make_path);
use Test::More;
use Time::HiRes qw(sleep);

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->ca('twin', '/CN=Test CA');
$pki->ca('mid', '/CN=Mid', by => 'ca');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', $_, "/CN=$_") for qw(alice bob dave);
$pki->issue('twin', 'trudy', '/CN=trudy');
$pki->issue('mid', 'carol', '/CN=carol');
$pki->sign('ca', 'mallory', '/CN=mallory', "basicConstraints=critical,CA:TRUE\n"
    . "keyUsage=critical,digitalSignature,keyCertSign\n");
$pki->write('carol-chain.crt', $pki->text('carol.crt', 'mid.crt'));
$pki->write('both.crt', $pki->text('ca.crt', 'twin.crt'));
$pki->write('keys', 'k' x 80);

my %cert = map { $_ => [ cert => "$dir$_.crt", key => "$dir$_.key" ] }
    qw(alice bob dave trudy mallory);
$cert{carol} = [ chain => "${dir}carol-chain.crt", key => "${dir}carol.key" ];

my %serial = map { $_ => $pki->serial($_) } qw(alice bob dave trudy carol mid);
my $up = EdgeTest->port(9);

EdgeTest::Mirror->start(port => $up);


sub http {
    my ($crl, $more) = @_;

    return <<"    END";
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}both.crt;
    ssl_trusted_certificate ${dir}mid.crt;
    ssl_verify_client on;
    ssl_verify_depth 2;
    ssl_session_ticket_key ${dir}keys;
    ssl_session_cache shared:s:1m;
    mtls_resumption revalidated;
    mtls_crl $crl;
    mtls_crl_check 1s;
    mtls_crl_zone 6m;
    mtls_headers cf;
    @{[ $more || '' ]}

    server {
        listen %%PORT%% ssl%%H2%%;
        server_name localhost;
        location / { return 200 "\$ssl_client_verify"; }
        location /slow { limit_rate 1; return 200 @{[ 'x' x 100 ]}; }
        error_page 495 = \@refused;
        location \@refused { return 400 "\$ssl_client_verify"; }
    }

    server {
        listen %%PORT1%% ssl;
        server_name localhost;
        mtls_revoked report;
        location / { proxy_pass http://127.0.0.1:%%PORT9%%; }
        location /in { mtls_require verified; return 200 in; }
    }
    END
}


sub get {
    my ($who, %o) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port, sni => 'localhost',
        @{ $cert{$who} }, %o);
}


sub status { return get(@_)->{status} || 'alert' }


# Waits until nginx has loaded once more

my $edge;

sub loaded {
    my ($sub) = @_;
    my $count = () = $edge->log =~ /revocation lists? /g;

    $sub->();
    return $edge->wait_for(60, sub {
        $count < (() = $edge->log =~ /revocation lists? /g) });
}


# The same where several files change, as nginx may look between them: until a
# client is refused

sub refuses {
    my ($who, $sub) = @_;

    $sub->();
    return $edge->wait_for(60, sub { status($who) eq '400' });
}


sub entries { return [ map { [ ref $_ ? ($serial{ $_->[0] }, $_->[1])
    : $serial{$_} ] } @_ ] }


# 1. file, handshake, report, errors of nginx

my $crl = $pki->list('ca', 'ca.crl', entries => entries('alice'), number => 1);

$pki->list('twin', 'twin.crl', number => 1);
$pki->list('mid', 'mid.crl', number => 1);
$edge = EdgeTest->start(http => http("$crl ${dir}twin.crl ${dir}mid.crl"));

for my $version ('1.2', '1.3') {
    my $r = get('alice', version => $version);

    is($r->{status}, 400, "revoked, TLS $version");
    is($r->{body}, 'FAILED:certificate revoked', 'and told so');
    is(status('bob', version => $version), 200, "not revoked, TLS $version");
    is(status('trudy', version => $version), 200,
        "another CA of the same name, TLS $version");
    is(status('carol', version => $version), 200,
        "by an intermediate, TLS $version");
}

{
    my $r = get('alice', port => EdgeTest->port(1));

    like($r->{body}, qr/^Cf-Cert-Revoked: true$/m, 'report: revoked');
    like($r->{body}, qr/^Cf-Cert-Verified: false$/m, 'report: not verified');
    is(status('alice', port => EdgeTest->port(1), path => '/in'), 403,
        'report: mtls_require refuses');

    $r = get('bob', port => EdgeTest->port(1));
    like($r->{body}, qr/^Cf-Cert-Revoked: false$/m, 'report: not revoked');
}


{
    my $count = () = $edge->log =~ /revocation lists loaded/g;

    ok($edge->reload, 'reloaded, nothing changed');
    is(scalar(() = $edge->log =~ /revocation lists loaded/g), $count,
        'a reload that changes nothing reads no list');
    is(status('alice'), 400, 'and what was revoked is');

    # a new worker has nothing to close: not the client that asks a bit later
    ok($edge->reload, 'reloaded');
    my $later = EdgeTest::TlsClient->open(port => EdgeTest->port,
        sni => 'localhost', @{ $cert{alice} });
    sleep 2;
    is($later->request->{status}, 400, 'refused at its request');
}


# 2. a swap: sessions, open connections, requests

{
    my %session = map { $_ => get('bob', version => $_)->{session} } 1.2, 1.3;
    my %id = (session => get('bob', version => '1.2', no_ticket => 1)
        ->{session}, version => '1.2', no_ticket => 1);
    my %open = map { $_ => EdgeTest::TlsClient->open(port => EdgeTest->port,
        sni => 'localhost', @{ $cert{$_} }) } qw(bob dave);
    my $slow = EdgeTest::TlsClient->open(port => EdgeTest->port,
        sni => 'localhost', @{ $cert{bob} });

    is($open{$_}->request->{status}, 200, "$_: connection is open")
        for qw(bob dave);
    is(get('bob', version => $_, session => $session{$_})->{reused}, 1,
        "resumed before, TLS $_") for 1.2, 1.3;

    Net::SSLeay::write($slow->{ssl}, "GET /slow HTTP/1.1\r\n"
        . "Host: localhost\r\n\r\n");

    ok(loaded(sub { $pki->list('ca', 'ca.crl',
        entries => entries('alice', 'bob'), number => 2) }), 'a new list');

    my $bits = '';
    vec($bits, fileno $open{bob}{socket}, 1) = 1;
    select $bits, undef, undef, 60;

    is($open{dave}->request->{status}, 200, 'others are not touched');
    is($open{bob}->request->{status}, undef, 'an idle connection is closed');

    local $SIG{ALRM} = sub { die "still open\n" };
    alarm 60;
    my ($data, $rc);
    1 while (($data, $rc) = Net::SSLeay::read($slow->{ssl}, 100))[1] > 0;
    alarm 0;
    ok($rc <= 0, 'a response being sent is cut');

    for my $version (1.2, 1.3) {
        my $r = get('bob', version => $version, session => $session{$version});

        is("$r->{reused} $r->{status}", '0 400',
            "revoked since: full handshake and refused, TLS $version");
    }

    my $r = get('bob', %id);
    is("$r->{reused} $r->{status}", '0 400', 'by session ID likewise');
}

my %refused = map { $_ => get('alice', version => $_)->{session} } 1.2, 1.3;


# 3. unusable lists leave their issuer as it was, and no other

{
    my $check = sub {
        my ($what) = @_;

        is(status('alice'), 400, "$what: revoked stays revoked");
        is(status('dave'), 200, "$what: others are let in");
        is(status('trudy'), 200, "$what: other issuers, too");
        is(status('carol'), 200, "$what: and below");
    };

    for ([ 'malformed', sub { $pki->write('ca.crl', 'garbage') },
            qr/ca.crl" is malformed/ ],
        [ 'cut', sub { $pki->write('ca.crl', substr
            $pki->text('twin.crl'), 0, 100) }, qr/ca.crl" is malformed/ ],
        [ 'missing', sub { unlink $crl }, qr/ca.crl" cannot be read/ ],
        [ 'empty', sub { $pki->write('ca.crl', '') },
            qr/ca.crl" is malformed/ ],
        [ 'signed by another', sub { $pki->list('ca', 'ca.crl',
            key => 'mid') }, qr/ca.crl" has a wrong signature/ ],
        [ 'of the future', sub { $pki->list('ca', 'ca.crl', this => 3600) },
            qr/ca.crl" is not yet valid/ ],
        [ 'of another kind', sub { $pki->list('ca', 'ca.crl', unknown => 1) },
            qr/ca.crl" has an unsupported/ ],
        [ 'of an unknown issuer', sub { $pki->ca('eve', '/CN=Eve');
            $pki->list('eve', 'ca.crl') }, qr/ca.crl" is of an issuer/ ])
    {
        my ($what, $make, $log) = @$_;

        ok(loaded($make), "$what: seen");
        like($edge->log, $log, "$what: logged");
        $check->($what);
    }

    # a clock behind that of the authority: the time comes, the file stays

    ok(loaded(sub { $pki->list('ca', 'ca.crl', this => 5,
        entries => entries('alice', 'dave')) }), 'of soon: seen');
    is(status('dave'), 200, 'of soon: not yet');
    ok($edge->wait_for(60, sub { status('dave') eq '400' }),
        'of soon: counts when it is valid');

    ok(loaded(sub { $pki->list('ca', 'ca.crl', entries => entries('dave'),
        number => 3, pem => 1) }), 'mended, as PEM');
    is(status('dave'), 400, 'mended: the new list counts');
    is(status('alice'), 200, 'mended: the old one does not');

    for my $version (1.2, 1.3) {
        my $r = get('alice', version => $version,
            session => $refused{$version});

        is("$r->{reused} $r->{status}", '0 200',
            "mended: nor sessions made under it, TLS $version");
    }
}


# 4. deltas

{
    $edge->write_conf(http => http("${dir}twin.crl ${dir}mid.crl $crl "
        . "${dir}delta.crl ${dir}delta2.crl"));
    $pki->list('ca', 'ca.crl', number => 5,
        entries => [ @{ entries('alice', [ 'bob', 6 ]) } ]);
    $pki->list('ca', 'delta.crl', number => 6, base => 5,
        entries => entries([ 'bob', 8 ], 'dave'));
    $pki->list('ca', 'delta2.crl', number => 7, base => 4);
    ok($edge->reload, 'reloaded with deltas');

    is(status('alice'), 400, 'delta: in the base list');
    is(status('bob'), 200, 'delta: removed from the list');
    is(status('dave'), 400, 'delta: added');

    ok(loaded(sub { $pki->list('ca', 'delta.crl', number => 4, base => 3,
        entries => entries('dave')) }), 'a delta older than its base');
    is(status('dave'), 200, 'is not used');

    ok(loaded(sub { $pki->list('ca', 'delta.crl', number => 9, base => 8,
        entries => entries('dave')) }), 'a delta of another base');
    like($edge->log, qr/delta.crl" is a delta whose base list is missing/,
        'is told of');
    is(status('dave'), 200, 'and not used');
    is(status('alice'), 400, 'while the base list is');
}


# 5. a directory as Kubernetes fills it; partitioned lists; intermediates

{
    my $volume = $pki->path('volume');
    my $fill = sub {
        my ($name, %lists) = @_;

        make_path("$volume/$name");
        $pki->list(@{ $lists{$_}[0] }, "volume/$name/$_", @{ $lists{$_}[1] })
            for keys %lists;
        symlink $name, "$volume/..new" or die "symlink: $!";
        rename "$volume/..new", "$volume/..data" or die "rename: $!";
        symlink "..data/$_", "$volume/$_" for keys %lists;
    };
    my @rest = ('twin.crl' => [ [ 'twin' ], [] ],
        'mid.crl' => [ [ 'mid' ], [] ]);

    $fill->('..1', 'one.crl' => [ [ 'ca' ], [ scope => 'http://x/1',
        entries => entries('alice') ] ], @rest);
    $edge->write_conf(http => http($volume));
    ok($edge->reload, 'reloaded with a directory');

    is(status('alice'), 400, 'directory: listed');
    is(status('bob'), 200, 'directory: not listed');

    ok(refuses(bob => sub { $fill->('..2', 'one.crl' => [ [ 'ca' ], [
        scope => 'http://x/1', entries => entries('alice') ] ],
        'two.crl' => [ [ 'ca' ], [ scope => 'http://x/2',
            entries => entries('bob') ] ], @rest) }), '..data was swapped');
    is(status('alice'), 400, 'partitioned: in one list');
    is(status('bob'), 400, 'partitioned: in the other');
    is(status('dave'), 200, 'partitioned: in none');

    ok(refuses(carol => sub { $fill->('..3', 'one.crl' => [ [ 'ca' ],
        [ entries => entries('mid') ] ], @rest);
        unlink "$volume/two.crl" }), 'an intermediate is revoked');
    is(status('carol'), 400, 'so is what it issued');
    is(status('bob'), 200, 'and nothing else');
}


# 6. policies

{
    for ([ 'hard, the default', '', 400 ],
        [ 'soft', 'mtls_crl_policy soft;', 200 ],
        [ 'hard but for one issuer', 'mtls_crl_policy hard; mtls_crl_policy '
            . 'soft issuer_ski=' . ski('ca') . ';', 200 ],
        [ 'soft but for one issuer', 'mtls_crl_policy soft; mtls_crl_policy '
            . 'hard issuer_ski=' . ski('ca') =~ s/..\K(?=.)/:/gr . ';', 400 ])
    {
        my ($name, $policy, $want) = @$_;

        $edge->write_conf(http => http("${dir}twin.crl ${dir}mid.crl",
            $policy));
        ok($edge->reload, "$name: reloaded");
        is(status('bob'), $want, "$name: no list of the issuer");
        is(status('trudy'), 200, "$name: a list of another");
    }

    # the carol of a revoked chain is of no matter to other issuers

    $pki->list('ca', 'ca.crl', entries => entries('alice'), next => -3600);

    for ([ 'too old', '', 400 ], [ 'too old, soft', 'mtls_crl_policy soft;',
        200 ], [ 'not too old', 'mtls_crl_policy hard stale=2h;', 200 ],
        [ 'too old for long', 'mtls_crl_policy hard stale=30m;', 400 ])
    {
        my ($name, $policy, $want) = @$_;

        $edge->write_conf(http => http("${dir}twin.crl ${dir}mid.crl $crl",
            $policy));
        ok($edge->reload, "$name: reloaded");
        is(status('bob'), $want, "$name: not listed");
        is(status('alice'), 400, "$name: listed");
    }
}


sub ski {
    my ($name) = @_;
    my ($id) = `openssl x509 -noout -in $dir$name.crt -ext subjectKeyIdentifier`
        =~ /((?:\w\w:)+\w\w)/;

    return $id =~ tr/://dr;
}


# 7. lists of some certificates only: of bob, of carol's intermediate, of an
# authority that is a client itself

for ([ 'users and CAs', '', [ [ 'users' ], [ 'cas' ] ], 200, 200, 200 ],
    [ 'CAs', '', [ [ 'cas' ] ], 400, 200, 200 ],
    [ 'users', '', [ [ 'users' ] ], 200, 400, 400 ],
    [ 'some reasons', '', [ [ 'reasons' ] ], 400, 400, 400 ],
    [ 'old of users', '', [ [ 'users', next => -3600 ], [ 'cas' ] ],
        400, 200, 200 ],
    [ 'old of users, stale', 'mtls_crl_policy hard stale=2h;',
        [ [ 'users', next => -3600 ], [ 'cas' ] ], 200, 200, 200 ],
    [ 'all, and old of some reasons', '', [ [ undef ],
        [ 'reasons', next => -3600 ] ], 200, 200, 200 ],
    [ 'a part of users', '', [ [ 'users', scope => 'http://x/1' ] ],
        200, 400, 400 ],
    [ 'CAs, soft', 'mtls_crl_policy soft;', [ [ 'cas' ] ], 200, 200, 200 ],
    [ 'some reasons, soft', 'mtls_crl_policy soft;', [ [ 'reasons' ] ],
        200, 200, 200 ],
    [ 'no list', '', [], 400, 400, 400 ],
    [ 'attributes', '', [ [ 'attributes' ] ], 400, 400, 400 ])
{
    my ($name, $policy, $lists, @want) = @$_;
    my @paths = ("${dir}twin.crl", "${dir}mid.crl");

    push @paths, $pki->list('ca', "part-$#paths.crl", only => $_->[0],
        entries => entries('alice'), @{$_}[1 .. $#$_]) for @$lists;

    $edge->write_conf(http => http("@paths", $policy));
    ok($edge->reload, "only $name: reloaded");
    is(status('bob'), $want[0], "only $name: a user");
    is(status('carol'), $want[1], "only $name: below a CA");
    is(status('mallory'), $want[2], "only $name: a CA as a client");
    is(status('alice'), 400, "only $name: listed");
}


# 8. what fits, what does not; what is refused

{
    $edge->write_conf(http => http("${dir}twin.crl ${dir}mid.crl $crl"));
    ok($edge->reload, 'reloaded with all lists');
    ok(loaded(sub { $pki->list('ca', 'ca.crl', number => 99,
        entries => entries('alice'), count => 100_000) }), 'many entries');
    like($edge->log, qr/revocation lists loaded: 100001 entries of 3 issuers/,
        'are loaded');
    is(status('alice'), 400, 'many entries: listed');
    is(status('bob'), 200, 'many entries: not listed');

    ok(loaded(sub { $pki->list('ca', 'ca.crl', number => 100,
        entries => entries('bob'), count => 200_000) }), 'too many entries');
    like($edge->log, qr/do not fit into "mtls_crl_zone"/, 'are told of');
    is(status('alice'), 400, 'too many entries: the last index serves');

    my $log = length $edge->log;
    $edge->write_conf(http => http("$crl", 'mtls_crl_zone 5m;')
        =~ s/mtls_crl_zone 6m;//r);
    kill 'HUP', $edge->{pid};
    ok($edge->wait_for(60, sub { substr($edge->log, $log)
        =~ /do not fit into "mtls_crl_zone"/ }), 'nor into another zone');
    sleep 1;
    ok($edge->read_pid, 'the reload is refused, the master process stays');
    is(status('alice'), 400, '... and its workers');

    for ([ "mtls_crl_policy maybe;",
            qr/invalid parameter "maybe" in "mtls_crl_policy"/ ],
        [ "mtls_crl_policy soft; mtls_crl_policy hard;", qr/is duplicate in/ ],
        [ "mtls_crl_policy soft issuer_ski=ab:cd; "
            . "mtls_crl_policy hard issuer_ski=ABCD;",
            qr/is duplicate for this issuer/ ],
        [ "mtls_crl_policy soft stale=1h stale=2h;",
            qr/duplicate parameter "stale=2h" in "mtls_crl_policy"/ ],
        (map { [ "mtls_crl_policy soft issuer_ski=$_;",
            qr/invalid parameter "issuer_ski=\Q$_\E"/ ] }
            'xy', 'abc', 'a:b:c', ':', ''),
        [ "mtls_crl_policy hard stale=x;", qr/invalid parameter "stale=x"/ ],
        [ "mtls_crl_zone 1k;", qr/"1k".*at least 1m/ ],
        [ "mtls_revoked maybe;", qr/invalid value "maybe" .* "reject" or "report" / ])
    {
        my ($code, $said) = EdgeTest->check_conf(http => "$_->[0]\n"
            . 'server { listen %%PORT%%; }');

        isnt($code, 0, "$_->[0] is refused");
        like($said, $_->[1], 'and told why');
    }
}

is_deeply([ grep { !/do not fit/ } $edge->complaints ], [],
    'nothing bad in the log');

done_testing();
