# ecg_fault: each allocation of a handshake with a policy, and of a change by
# the API, fails once: the worker lives, no handshake gets a looser policy, and
# the store has the change or has it not.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use Test::More;

my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';

plan skip_all => "no $command" if !-x $command;
plan skip_all => 'ASan has an allocator of its own' if $ENV{ASAN_OPTIONS};

my $prepared = EdgeTest->prepare;
my ($cert, $key) = certificate($prepared->{root}, 'x.test');
my $dir = $prepared->{root};
my $cc = $ENV{CC} || 'cc';

system("$cc -O1 -fno-builtin -shared -fPIC t/tools/fault_malloc.c"
    . " -o $dir/fault.so") == 0 or die 't/tools/fault_malloc.c';

$prepared->write_file("$dir/count", "\0" x 24);
chmod 0666, "$dir/count";

my $edge = EdgeTest->start(log_level => 'error',
    env => { LD_PRELOAD => "$dir/fault.so", EDGE_FAULT_FILE => "$dir/count" },
    http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;
    ecg_store $dir/db map_size=16m;
    ecg_policy *.conf.test min_tls=1.3;

    server { listen %%PORT%% ssl%%H2%%; server_name x.test; return 200 x; }
    server { listen %%PORT1%%; location /edge { ecg_api write; } }
C

my ($worker) = $edge->workers;
my @died;


# with_fault(n, handshakes, code): what code gives while the n-th allocation,
# of handshakes or of all, fails

sub with_fault {
    my ($n, $handshakes, $code) = @_;

    open my $out, '+<', "$dir/count" or die;
    binmode $out;
    syswrite $out, pack 'q q q', $n, 0, $handshakes;
    my $said = $code->();

    sysseek $out, 0, 0;
    sysread $out, my $bytes, 24;
    sysseek $out, 0, 0;
    syswrite $out, "\0" x 24;

    return ($said, (unpack 'q q', $bytes)[1]);
}


# sweep(before, handshakes, code): runs code until none of its allocations failed, five
# times on end; all that it gave but when nothing failed

sub sweep {
    my ($before, $handshakes, $code) = @_;
    my (@said, $whole);

    for (my ($n, $quiet) = (1, 0); $quiet < 5 && $n < 5000; $n++) {
        $before->($n) if $before;
        my ($said, $failed) = with_fault($n, $handshakes, $code);

        $quiet = $failed ? 0 : $quiet + 1;
        push @died, $n if join(' ', $edge->workers) ne $worker;
        $worker = join ' ', $edge->workers;
        push @said, $said if $failed;
        $whole = $said;
    }

    return ($whole, @said);
}


my $change = 0;


# makes another state of the store

sub change {
    my $version = 2 + $change++ % 2;

    return `$command -s $dir/db set other.test min_tls=1.$version 2>&1`;
}


like(`$command -s $dir/db set strict.test min_tls=1.3 groups=P-256 2>&1`,
    qr/^$/, 'a record');

for (['strict.test', 23], ['a.conf.test', 29]) {
    my ($name, $group) = @$_;

    for my $state ('known', 'not known') {
        my $before = $state eq 'known' ? undef : \&change;

        my ($whole, @said) = sweep($before, 1,
            sub { answer(sni => $name, versions => ['1.2']) });
        is($whole, 'alert 70', "$name, $state: refused");
        is(scalar(grep { /^1\./ } @said), 0,
            '... and so it is, each of ' . @said . ' allocations failing');

        ($whole, @said) = sweep($before, 1,
            sub { answer(sni => $name, groups => [$group, 52 - $group],
                shares => []) });
        like($whole, qr/^retry \w+ $group\b/, '... 1.3 is accepted');
        is(scalar(grep { !/^retry \w+ $group\b|^alert|^closed/ } @said), 0,
            '... or refused, each of ' . @said . ' failing');
    }
}

my ($whole, @said) = sweep(undef, 0, sub {
    return request('/edge/hostnames/settings/min_tls/put.test',
        port => EdgeTest->port(1), method => 'PUT',
        data => '{"value":"1.3"}')->{status};
});

is($whole, 200, 'PUT');
is(scalar(grep { !/^(?:200|400|5\d\d|0)$/ } @said), 0,
    '... or an error, each of ' . @said . ' failing');
like(`$command -s $dir/db get put.test`, qr/^put\.test min_tls=1\.3$/,
    '... and the record is whole');
is(`$command -s $dir/db check 2>&1`, '', '... as is the store');

is("@died", '', 'no worker died');
is(answer(sni => 'strict.test', versions => ['1.2']), 'alert 70',
    '... and refuses');
is($edge->log =~ /signal|assert/ ? $edge->log : '', '', 'no crash in the log');

done_testing();
