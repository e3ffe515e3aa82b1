# ecg_ticket_keys: tickets sealed with keys of a directory that two instances
# of nginx share, or with keys made by nginx itself.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg', 'mtls';
use EdgeTest::Hello;
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use File::Path qw(make_path);
use Test::More;
use Time::HiRes qw(sleep);

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/tickets-$$");

$pki->ca('ca', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/CN=alice');

my $dir = $pki->path('');
my $keys = "${dir}keys";
my @alice = (cert => $pki->path('alice.crt'), key => $pki->path('alice.key'));
my $quic = EdgeTest::built_with('--with-http_v3_module')
    && `openssl s_client -help 2>&1` =~ /-quic\b/;
my $now = time;

make_path($keys);


sub conf {
    my ($arguments, $port, $more) = @_;
    my $listen_quic = $quic ? "listen %%PORT$port%% quic reuseport;" : '';
    $more ||= '';

    return (workers => 2, http => <<"C");
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_client_certificate ${dir}ca.crt;
    mtls_resumption partitioned;
    ecg_ticket_keys $arguments;
    $more
    server { listen %%PORT$port%% ssl; $listen_quic server_name a.test;
        return 200 "a\\n"; }
    server { listen %%PORT$port%% ssl; server_name m.test;
        ssl_verify_client on; return 200 "\$ssl_client_s_dn"; }
C
}


# a key file; what its key is called is a letter 16 times. It comes whole, as
# nginx may look at any time.

sub key {
    my ($name, $letter, $start, %o) = @_;
    my $file = $pki->write('key', $letter x ($o{size} || 80));

    chmod $o{mode} || 0600, $file;
    utime $start, $start, $file;
    rename $file, "$keys/$name" or die "$keys/$name: $!";
}


sub get {
    my ($port, %o) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port($port),
        sni => 'a.test', host => 'a.test', %o);
}


sub resumed {
    my ($port, $r, @more) = @_;

    return get($port, session => $r->{session}, @more)->{reused};
}


# what the key is called that a session's ticket is sealed with: RFC 5077,
# section 4; in the DER of a session the ticket is [10] OCTET STRING

sub name_of_key {
    my ($r) = @_;
    my $length = qr/(?:\x81.|\x82..)/s;
    my $text = Net::SSLeay::i2d_SSL_SESSION($r->{session});

    return $text =~ /\xaa$length\x04$length(.{16})/s ? $1 : '';
}


sub sealed_by {
    my ($r) = @_;

    return name_of_key($r) =~ /^([a-d])\1{15}\z/ ? $1 : '';
}


sub check { return (EdgeTest->check_conf(conf(@_)))[1] }


# what nginx -t says

like(check("$keys", 0), qr/no session ticket key in ".*keys" in "ecg_ticket/,
    'an empty directory');
key('bad', 'x', $now, size => 79);
like(check("$keys", 0), qr/key ".*bad" has 79 bytes, it must have 80 or 48/,
    'a short file');
