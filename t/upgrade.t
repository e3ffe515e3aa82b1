# What docs/operations.md says of upgrades and of ways back: another binary on
# the same sockets (USR2), gone back from and carried through, while all modules
# are at work; a store set to what it was by one rename.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(decode);
use EdgeTest::Hello;
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my $pki = EdgeTest::Pki->new("$dir/pki");
my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';
my $page = join '', map { "<p>$_ and so on</p>\n" } 1 .. 300;

$pki->ca('ca', '/CN=CA');
$pki->issue('ca', 'a.test', '/CN=a.test', use => 'server');
$pki->issue('ca', $_, "/CN=$_") for qw(bob gone);
$pki->crl('ca', 'list', 'gone');

# what the binary of an upgrade is to have of the sanitizers' settings
my $env = join '', map { "env $_;\n" } qw(ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS);

my $edge = EdgeTest->start(main => $env, http => <<"C", files => { 'html/p.html' => $page });
    compression on;
    mtls_crl $dir/pki/list.crl;
    ssl_certificate $dir/pki/a.test.crt;
    ssl_certificate_key $dir/pki/a.test.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ecg_store $dir/store map_size=4m;

    server {
        listen %%PORT%%;
        root %%HTML%%;
        location = /metrics { ecg_status prometheus; }
    }

    server {
        listen %%PORT1%% ssl;
        ssl_client_certificate $dir/pki/ca.crt;
        ssl_verify_client on;
        root %%HTML%%;
    }
C

my $first = $edge->{pid};


sub status_of {
    my ($who) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port(1), sni => 'a.test',
        path => '/p.html', cert => $pki->path("$who.crt"),
        key => $pki->path("$who.key"))->{status};
}


sub demand {
    my ($version) = @_;

    return system("$command -s $dir/store set a.test min_tls=$version") == 0;
}


# The answer to a client of TLSv1.2, in a word

sub old_client {
    my $said = answer(port => EdgeTest->port(1), sni => 'a.test',
        versions => ['1.2']);

    return $said =~ /^1\.2/ ? 'served' : $said;
}


sub works {
    my ($when) = @_;
    my $r = get('/p.html', headers => ['Accept-Encoding: zstd']);

    is((decode('zstd', $r->{body}))[0], $page, "$when: a page in zstd");
    is(status_of('bob'), 200, "$when: a client with a certificate");
    is(status_of('gone'), 400, "$when: one that was revoked");

    demand('1.3');
    is(old_client(), 'alert 70', "$when: a policy holds");
    demand('1.2');
    is(old_client(), 'served', "$when: and a change of it");
    like(get('/metrics')->{body}, qr/^nginx_edge_policy_store_up 1$/m,
        "$when: counters");
}


# Another master on the sockets of the first, with its workers; its pid

sub start_second {
    kill 'USR2', $first;

    my $second = $edge->wait_for(60, sub {
        my $pid = $edge->read_pid;
        return $pid && $pid != $first ? $pid : undef;
    }) or return;

    kill 'WINCH', $first;
    $edge->wait_for(60, sub { workers_of($second) && !workers_of($first) });

    return $second;
}


sub workers_of {
    return grep { EdgeTest::cmdline($_) =~ /^nginx: worker process/ }
        EdgeTest::children($_[0]);
}


sub is_gone {
    my ($pid) = @_;

    return $edge->wait_for(60, sub { !kill 0, $pid });
}


works('before');

my $second = start_second();
ok($second, 'another master');
works('another binary');

# back to the first

kill 'HUP', $first;
ok($edge->wait_for(60, sub { workers_of($first) }), 'workers of the first');
kill 'QUIT', $second;
ok(is_gone($second), 'the second ends');
$edge->wait_for(60, sub { ($edge->read_pid || 0) == $first });
works('gone back');

# and carried through

$second = start_second();
ok($second, 'another master again');
kill 'QUIT', $first;
ok(is_gone($first), 'the first ends');
$edge->{pid} = $second;
works('carried through');
ok($edge->reload, 'reload');
works('reloaded');

# a store as it was: dumped, changed, a new one renamed to its place

demand('1.2');
is(system("$command -s $dir/store dump >$dir/before.txt"), 0, 'dump');
demand('1.3');
is(old_client(), 'alert 70', 'changed');
is(system("$command -s $dir/store.new -m 4m load $dir/before.txt"
    . " 2>$dir/said"), 0, 'load') or diag(EdgeTest::slurp("$dir/said"));
rename "$dir/store.new", "$dir/store" or die "rename: $!";
ok($edge->wait_for(60, sub { old_client() eq 'served' }),
    'what it was, without a reload');
works('with the store of before');

is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

done_testing();
