# ecg_fault: each allocation of a handshake with a policy, and of a change by
# the API, fails once: the worker lives, no handshake gets a looser policy, and
# the store has the change or has it not.  Of whole handshakes and their requests
# each 97th is tried; EDGE_ALLOC_STRIDE=1 tries all.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Alloc;
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use EdgeTest::TlsClient;
use Test::More;

my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';

plan skip_all => "no $command" if !-x $command;
plan skip_all => 'ASan has an allocator of its own' if $ENV{EDGE_SANITIZER};

my $prepared = EdgeTest->prepare;
my ($cert, $key) = certificate($prepared->{root}, 'x.test');
my $dir = $prepared->{root};
my $alloc = EdgeTest::Alloc->new("$dir/alloc");
my $stride = $ENV{EDGE_ALLOC_STRIDE} || 97;

my $edge = EdgeTest->start(log_level => 'notice',
    env => { $alloc->env }, http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;
    ecg_store $dir/db map_size=16m;
    ecg_policy *.conf.test min_tls=1.3;

    server { listen %%PORT%% ssl%%H2%%; server_name x.test;
        return 200 "\$ssl_protocol \$ssl_curve"; }
    server { listen %%PORT1%%; location /edge { ecg_api write; } }
C

my ($worker) = $edge->workers;


# sweep(before, code, stride): code with one allocation failing after the other;
# all that it gave

sub sweep {
    my ($before, $code, $stride) = @_;
    my @said;

    $alloc->sweep($edge, $code, sub { push @said, $_[0] }, before => $before,
        stride => $stride);

    return @said;
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
        my $old = sub { answer(sni => $name, versions => ['1.2']) };
        my $new = sub { answer(sni => $name, groups => [$group, 52 - $group],
            shares => []) };

        is($old->(), 'alert 70', "$name, $state: refused");
        my @said = sweep($before, $old);
        is(scalar(grep { !/^alert|^closed/ } @said), 0,
            '... and so it is, each of ' . @said . ' allocations failing');

        my $right = qr/^retry \w+ $group\b/;
        like($new->(), $right, '... 1.3 is accepted');
        @said = sweep($before, $new);
        is(scalar(grep { !/$right|^alert|^closed/ } @said), 0,
            '... or refused, each of ' . @said . ' failing');
    }
}


# Whole handshakes, and what nginx says of them in its response

my $context = EdgeTest::TlsClient::context(version => '1.3');

sub get {
    my (%o) = @_;

    return eval { EdgeTest::TlsClient::get(port => EdgeTest->port,
        ctx => $context, %o) } || {};
}


for my $name ('strict.test', 'a.conf.test') {
    my $right = get(sni => $name)->{body};
    my @session;

    like($right, $name eq 'strict.test' ? qr/^TLSv1\.3 prime256v1$/
        : qr/^TLSv1\.3 (?!prime256v1)/, "$name: a whole handshake");

    for my $kind ('full', 'resumed') {
        my $before = $kind eq 'resumed' && sub {
            @session = (session => get(sni => $name)->{session});
        };
        my @said = sweep($before, sub { get(sni => $name, @session) }, $stride);
        my @answered = grep { defined $_->{body} } @said;

        is(scalar(grep { $_->{body} ne $right } @answered), 0, "... $kind, "
            . @said . ' allocations failing: ' . @answered . ' are answered,'
            . ' by the policy');
        $before->() if $before;
        is(get(sni => $name, @session)->{reused}, $kind eq 'resumed' ? 1 : 0,
            '... and it is ' . $kind);
    }
}

my $put = sub {
    return request('/edge/hostnames/settings/min_tls/put.test',
        port => EdgeTest->port(1), method => 'PUT',
        data => '{"value":"1.3"}')->{status};
};
my @said = sweep(undef, $put);

is($put->(), 200, 'PUT');
is(scalar(grep { !/^(?:200|400|5\d\d|0)$/ } @said), 0,
    '... or an error, each of ' . @said . ' failing');
like(`$command -s $dir/db get put.test`, qr/^put\.test min_tls=1\.3$/,
    '... and the record is whole');
is(`$command -s $dir/db check 2>&1`, '', '... as is the store');

is(join(' ', $edge->workers), $worker, 'no worker died');
is(answer(sni => 'strict.test', versions => ['1.2']), 'alert 70',
    '... and refuses');
is($edge->log =~ /signal|assert/ ? $edge->log : '', '', 'no crash in the log');

done_testing();
