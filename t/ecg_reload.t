# A reload that is refused by what files hold leaves nginx as it was: its
# master process, its workers, and what they know.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use Test::More;

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'x.test');


sub conf {
    my ($more) = @_;

    return (http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;
    ecg_policy x.test min_tls=1.3;
    $more
    server { listen %%PORT%% ssl; server_name x.test; return 200 x; }
C
}


# what is configured, what happens, what is configured then, what is logged

my @cases = (
    ['a store that is damaged', "ecg_store $dir/p.db map_size=1m;", sub {
        open my $out, '+<', "$dir/p.db" or die "p.db: $!";
        print $out 'garbage' x 2000;
    }, "ecg_store $dir/p.db map_size=1m;", qr/store ".*p\.db" in "ecg_store"/],

    ['a directory without a ticket key', '', sub { mkdir "$dir/keys" },
        "ecg_ticket_keys $dir/keys;", qr/no session ticket key in ".*keys"/],

    ['a key log that others may read', "ecg_keylog $dir/k 127.0.0.1;", sub {
        chmod 0644, "$dir/k";
    }, "ecg_keylog $dir/k 127.0.0.1;", qr/only its owner may read/],
);

for (@cases) {
    my ($what, $before, $happens, $after, $said) = @$_;
    my $edge = EdgeTest->start(conf($before));
    my $pid = $edge->read_pid;
    my ($worker) = $edge->workers;

    is(answer(sni => 'x.test', versions => ['1.2']), 'alert 70', 'before');
    $happens->();
    $edge->write_conf(conf($after));
    kill 'HUP', $pid;

    ok($edge->wait_for(60, sub { $edge->log =~ $said }), $what);
    sleep 1;
    ok(kill(0, $pid), '... the master process stays');
    is(join(' ', $edge->workers), $worker, '... and its worker');
    is(answer(sni => 'x.test', versions => ['1.2']), 'alert 70',
        '... with its policies');

    $edge->write_conf(conf(''));
    ok($edge->reload, '... and is reloaded when it is mended');
    $edge->stop;
}

done_testing();
