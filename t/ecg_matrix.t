# A server made lenient, with a policy, answers each ClientHello as stock nginx
# does with a server of its own that is configured so.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use Test::More;

# a policy, and the directives that make one stock server the same
my @policies = (
    ['min_tls=1.3', 'ssl_protocols TLSv1.3;'],
    ['max_tls=1.2', 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2;'],
    ['min_tls=1.1 max_tls=1.1', 'ssl_protocols TLSv1.1;'],
    ['min_tls=1.2 ciphers=ECDHE-ECDSA-AES256-GCM-SHA384'
        . ':ECDHE-ECDSA-CHACHA20-POLY1305@SECLEVEL=0',
     'ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384'
        . ':ECDHE-ECDSA-CHACHA20-POLY1305@SECLEVEL=0;'],
    ['ciphersuites=TLS_CHACHA20_POLY1305_SHA256',
     'ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256;'],
    ['groups=P-384', 'ssl_ecdh_curve P-384;'],
    ['groups=P-256:X25519 sigalgs=ECDSA+SHA256',
     'ssl_ecdh_curve P-256:X25519;'
        . 'ssl_conf_command SignatureAlgorithms ECDSA+SHA256;'],
    ['sigalgs=RSA-PSS+SHA256',
     'ssl_conf_command SignatureAlgorithms RSA-PSS+SHA256;'],
    ['http2=off', '', 'no http2'],
);

my @versions = (['1.3', '1.2', '1.1', '1.0'], ['1.3'], ['1.2'], ['1.1'],
    ['1.0'], ['1.3', '1.1']);
my @ciphers = ([0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xcca9, 0xc009],
    [0x1301, 0xc02b, 0xc009], [0x1303, 0xc02c], [0xc02f, 0x009c]);
my @groups = ([[29, 23, 24], [29]], [[23, 24], []], [[24], []], [[25], []]);
my @alpn = (undef, ['h2', 'http/1.1'], ['http/1.1'], ['h2']);

plan tests => @policies + 1;

my $edge = EdgeTest->prepare;
my ($cert, $key) = certificate($edge->{root}, 'x.test');
my $common = <<"C";
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_session_cache off;
C

my $lenient = 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;'
    . 'ssl_ciphers ALL:@SECLEVEL=0;';


sub server {
    my ($port, $http2, $text) = @_;

    return "server { listen %%PORT$port%% ssl" . ($http2 ? '%%H2%%' : '')
        . "; server_name x.test; $text }\n";
}


sub all_answers {
    my ($port) = @_;
    my %all;

    for my $versions (@versions) {
        for my $ciphers (@ciphers) {
            for my $groups (@groups) {
                for my $alpn (@alpn) {
                    my $name = join ' ', "@$versions,",
                        map({ sprintf '%04x', $_ } @$ciphers), ',',
                        "@{ $groups->[0] },", @{ $alpn || [] };

                    $all{$name} = answer(port => EdgeTest->port($port),
                        sni => 'x.test', versions => $versions,
                        ciphers => $ciphers, groups => $groups->[0],
                        shares => $groups->[1], alpn => $alpn);
                }
            }
        }
    }

    return \%all;
}


my $servers = '';
my $n = 0;

for my $policy (@policies) {
    my ($ours, $stock, $no_http2) = @$policy;

    # what the stock server leaves out it has from the lenient one
    $stock = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; $stock"
        if $stock !~ /ssl_protocols/;
    $stock = "ssl_ciphers ALL:\@SECLEVEL=0; $stock"
        if $stock !~ /ssl_ciphers/;

    $servers .= server(++$n, 1, "$lenient ecg_policy x.test $ours;");
    $servers .= server(++$n, !$no_http2, $stock);
}

$edge = EdgeTest->start(http => $common . $servers, log_level => 'error');
$n = 0;

for my $policy (@policies) {
    my $ours = all_answers(++$n);
    my $stock = all_answers(++$n);

    is_deeply($ours, $stock, $policy->[0]);
}

is(join('', $edge->complaints), '', 'no complaints');
