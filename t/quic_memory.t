# An allocation of a handshake over QUIC and its request fails, one after the
# other, with all modules: the worker lives, no client is taken for one it is
# not, and no policy is looser.  Each 97th is tried; EDGE_ALLOC_STRIDE=1 tries
# all.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Alloc;
use EdgeTest::Http3;
use EdgeTest::Pki;
use Test::More;

plan skip_all => 'ASan has allocators of its own' if $ENV{EDGE_SANITIZER};
plan skip_all => 'nginx or curl without HTTP/3'
    if !EdgeTest::Http3::is_there();

my $alloc = EdgeTest::Alloc->new("$EdgeTest::ServRoot/alloc-$$");
my $stride = $ENV{EDGE_ALLOC_STRIDE} || 97;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->ca('twin', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', $_, "/CN=$_") for qw(alice bob);
$pki->issue('twin', 'eve', '/CN=alice');
$pki->list('ca', 'ca.crl', entries => [ [ $pki->serial('bob') ] ]);

my %subject = map { $_ => uc unpack 'H*', $pki->der("$_.crt", 'subject') }
    qw(alice bob eve);
my %name = (alice => 'CN=alice', bob => 'CN=bob', eve => 'CN=alice');

my $said = '$mtls_presented|$mtls_verified|$mtls_revoked|$mtls_subject_dn'
    . '|$ssl_curve';
my $edge = EdgeTest->start(env => { $alloc->env }, http => <<"END");
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    ssl_verify_client optional;
    mtls_crl ${dir}ca.crl;
    ecg_policy *.strict.test groups=P-384;
    ecg_policy old.test max_tls=1.2;
    zstd on;
    zstd_types *;
    zstd_min_length 1;

    server {
        listen %%PORT%% quic;
        server_name localhost;
        error_page 495 496 = \@refused;
        location / { return 200 "$said"; }
        location /in { mtls_require verified; return 200 "in|$said"; }
        location \@refused { return 400 "$said"; }
    }
END
my ($worker) = $edge->workers;


# A request until nginx has answered, refused, or come to the allocation that
# fails: a client may run out of time on a machine that is busy.

sub ask {
    my ($who, $name, $path) = @_;
    my @cert = $who eq 'nobody' ? ()
        : (cert => "$dir$who.crt", key => "$dir$who.key");
    my $r;

    for (1 .. 20) {
        $r = EdgeTest::Http3::get($path, sni => $name, @cert, seconds => 3);
        last if $r->{exit} != 28 || $alloc->failed;
    }

    return $r;
}


# A client may be told that it is not verified, and its name be absent or not
# decoded; nothing may be another's, and the policy holds.

sub is_right {
    my ($who, $name, $r) = @_;
    my ($in, $verified, $subject, $curve) =
        $r->{body} =~ /^(in\|)?[01]\|([01])\|[01]\|(.*)\|(.*)$/
        or return $r->{status} >= 400;

    return $name ne 'old.test'
        && ($who eq 'alice' || !$verified && !$in)
        && (!$in || $verified)
        && ($name !~ /strict/ || $curve eq 'secp384r1')
        && ($subject eq ''
            || $who ne 'nobody'
            && ($subject eq $name{$who} || $subject eq "#$subject{$who}"));
}


for (
    ['alice', 'localhost', '/in', qr/^200 zstd in\|1\|1\|0\|CN=alice\|/],
    ['alice', 'a.strict.test', '/', qr/^200 zstd 1\|1\|0\|CN=alice\|secp384r1$/],
    ['bob', 'localhost', '/in', qr/^400 zstd 1\|0\|1\|CN=bob\|/],
    ['eve', 'localhost', '/in', qr/^400 zstd 1\|0\|0\|CN=alice\|/],
    ['nobody', 'localhost', '/', qr/^200 zstd 0\|0\|0\|\|/],
    ['alice', 'old.test', '/', qr/^0  $/])
{
    my ($who, $name, $path, $truth) = @$_;
    my @request = ($who, $name, $path);
    my (@wrong, $answered);

    my $is = sub { my $r = ask(@request); "$r->{status} $r->{coding} $r->{body}" };

    like($is->(), $truth, "$who, $name$path: is");

    my $failed = $alloc->sweep($edge, sub { ask(@request) }, sub {
        my ($r, $n) = @_;

        return if !$r->{status};
        $answered++;
        push @wrong, "allocation $n: $r->{status} $r->{body}"
            if !is_right($who, $name, $r);
    }, stride => $stride);

    is_deeply(\@wrong, [], '... and nothing else, each of '
        . "$failed allocations failing; answered: " . ($answered || 0));
    cmp_ok($failed, '>', 200 / $stride, '... as many as a handshake takes');
    like($is->(), $truth, '... still');
}

is(($edge->workers)[0], $worker, 'the worker lives');
unlike($edge->log, qr/exited on signal/, 'and nothing died');

done_testing();
