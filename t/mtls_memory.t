# An allocation of a handshake and its request fails, one after the other: the
# worker lives, and no client is taken for one it is not.  Each 97th is tried;
# EDGE_ALLOC_STRIDE=1 tries all.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Alloc;
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

plan skip_all => 'ASan has allocators of its own' if $ENV{EDGE_SANITIZER};

my $alloc = EdgeTest::Alloc->new("$EdgeTest::ServRoot/alloc-$$");
my $stride = $ENV{EDGE_ALLOC_STRIDE} || 97;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->ca('mid', '/CN=Mid', by => 'ca');
$pki->ca('twin', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('mid', 'alice', '/O=Test/CN=alice',
    ext => "subjectAltName=DNS:alice.example,URI:spiffe://t/alice\n");
$pki->issue('ca', 'bob', '/CN=bob');
$pki->issue('twin', 'eve', '/CN=alice');
$pki->write('alice-chain.crt', $pki->text('alice.crt', 'mid.crt'));
$pki->list('ca', 'ca.crl', entries => [ [ $pki->serial('bob') ] ]);
$pki->list('mid', 'mid.crl');

my %cert = map { $_ => [ cert => "$dir$_.crt", key => "$dir$_.key" ] }
    qw(bob eve);
$cert{alice} = [ chain => "${dir}alice-chain.crt", key => "${dir}alice.key" ];
$cert{nobody} = [];


my $said = '$mtls_presented|$mtls_verified|$mtls_revoked|$http_cf_cert_verified|'
    . '$http_cf_cert_subject_dn|$http_cf_cert_san_uri|$mtls_subject_dn';
my $edge = EdgeTest->start(
    env => { $alloc->env },
    http => <<"    END");
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    ssl_trusted_certificate ${dir}mid.crt;
    ssl_verify_client optional;
    ssl_verify_depth 2;
    ssl_session_cache shared:s:1m;
    mtls_resumption revalidated;
    mtls_crl ${dir}ca.crl ${dir}mid.crl;
    mtls_headers cf rfc9440 xfcc san;
    server {
        listen %%PORT%% ssl;
        server_name localhost;
        error_page 495 496 = \@refused;
        location / { return 200 "$said"; }
        location /in { mtls_require san_uri=spiffe://t/alice; return 200 in; }
        location \@refused { return 400 "$said"; }
    }
    server {
        listen %%PORT%% ssl;
        server_name twin;
        ssl_client_certificate ${dir}twin.crt;
        location / { return 200 "$said"; }
    }
    END
my ($worker) = $edge->workers;

# Who; what is true of them, and cannot be otherwise for want of memory
my %truth = (
    alice => qr/^1\|1\|0\|true\|CN=alice,O=Test\|spiffe:\/\/t\/alice\|CN=alice,O=Test$/,
    bob => qr/^1\|0\|1\|false\|CN=bob\|\|CN=bob$/,
    eve => qr/^1\|0\|0\|false\|CN=alice\|\|CN=alice$/,
    nobody => qr/^0\|0\|0\|false\|\|\|$/,
);


my %context;

sub get {
    my ($who, %o) = @_;

    $o{ctx} = $context{"$who $o{version}"} ||= EdgeTest::TlsClient::context(
        version => $o{version}, @{ $cert{$who} });

    return eval { EdgeTest::TlsClient::get(port => EdgeTest->port,
        sni => 'localhost', %o) } || {};
}


# A client may be told that it is not verified, a field may be absent and a name
# be its DER, as if it could not be decoded; nothing may be another's.

my $name = $pki->der('alice.crt', 'subject');
my %field = (alice => qr/(?:CN=alice,O=Test|#\U@{[ unpack 'H*', $name ]}\E)?/,
    bob => qr/(?!)/, eve => qr/(?!)/, nobody => qr/(?!)/);

sub is_true {
    my ($who, $r) = @_;
    my $body = $r->{body} || '';

    return $body =~ $truth{$who} || $who eq 'alice' && $body eq 'in'
        || $body =~ /^1\|1\|0\|true\|$field{$who}\|(?:spiffe:..t.alice)?\|$field{$who}$/
        if $r->{status} == 200;
    return $body !~ /\|/ || $body =~ /^[01]\|0\|[01]\|(?:false)?\|/;
}


# One client again and again, another allocation failing each time.  A session
# is good once.  Returns how many failed, and how many requests were answered
# nevertheless.

sub sweep {
    my ($who, $wrong, %o) = @_;
    my $resumed = delete $o{resumed};
    my $answered = 0;

    my $failed = $alloc->sweep($edge, sub { get($who, %o) }, sub {
        my ($r, $n) = @_;

        return if !$r->{status} || $r->{status} !~ /^(?:200|400)$/;
        $answered++;
        push @$wrong, "$who, allocation $n: $r->{status} $r->{body}"
            if !is_true($who, $r);
    }, stride => $stride, before => $resumed && sub {
        $o{session} = get($who, %o, session => undef)->{session};
    });

    return ($failed, $answered);
}


for my $who (sort keys %truth) {
    for my $version ('1.2', '1.3') {
        my %o = (version => $version);

        like(get($who, %o)->{body}, $truth{$who}, "$who, TLS $version: is");

        my @wrong;

        for my $case ([ 'full handshake' ],
            [ 'demanded', path => '/in' ],
            $who eq 'alice' ? ([ 'resumption', resumed => 1 ],
                [ 'other server', sni => 'twin' ]) : ())
        {
            my ($what, @more) = @$case;

            # alice is nobody to a server that does not trust her authority
            local $truth{alice} = qr/^1\|0\|0\|false\|CN=alice/
                if $what eq 'other server';

            my ($failed, $answered) = sweep($who, \@wrong, %o, @more);

            is_deeply(\@wrong, [], "$who, TLS $version, $what: never another");
            cmp_ok($failed, '>', 200 / $stride,
                "$who, TLS $version, $what: $failed allocations failed, "
                . "$answered answered");
        }

        like(get($who, %o)->{body}, $truth{$who}, "$who, TLS $version: still");
    }
}

is(($edge->workers)[0], $worker, 'the worker lives');
unlike($edge->log, qr/exited on signal/, 'and nothing died');

done_testing();
