# ecg_store: policies from a store that changes while nginx runs, and what is
# left of it when writers are killed or the map is full.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use Test::More;
use Time::HiRes qw(sleep time);

my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';

plan skip_all => "no $command" if !-x $command;

my $prepared = EdgeTest->prepare;
my ($cert, $key) = certificate($prepared->{root}, 'x.test');
my $dir = $prepared->{root};
my $db = "$dir/policy.db";


sub edge_policy {
    my ($arguments, $store) = @_;

    return scalar `$command -s @{[$store || $db]} $arguments 2>&1`;
}


sub write_file {
    open my $out, '>', "$dir/wrong.txt" or die;
    print $out "$_[0]\n";
    close $out;

    return "$dir/wrong.txt";
}


sub conf {
    my ($store, $more) = @_;

    return (workers => 2, http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;
    ecg_store $store;
    $more

    server { listen %%PORT%% ssl; server_name x.test;
        return 200 "\$ecg_policy \$ecg_policy_source\\n"; }
C
}


sub check { return (EdgeTest->check_conf(conf($_[0], '')))[1] }

# what nginx -t says

like(check("$dir/t1 map_size=2x"), qr/invalid map_size "2x" .* 1m or more/,
    'bad size');
like(check("$dir/t1 size=2m"), qr/invalid parameter "size=2m" .* must be/,
    'bad parameter');
like(check("$dir/nowhere/t1"), qr/store ".*" .* missing or cannot be .* in .*nginx\.conf:\d+ \(2:/,
    'no such folder, and where it was named');
like(check("$dir/t1 on_error=last on_error=reject"),
    qr/duplicate parameter "on_error=reject" in "ecg_store"/, 'said twice');
like(check($dir), qr/is not a policy store or is damaged/, 'a folder');
$prepared->write_file('text', 'x' x 20000);
like(check("$dir/text"), qr/is not a policy store or is damaged/, 'a text');
like(check("$dir/new map_size=4m on_error=ignore"), qr/test is successful/,
    'a new one');
ok(-s "$dir/new", '... is made');

# a change is seen by all workers, without a reload

my $edge = EdgeTest->start(conf("$db map_size=64m",
    'ecg_policy *.wild.test min_tls=1.3; ecg_policy default http2=off;'));
my @workers = sort $edge->workers;


sub answers {
    my %seen = map { answer(sni => $_[0], versions => ['1.2']) => 1 } 1 .. 12;

    return join ', ', sort keys %seen;
}


like(answers('a.test'), qr/^1\.2 \w+$/, 'no record');
is(edge_policy('set a.test min_tls=1.3'), '', 'set');
is(answers('a.test'), 'alert 70', '... is seen at once');
edge_policy('set a.test max_tls=1.2 ciphers=ECDHE-ECDSA-AES256-GCM-SHA384');
is(answers('a.test'), '1.2 c02c', 'changed');
edge_policy('delete a.test');
like(answers('a.test'), qr/^1\.2 c02b/, 'deleted');

is(answers('b.wild.test'), 'alert 70', 'the configuration holds as before');
edge_policy('set b.wild.test http2=on');
is(answers('b.wild.test'), 'alert 70', 'a record inherits from it');
edge_policy('set "*.wild.test" min_tls=1.2');
like(answers('b.wild.test'), qr/^1\.2/, '... and from the store before it');
edge_policy('set default min_tls=1.3');
is(answers('c.test'), 'alert 70', 'a default in the store');
is(answers(undef), 'alert 70', '... also without SNI');
edge_policy('set no-sni action=accept min_tls=1.2');
like(answers(undef), qr/^1\.2/, 'no SNI');
edge_policy("delete $_") for 'default', 'no-sni';

like(s_client(sni => 'Z.b.wild.test'), qr/^\*\.wild\.test wildcard$/m,
    'variables');
is(join(' ', sort $edge->workers), "@workers", 'no worker was replaced');

# latency of a change: when the last handshake began that did not know of it, as
# the time that a handshake takes is that of the machine

my $slowest = 0;

for my $n (1 .. 20) {
    edge_policy('set l.test ' . ($n % 2 ? 'min_tls=1.3' : 'min_tls=1.2'));
    my $start = time;
    my $want = $n % 2 ? qr/alert 70/ : qr/^1\.2/;
    my $begun = $start;

    while (answer(sni => 'l.test', versions => ['1.2']) !~ $want) {
        $slowest = $begun - $start if $begun - $start > $slowest;
        $begun = time;
        last if $begun - $start > 30;
    }
}

cmp_ok($slowest, '<', 0.25, 'a change is seen within 250 ms');
diag(sprintf 'slowest change seen after %.1f ms', 1000 * $slowest);

# a record that cannot be applied fails closed, for its name alone

like(edge_policy('set m.test groups=NOSUCH'), qr/"NOSUCH" in "groups" is/,
    'a record that does not compile is refused');
like(edge_policy('set m.test "ciphers=!ALL"'),
    qr/: "ciphers" leaves nothing to choose from$/m, '... nor an empty list');
like(edge_policy('get m.test'), qr/no such record/, '... and not stored');

edge_policy('set "*.m.test" max_tls=1.2');
edge_policy('set a.m.test min_tls=1.3');
is(answers('a.m.test'), 'alert 40', 'a record that cannot be applied');
like($edge->log,
    qr/policy "a\.m\.test" cannot be applied: "min_tls" is above max_tls/,
    '... is logged');
like(answers('b.m.test'), qr/^1\.2/, '... and is alone in that');

# bulk load beside handshakes

my $n = 20000;
open my $out, '>', "$dir/bulk" or die;
print $out "h$_.bulk.test min_tls=1.3\n" for 1 .. $n;
print $out "\n# the end\n*.bulk.test http2=off\n";
close $out;

my $pid = fork();

if ($pid == 0) {
    exec "$command -s $db load $dir/bulk >/dev/null 2>&1" or POSIX::_exit(1);
}

my $failed = 0;
my $during = 0;

until (waitpid($pid, POSIX::WNOHANG())) {
    $failed++ if answer(sni => 'c.test', versions => ['1.2']) !~ /^1\.2/;
    $during++;
}

is($?, 0, 'loaded');
is($failed, 0, "$during handshakes during a load");
is(answers("h$n.bulk.test"), 'alert 70', 'loaded records hold');
like(answers('x.bulk.test'), qr/^1\.2/, 'loaded wildcard');

my $dump = edge_policy('dump');
my $again = "$dir/again.db";
open $out, '>', "$dir/dump" or die;
print $out $dump;
close $out;
edge_policy("-m 64m load $dir/dump", $again);
is(edge_policy('dump', $again), $dump, 'dump and load');
edge_policy('-j dump > ' . "$dir/json");
unlink $again, "$again-lock";
edge_policy("-m 64m load $dir/json", $again);
is(edge_policy('dump', $again), $dump, '... as NDJSON');
is(edge_policy('check', $again), '', 'check');

like(edge_policy("check -", $again . ' </dev/null'), qr/0 records/, 'nothing');
like(`printf 'a min_tls=1.2\\nb min_tls=2\\n' | $command check - 2>&1`,
    qr/standard input: line 2: invalid value "min_tls=2", it must be 1\.0, 1\.1, /,
    'a wrong line');
like(edge_policy('check ' . write_file('b min_tls=1.3 max_tls=1.2')),
    qr/wrong\.txt: line 1: min_tls above max_tls "b"/, '... of a file');
like(edge_policy('check ' . write_file('b groups=X25519:no')),
    qr/wrong\.txt: line 1: b: "no" in "groups" is unknown/, '... by OpenSSL');
like(edge_policy('set b tls=1.2'), qr/unknown key "tls=1\.2", it must be min_tls, /,
    'a wrong key');
like(edge_policy('get b..c'), qr/invalid name "b\.\.c", it must be a hostname, /,
    'a wrong name');

like(edge_policy('explain h7.bulk.test 1.2'),
    qr/^policy h7\.bulk\.test\nsource exact\nmin_tls 1\.3 from h7.*^http2 off from \*\.bulk\.test\n.*refused: no common version/ms,
    'explain');

# the map is full: an error, and all that was there

my $small = "$dir/small.db";
my $said = edge_policy("-m 1m load $dir/bulk", $small);
like($said, qr/is full, map_size is too small/, 'map full');
like(edge_policy('stat', $small), qr/^records \d+$/m, '... but readable');
like(edge_policy("-m 64m load $dir/bulk", $small), qr/20001 records/,
    '... and larger later');

# SIGKILL in the middle of loads: what was acknowledged is there, whole; a load
# that was done before the signal came does not count

my ($lost, $halves, $killed, $kills) = (0, 0, 0, $ENV{EDGE_KILLS} || 100);

for my $round (1 .. 10 * $kills) {
    last if $killed == $kills;
    my $store = "$dir/kill.db";
    open my $loader, '-|', "exec $command -v -s $store -m 64m load $dir/bulk"
        . ' 2>/dev/null' or die;
    my ($pid) = EdgeTest::children($$);
    my $acknowledged = 0;
    my $limit = $round % 3;

    # after so many acknowledgements, and a random time
    while (defined(my $line = <$loader>)) {
        $acknowledged = $line + 0;
        last if $acknowledged >= 5000 * $limit;
    }

    sleep rand 0.01;
    kill 'KILL', $pid if $pid;
    close $loader;
    $killed++ if ($? & 127) == 9;

    my $text = edge_policy('dump', $store);
    my $there = () = $text =~ /^h\d+\.bulk\.test min_tls=1\.3$/mg;

    $lost++ if $there < ($acknowledged > $n ? $n : $acknowledged);
    $halves++ if grep { !/^(?:h\d+\.bulk\.test min_tls=1\.3|\*\.bulk\.test http2=off)$/ }
        split /\n/, $text;
    unlink $store, "$store-lock" if $round % 3 == 0;
}

is($killed, $kills, "$killed writers were killed");
is($lost, 0, '... nothing lost that was acknowledged');
is($halves, 0, '... and nothing half');

# SIGKILL for workers in the middle of changes by the API: what was answered
# with 200 is there, and no bulk by half; a kill that cut no request short does
# not count

$kills = $ENV{EDGE_KILLS} || ($ENV{EDGE_SANITIZER} ? 10 : 30);

my $hit = "$dir/hit.db";
my $records = 100;
my $victim = EdgeTest->start(workers => 2, http => "ecg_store $hit map_size=1g;"
    . 'server { listen %%PORT3%%; location /edge { ecg_api write; } }');
my @kinds = qw(one bulk one bulk);
my %seen = (stored => {}, cut => {}, refused => {});


# change(writer, n): makes a change of that number, tells what came of it

sub change {
    my ($writer, $n) = @_;
    my $name = "w$writer.n$n.kill.test";
    my ($path, $data) = ("min_tls/$name", '{"value":"1.3"}');

    ($path, $data) = ('bulk', join '', map { qq({"hostname":"r$_.$name",)
        . qq("settings":{"min_tls":"1.3"}}\n) } 1 .. $records)
        if $kinds[$writer] eq 'bulk';

    my $status = eval { request("/edge/hostnames/settings/$path",
        method => 'PUT', port => EdgeTest::port(3), data => $data,
        timeout => 60)->{status} };
    my $what = !defined $status ? 'refused' : $status == 200 ? 'stored'
        : $status ? 'refused' : 'cut';

    return "$what $writer $name\n";
}


pipe my $tell, my $told or die;
$told->autoflush(1);

my @writers = map {
    my ($writer, $n) = ($_, 0);
    my $pid = fork;

    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        while (1) {
            syswrite $told, change($writer, ++$n) or POSIX::_exit(1);
        }
    }

    $pid;
} 0 .. $#kinds;
close $told;


# Reads what the writers tell, until each has done so twice: the first may have
# been under way.  The number of changes cut short.

sub listen_to_writers {
    my ($cut, %times) = (0);

    while (grep { ($times{$_} || 0) < 2 } 0 .. $#kinds) {
        my $line = <$tell>;
        die 'a writer has ended' if !defined $line;

        my ($what, $writer, $name) = split ' ', $line;
        $seen{$what}{$name} = $kinds[$writer];
        $times{$writer}++;
        $cut++ if $what eq 'cut';
    }

    return $cut;
}


listen_to_writers();
$killed = 0;

for my $round (1 .. 10 * $kills) {
    last if $killed == $kills;
    my $now = $victim->wait_for(60, sub {
        my @now = $victim->workers;
        return @now == 2 && \@now;
    }) or last;

    sleep rand 0.02;
    kill 'KILL', $now->[$round % 2];
    $killed++ if listen_to_writers();
}

kill 'KILL', @writers;
waitpid $_, 0 for @writers;
$victim->stop;

my %there;
$there{ /^(?:r\d+\.)?(w\d+\.n\d+\.kill\.test) min_tls=1\.3$/ ? $1 : 'other' }++
    for split /\n/, edge_policy('dump', $hit);

my %whole = (one => 1, bulk => $records);
my $stored = $seen{stored};
my @bulks = grep { $stored->{$_} eq 'bulk' } keys %$stored;

is($killed, $kills, "$killed workers were killed");
is(join(' ', grep { ($there{$_} || 0) != $whole{ $stored->{$_} } } keys %$stored), '',
    '... nothing lost of ' . (keys(%$stored) - @bulks) . ' changes and '
    . @bulks . " of $records that were acknowledged");
is(join(' ', grep { /^w(\d+)/ ? $there{$_} != $whole{ $kinds[$1] } : 1 } keys %there),
    '', '... nothing half, of ' . keys(%{ $seen{cut} }) . ' cut short');
is(join(' ', keys %{ $seen{refused} }), '', '... and no other was refused');
is(edge_policy('check', $hit), '', '... and the store is whole');
is(join('', grep { !/exited on signal 9|shared memory zone .* was locked/ }
    $victim->complaints), '', '... and nothing else has happened');

# another process with the store, and another nginx, each with the other's
# changes

like(edge_policy('stat'), qr/^records 2000\d$/m, 'two processes, one store');

my %second = conf("$db map_size=64m", '');
$second{http} =~ s/%%PORT%%/%%PORT1%%/;
$second{http} .= 'server { listen %%PORT2%%; location /edge { ecg_api write; } }';
my $other = EdgeTest->start(%second);
my $api = 'http://127.0.0.1:' . EdgeTest::port(2)
    . '/edge/hostnames/settings/min_tls/two.test';

is(answer(sni => 'h1.bulk.test', versions => ['1.2'],
    port => EdgeTest::port(1)), 'alert 70', 'two nginx, one store');

for my $round (1 .. 5) {
    like(`curl -s -X PUT -d '{"value":"1.3"}' $api`, qr/"success":true/,
        'written by the second');
    is(answers('two.test'), 'alert 70', '... it binds the first');
    edge_policy('delete two.test');
    like(answer(sni => 'two.test', versions => ['1.2'],
        port => EdgeTest::port(1)), qr/^1\.2/, '... and is undone for both');
}

is(join('', $other->complaints), '', 'the second has no complaints');
$other->stop;
like(answers('two.test'), qr/^1\.2/, 'the first serves on');

# reload

ok($edge->reload, 'reload');
is(answers('h1.bulk.test'), 'alert 70', 'after a reload');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

done_testing();
