# Each kind of client certificate, with TLS 1.2 and 1.3, where one is demanded
# and where it is optional: who is let in, and what is said of the client.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->ca('twin', '/CN=Test CA');
$pki->ca('mid', '/CN=Mid', by => 'ca');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'right', '/CN=alice');
$pki->issue('twin', 'wrong', '/CN=alice');
$pki->issue('ca', 'expired', '/CN=alice', start => -7200, end => -3600);
$pki->issue('ca', 'future', '/CN=alice', start => 3600, end => 7200);
$pki->issue('ca', 'revoked', '/CN=alice');
$pki->issue('self', 'self', '/CN=alice');
$pki->issue('ca', 'purpose', '/CN=alice', use => 'server');
$pki->issue('mid', 'below', '/CN=alice');
$pki->issue('right', 'leaf', '/CN=alice');
$pki->write('below-chain.crt', $pki->text('below.crt', 'mid.crt'));
$pki->write('leaf-chain.crt', $pki->text('leaf.crt', 'right.crt'));

$pki->list('ca', 'ca.crl', entries => [ [ $pki->serial('revoked') ] ]);
$pki->list('mid', 'mid.crl');
$pki->write('both.crl', join '', map { `openssl crl -inform DER -in $dir$_.crl` }
    qw(ca mid));


# by ssl_verify_client: the status and $ssl_client_verify, for nginx, and
# presented, verified and revoked, for us
my @kinds = (
    [ 'right', { on => '200 SUCCESS 1 1 0', optional => '200 SUCCESS 1 1 0',
        optional_no_ca => '200 SUCCESS 1 1 0' } ],
    [ 'missing', { on => '400 NONE 0 0 0', optional => '200 NONE 0 0 0',
        optional_no_ca => '200 NONE 0 0 0' } ],
    [ 'wrong', { on => '400 FAILED 1 0 0', optional => '400 FAILED 1 0 0',
        optional_no_ca => '200 FAILED 1 0 0' } ],
    [ 'expired', { on => '400 FAILED 1 0 0', optional => '400 FAILED 1 0 0',
        optional_no_ca => '400 FAILED 1 0 0' } ],
    [ 'future', { on => '400 FAILED 1 0 0', optional => '400 FAILED 1 0 0',
        optional_no_ca => '400 FAILED 1 0 0' } ],
    [ 'revoked', { on => '400 FAILED 1 0 1', optional => '400 FAILED 1 0 1',
        optional_no_ca => '400 FAILED 1 0 1' } ],
    [ 'self', { on => '400 FAILED 1 0 0', optional => '400 FAILED 1 0 0',
        optional_no_ca => '200 FAILED 1 0 0' } ],
    [ 'purpose', { on => '400 FAILED 1 0 0', optional => '400 FAILED 1 0 0',
        optional_no_ca => '400 FAILED 1 0 0' } ],
    [ 'below', { on => '200 SUCCESS 1 1 0', optional => '200 SUCCESS 1 1 0',
        optional_no_ca => '200 SUCCESS 1 1 0' } ],
    [ 'below, alone', { on => '400 FAILED 1 0 0',
        optional => '400 FAILED 1 0 0', optional_no_ca => '200 FAILED 1 0 0' } ],
    [ 'issued by a client', { on => '400 FAILED 1 0 0',
        optional => '400 FAILED 1 0 0', optional_no_ca => '400 FAILED 1 0 0' } ],
);

my %cert = map { $_->[0] => [ cert => "$dir$_->[0].crt",
    key => "$dir$_->[0].key" ] } @kinds;

$cert{missing} = [];
$cert{below} = [ chain => "${dir}below-chain.crt", key => "${dir}below.key" ];
$cert{'below, alone'} = [ cert => "${dir}below.crt", key => "${dir}below.key" ];
$cert{'issued by a client'} = [ chain => "${dir}leaf-chain.crt",
    key => "${dir}leaf.key" ];

my @modes = qw(on optional optional_no_ca);


sub http {
    my ($crl, $said, $more) = @_;

    return join '', <<"    END", map { <<"    END" } 0 .. $#modes;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    ssl_verify_depth 2;
    $crl
    $more
    error_page 495 496 = \@refused;
    END
    server {
        listen %%PORT$_%% ssl;
        server_name localhost;
        ssl_verify_client $modes[$_];
        location / { return 200 "$said"; }
        location \@refused { return 400 "$said"; }
        location /in { mtls_require verified; return 200 in; }
    }
    END
}


sub get {
    my ($mode, $kind, %o) = @_;

    my @ask = (port => EdgeTest->port($mode), sni => 'localhost',
        @{ $cert{$kind} }, %o);
    my $r = EdgeTest::TlsClient::get(@ask);

    return $r if $r->{status};

    # lost on a busy machine, or refused: then it will be again
    diag("$kind: $r->{error}");
    return EdgeTest::TlsClient::get(@ask);
}


sub said { return join ' ', $_[0]{status} || 'alert',
    ($_[0]{body} || '') =~ s/:[^|]*//r =~ tr/|/ /r }


# stock nginx lets in, and keeps out, the same

{
    local @EdgeTest::Load = ();
    my $http = http("ssl_crl ${dir}both.crl;", '$ssl_client_verify', '');

    $http =~ s/mtls_require verified;//g;
    my $edge = EdgeTest->start(http => $http);

    for my $i (0 .. $#modes) {
        for (@kinds) {
            my ($kind, $want) = @$_;

            # with ssl_crl a list of the certificate itself is wanted
            next if $kind eq 'self' && $modes[$i] eq 'optional_no_ca';

            my ($first) = $want->{ $modes[$i] } =~ /^(\d+ \w+)/;

            is(said(get($i, $kind)), $first, "stock, $modes[$i]: $kind");
        }
    }

    $edge->stop;
}


for my $resumption (qw(off revalidated)) {
    my $edge = EdgeTest->start(http => http("mtls_crl ${dir}ca.crl "
        . "${dir}mid.crl; ssl_trusted_certificate ${dir}mid.crt;",
        '$ssl_client_verify|$mtls_presented $mtls_verified $mtls_revoked',
        "mtls_resumption $resumption;"));

    for my $i (0 .. $#modes) {
        my $mode = $modes[$i];

        for (@kinds) {
            my ($kind, $want) = @$_;

            # known from the file, so it need not be sent
            my $all = $kind eq 'below, alone' ? '200 SUCCESS 1 1 0'
                : $want->{$mode};

            for my $version ('1.2', '1.3') {
                my $what = "$resumption, TLS $version, $mode: $kind";
                my $first = get($i, $kind, version => $version);

                is(said($first), $all, $what);
                is(get($i, $kind, version => $version, path => '/in')->{status},
                    $all =~ /^400/ ? 400 : $all =~ /SUCCESS/ ? 200 : 403,
                    "$what: mtls_require");

                # the answer to a session that is offered is the same
                is(said(get($i, $kind, version => $version,
                    session => $first->{session})), $all, "$what: again");
            }
        }
    }

    is_deeply([ $edge->complaints ], [], "$resumption: nothing bad in the log");
    $edge->stop;
}

done_testing();