unlink "$keys/bad";
like(check("$keys/no", 0), qr/keys cannot be read from ".*no" \(2:/,
    'no directory');
like(check('rotate=0', 0), qr/"rotate=0" .* from 1s to 604800s/, 'no time');
like(check('check=5s', 0), qr/invalid parameter "check=5s"/,
    'check without a directory');
like(check('rotate=1h rotate=2h', 0), qr/duplicate parameter "rotate=2h"/,
    'two times');
like(check("$keys rotate=5s x", 0), qr/invalid parameter "x"/, 'too much');
key('1', 'a', $now - 100);
like(check("$keys", 0, "ssl_session_ticket_key $keys/1;"),
    qr/"ssl_session_ticket_key" of server "a.test" cannot be used/,
    'beside keys of nginx');
chmod 0644, "$keys/1";
like(check("$keys", 0), qr/\[warn\] .*1" may be read by others .* mode is 0644/,
    'a file that others may read');
chmod 0600, "$keys/1";
unlike(check("$keys", 0), qr/\[(?:warn|error|emerg)\]/, 'all is well');

# two instances with one directory

my @edge = map { EdgeTest->start(conf("$keys rotate=1h check=1s", $_)) } 0, 1;


sub said {
    my ($what, @which) = @_;

    @which = @edge if !@which;

    return $edge[0]->wait_for(60, sub {
        return @which == grep { $_->log =~ $what } @which;
    });
}


my %first;

for my $version ('1.2', '1.3') {
    my $r = $first{$version} = get(0, version => $version);

    is(sealed_by($r), 'a', "TLS $version: sealed with the key of the file");
    is(resumed(0, $r, version => $version), 1, '... resumed');
    is(resumed(1, $r, version => $version), 1, '... by the other nginx');
}

my $mtls = get(0, @alice, sni => 'm.test', host => 'm.test');
my $again = get(1, @alice, sni => 'm.test', host => 'm.test',
    session => $mtls->{session});

like($mtls->{body}, qr/alice/, 'a client certificate');
is($again->{reused}, 1, '... resumed by the other nginx');
is($again->{body}, $mtls->{body}, '... as the same client');

SKIP: {
    skip 'no QUIC', 2 if !$quic;

    my $file = "${dir}quic";
    my $new = quic_client(sni => 'a.test', saves => $file);
    my $old = quic_client(sni => 'a.test', port => EdgeTest->port(1),
        args => ['-sess_in', $file]);

    like($new, qr/^New, TLSv1.3/m, 'QUIC: a full handshake');
    like($old, qr/^Reused, TLSv1.3/m, '... resumed by the other nginx');
}

# a key laid out in advance

key('2', 'b', $now + 3600);
ok(said(qr/keys from ".*keys": 2/), 'a second key is found');
is(sealed_by(get(0)), 'a', 'it does not seal before its time');
key('2', 'b', $now - 10);

ok($edge[0]->wait_for(60, sub {
    return 2 == grep { sealed_by(get($_)) eq 'b' } 0, 1;
}), 'it seals when its time has come');

my $second = get(0);

is(resumed(1, $first{$_}, version => $_), 1, "TLS $_: the old key opens")
    for '1.2', '1.3';
is(resumed(1, $second), 1, '... and the new one');

my $renewed = get(0, version => '1.2', session => $first{'1.2'}{session});
is(sealed_by($renewed), 'b', 'a ticket of TLS 1.2 is issued anew');

# a period later

key('1', 'a', $now - 9000);
key('2', 'b', $now - 3700);
ok(said(qr/keys from ".*": 1\n.*keys from ".*": 2\n.*keys from ".*": 1\n/s),
    'the old key is forgotten');

for my $version ('1.2', '1.3') {
    my $r = get(0, version => $version, session => $first{$version}{session});

    is($r->{reused}, 0, "TLS $version: a full handshake");
    is($r->{body}, "a\n", '... that serves');
}

is(resumed(1, $second), 1, 'the key that seals does not end');

# damage

key('2', 'b', $now, size => 10);
key('3', 'c', $now, size => 81);
ok(said(qr/\[error\] .*2" has 10 bytes.*\[error\] .*3" has 81 bytes/s),
    'damaged files are told');
is(resumed($_, $second), 1, '... the last good key serves') for 0, 1;

my $told = () = $edge[0]->log =~ /2" has 10 bytes/g;
sleep 2.5;
is(scalar(() = $edge[0]->log =~ /2" has 10 bytes/g), $told,
    '... and told once');

# the damaged ones last, or the other would be a good directory for a moment
unlink "$keys/1", "$keys/2", "$keys/3";
ok(said(qr/no session ticket key in ".*keys", those from before are used/),
    'all files gone');
is(resumed($_, $second), 1, '... the last good key serves') for 0, 1;
rename $keys, "$keys.away";
ok(said(qr/keys cannot be read from ".*keys"/), 'the directory gone');
is(resumed(1, $second), 1, '... the last good key serves');
rename "$keys.away", $keys;

key('2', 'b', $now);
key('4', 'd', $now + 1);
ok($edge[0]->wait_for(60, sub {
    return 2 == grep { sealed_by(get($_)) eq 'd' } 0, 1;
}), 'mended');
is(resumed(1, $second), 1, '... an old one is among them');

ok($_->reload, 'reload') for @edge;
is(resumed($_, $second), 1, '... nothing is forgotten') for 0, 1;

unlink "$keys/2";
ok($edge[0]->wait_for(60, sub { return !grep { resumed($_, $second) } 0, 1 }),
    'a file removed is a key removed');

key('5', 'a', $now - 9000);
unlink "$keys/4";
ok(said(qr/newest session ticket key in ".*" is 9\d\d\d seconds old/),
    'a warning when there is no new key');

is(join('', map { $_->complaints } @edge), '', 'no complaints');
$_->stop for @edge;

# keys of its own

my $edge = EdgeTest->start(conf('rotate=1h', 0));
my $r = get(0);

is(length name_of_key($r), 16, 'a ticket has the name of its key');
is(scalar(grep { resumed(0, $r) } 1 .. 8), 8, 'resumed by all workers');
ok($edge->reload, 'reload');
is(resumed(0, $r), 1, '... the key stays');
$edge->stop;

# one after the other; on a busy machine a period may be over too soon

my $begun = time;
my ($lasted, $opens);

$edge = EdgeTest->start(conf('rotate=6s', 0));

for (1 .. 5) {
    $r = get(0);

    my $name = name_of_key($r);
    $edge->wait_for(60, sub { return name_of_key(get(0)) ne $name }) or last;
    $lasted //= time - $begun;
    $opens = resumed(0, $r) and last;
}

cmp_ok($lasted // 0, '>=', 5, 'another key after a while');
is($opens, 1, '... the old one opens');
ok($edge->wait_for(60, sub { return !resumed(0, $r) }), '... for a period');
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
