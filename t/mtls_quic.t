# Revocation over HTTP/3: at the handshake, at resumption, and for requests on
# a connection that was open before.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Http3;
use EdgeTest::Pki;
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'nginx or curl without HTTP/3'
    if !EdgeTest::Http3::is_there();

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', $_, "/CN=$_") for qw(alice bob dave);
$pki->list('ca', 'ca.crl', number => 1);


# Port 1 closes each connection after one request

my $said = '$ssl_session_reused|$ssl_client_verify|$mtls_revoked';
my $servers = join '', map { <<"    END" } 0, 1;
    server {
        listen %%PORT$_%% quic;
        server_name localhost;
        error_page 495 = \@refused;
        @{[ $_ ? 'keepalive_requests 1;' : '' ]}
        location / { return 200 "$said"; }
        location \@refused { return 400 "$said"; }
    }
    END

my $edge = EdgeTest->start(http => <<"    END");
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    ssl_verify_client on;
    mtls_resumption revalidated;
    mtls_crl ${dir}ca.crl;
    mtls_crl_check 1s;
    $servers
    END


# Requests of one curl, a second or so apart, in the background; answers() gives
# what came so far, finish() ends it.

sub ask {
    my ($who, $port, $count) = @_;
    my $url = 'https://localhost:' . EdgeTest->port($port) . '/';
    my $out = "$EdgeTest::ServRoot/$who-$$";
    my $pid = fork();

    if (!$pid) {
        open STDOUT, '>', $out or POSIX::_exit(126);
        open STDERR, '>', '/dev/null' or POSIX::_exit(126);
        exec 'curl', '-sk', '--http3-only', '--max-time', 100, '--rate',
            '40/m', '-E', "$dir$who.crt", '--key', "$dir$who.key",
            '-w', '|%{http_code}|%{num_connects}\n', ($url) x $count;
    }

    return { pid => $pid, out => $out };
}


sub answers {
    return grep { @$_ == 5 } map { [ split /\|/ ] } split /\n/,
        EdgeTest::slurp($_[0]{out});
}


sub is_refused {
    my @answers = answers(@_);

    return @answers && $answers[-1][3] eq '400';
}


sub finish {
    my ($asked) = @_;

    $edge->wait_for(60, sub { answers($asked) });
    kill 'TERM', $asked->{pid};
    waitpid $asked->{pid}, 0;
    my @answers = answers($asked);

    unlink $asked->{out};
    return @answers;
}


# those after it have a new connection

sub up_to_refusal {
    my @answers = @_;
    my ($n) = grep { $answers[$_][3] eq '400' } 0 .. $#answers;

    return defined $n ? @answers[0 .. $n] : @answers;
}


sub loaded { return scalar(() = $edge->log =~ /revocation lists loaded/g) }


sub revoke {
    my ($number, @names) = @_;
    my $before = loaded();

    $pki->list('ca', 'ca.crl', number => $number,
        entries => [ map { [ $pki->serial($_) ] } @names ]);
    ok($edge->wait_for(60, sub { loaded() > $before }), "revoked: @names");
}


# {reused, verified, revoked, status, connections}: see $said and ask()

my ($first) = finish(ask('alice', 0, 1));
is("@$first", '. SUCCESS 0 200 1', 'a good certificate');

my $open = ask('alice', 0, 200);
my $again = ask('bob', 1, 200);
my $other = ask('dave', 0, 200);

ok($edge->wait_for(60, sub { answers($open) > 1 && answers($other) > 1 }),
    'clients are asking');
$edge->wait_for(30, sub { answers($again) > 2 });
revoke(2, 'alice', 'bob');

my $resumed = grep { $_->[0] eq 'r' } answers($again);

ok($edge->wait_for(60, sub { is_refused($open)
    && (!$resumed || is_refused($again)) }), 'those revoked are refused');

my $count = answers($other);

ok($edge->wait_for(60, sub { answers($other) > $count }), 'others go on');

my @open = up_to_refusal(finish($open));
my @again = finish($again);
my @other = finish($other);

is("@{ $open[1] }", '. SUCCESS 0 200 0', 'a second request is let in');
is($open[-1][3], 400, 'one after the list was swapped is not');
is(scalar(grep { $_->[4] } @open), 1, 'on the same connection');
is($open[-1][2], 1, 'its certificate is revoked');

SKIP: {
    skip 'curl does not resume sessions of QUIC', 2 if !$resumed;
    is("@{ (grep { $_->[0] eq 'r' } @again)[0] }[0, 3]", 'r 200',
        'a session is resumed');
    is("@{ $again[-1] }[0, 3]", '. 400',
        'not after the list was swapped: a full handshake, refused');
}

is("@{ $other[-1] }[0, 1, 3, 4]", '. SUCCESS 200 0', 'as they did, on the same connection');

for (qw(alice bob)) {
    my ($r) = finish(ask($_, 0, 1));

    is("@{$r}[1, 3]", 'FAILED:certificate revoked 400',
        "$_: refused at the handshake");
}

is_deeply([ $edge->complaints ], [], 'nothing bad in the log');

done_testing();
