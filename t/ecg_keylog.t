# ecg_keylog: the secrets of chosen connections, the same as the client's, and
# for a time only.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use Test::More;
use Time::HiRes qw(sleep);

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'x.test');
my $file = "$dir/keys";
my $quic = EdgeTest::built_with('--with-http_v3_module')
    && `openssl s_client -help 2>&1` =~ /-quic\b/;
my $listen_quic = $quic ? 'listen %%PORT%% quic reuseport;' : '';


sub conf {
    my ($arguments) = @_;

    return (workers => 2, http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ecg_keylog $arguments;
    server { listen %%PORT%% ssl; $listen_quic server_name a.test;
        return 200 "a\\n"; }
    server { listen %%PORT%% ssl; server_name b.test; return 200 "b\\n"; }
C
}


sub check { return (EdgeTest->check_conf(conf($_[0])))[1] }


# lines that are the same in the log of the client and in ours

sub common {
    my ($sni, @args) = @_;
    my $client = "$dir/client";

    unlink $client;
    s_client(sni => $sni, args => ['-keylogfile', $client, @args]);

    my %ours = map { $_ => 1 } grep { !/^#/ } split /\n/,
        EdgeTest::slurp($file);
    my @theirs = grep { !/^#/ } split /\n/, EdgeTest::slurp($client);
    my $same = grep { $ours{$_} } @theirs;

    return "$same of " . @theirs;
}


like(check("$dir/k"), qr/needs the clients whose secrets/, 'no clients');
like(check("$dir/k 127.0.0.300"), qr/invalid parameter "127\.0\.0\.300"/,
    'a wrong address');
like(check("$dir/k 127.0.0.1 expires=2d"), qr/from 1s to 1d/, 'too long');
like(check("$dir/k expires=1h 127.0.0.1 expires=2h"),
    qr/duplicate parameter "expires=2h"/, 'two ends');
$prepared->write_file('text', "something else\n");
chmod 0600, "$dir/text";
like(check("$dir/text 127.0.0.1"), qr/is not a key log of ours/,
    'another file');
$prepared->write_file('open', '');
chmod 0644, "$dir/open";
like(check("$dir/open 127.0.0.1"), qr/only its owner may read in .*nginx\.conf:\d+/,
    'a file that others may read');
symlink "$dir/elsewhere", "$dir/link";
like(check("$dir/link 127.0.0.1"), qr/open\(\) ".*link" failed/,
    'a symbolic link');

my $edge = EdgeTest->start(conf("$file 127.0.0.0/8 ::1 expires=10m"));

is((stat $file)[2] & 0777, 0600, 'mode 0600');
is(common('a.test', '-tls1_2'), '1 of 1', 'TLSv1.2');
like(common('a.test', '-tls1_3'), qr/^5 of 5$/, 'TLSv1.3');
like(common('b.test', '-tls1_3'), qr/^5 of 5$/, 'another server');

SKIP: {
    skip 'no QUIC', 1 if !$quic;

    # nginx has a callback of its own where OpenSSL has no QUIC for servers
    like(quic_client(sni => 'a.test'), qr/Cipher is TLS_AES/, 'QUIC goes on');
}

like($edge->log, qr/\[warn\] .*TLS SECRETS WILL BE WRITTEN to ".*keys" for 600/,
    'a warning at the start');
like($edge->log, qr/\[warn\] .*TLS SECRETS ARE BEING WRITTEN/,
    '... and while it is so');

ok($edge->reload, 'reload');
like(common('a.test', '-tls1_3'), qr/^5 of 5$/, 'goes on after a reload');
$edge->stop;

# it ends by itself, at the time that stands in its first line

unlink $file;
$edge = EdgeTest->start(conf("$file 127.0.0.0/8 ::1 expires=3s"));

my ($until) = EdgeTest::slurp($file) =~ /^#.* (\d+)$/m;

cmp_ok($until, '<=', time + 3, 'the end stands in the file');
sleep 0.2 until time > $until;

my $size = -s $file;
is(common('a.test', '-tls1_3'), '0 of 5', 'has stopped by itself');
is(-s $file, $size, 'nothing is written');
ok($edge->reload, 'reload');
like(EdgeTest::slurp($file), qr/^#.* $until$/m, '... makes it no longer');
is(common('a.test', '-tls1_3'), '0 of 5', 'does not begin again');
like($edge->log, qr/key log ".*" has expired/, '... and says so');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

# other clients

unlink $file;
$edge = EdgeTest->start(conf("$file 192.0.2.0/24"));
is(common('a.test', '-tls1_3'), '0 of 5', 'another client');
$edge->stop;

done_testing();
