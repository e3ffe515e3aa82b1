# mtls_require: attributes a location demands of the client's certificate.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Client qw(get);
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");

$pki->ca('ca', '/CN=Test CA');
$pki->ca('other', '/CN=Other CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/O=Test, Ltd/CN=alice', ext =>
    "subjectAltName=DNS:Alice.example,DNS:a2.example,URI:spiffe://t/alice,"
    . "email:alice\@example,IP:192.0.2.1\n");
$pki->issue('ca', 'bob', '/CN=bob', ext => "subjectAltName=\@san\n[san]\n"
    . "DNS.1=x\\,a2.example\n");
$pki->issue('other', 'carol', '/CN=alice,O=Test');
$pki->issue('ca', 'old', '/CN=alice', start => -9000, end => -3600);

my %cert = map { $_ => [ cert => $pki->path("$_.crt"),
    key => $pki->path("$_.key") ] } qw(alice bob carol old);

my $dir = $pki->path('');
my ($sha256) = `openssl x509 -noout -fingerprint -sha256 -in ${dir}alice.crt`
    =~ /=(.*)/;
my ($serial) = `openssl x509 -noout -serial -in ${dir}alice.crt` =~ /=(.*)/;
my ($ski) = `openssl x509 -noout -ext subjectKeyIdentifier -in ${dir}ca.crt`
    =~ /((?:\w\w:)+\w\w)/;

# what is demanded; who is let in
my @demands = (
    [ 'verified', 'alice bob' ],
    [ 'status=401 verified', 'alice bob', 401 ],
    [ '"subject=CN=alice,O=Test\\\\, Ltd"', 'alice' ],
    [ '"issuer=CN=Test CA"', 'alice bob' ],
    [ "sha256=$sha256", 'alice' ],
    [ 'sha256=' . lc($sha256 =~ tr/://dr), 'alice' ],
    [ "serial=\L$serial", 'alice' ],
    [ "issuer_ski=$ski", 'alice bob' ],
    [ 'san_dns=alice.EXAMPLE', 'alice' ],
    [ 'san_dns=a2.example', 'alice' ],
    [ '"san_dns=x,a2.example"', 'bob' ],
    [ 'san_dns=alice.exampl', '' ],
    [ 'san_uri=spiffe://t/alice', 'alice' ],
    [ 'san_uri=spiffe://T/alice', '' ],
    [ 'san_email=alice@example', 'alice' ],
    [ 'san_ip=192.0.2.1', 'alice' ],
    [ "san_ip=192.0.2.1 issuer_ski=$ski", 'alice' ],
    [ "all san_ip=192.0.2.2 issuer_ski=$ski", '' ],
    [ "any san_ip=192.0.2.2 issuer_ski=$ski", 'alice bob' ],
    [ 'any san_dns=a2.example "san_dns=x,a2.example"', 'alice bob' ],
    [ 'any san_dns=no subject=no', '' ],
    [ "sha256=$sha256; mtls_require status=404 san_ip=192.0.2.1", 'alice' ],
    [ "sha256=$sha256; mtls_require status=404 san_ip=192.0.2.9", '', '' ],
);

my $locations = join '', map {
    "location = /$_ { mtls_require $demands[$_][0]; return 200 in; }\n"
} 0 .. $#demands;

$locations .= <<'END';
    location /off { mtls_require off; return 200 in; }
    location /inherited { return 200 in; }
    location /any { satisfy any; allow all; proxy_pass http://127.0.0.1:%%PORT3%%; }
    location /auth { mtls_require off; auth_request /check;
        proxy_pass http://127.0.0.1:%%PORT3%%; }
    location /check { internal; mtls_require san_ip=192.0.2.1;
        proxy_pass http://127.0.0.1:%%PORT3%%; }
    location /jump { mtls_require off; rewrite ^ /inherited; }
    location /page { mtls_require off; try_files /none @demanding; }
    location @demanding { mtls_require san_ip=192.0.2.1; return 200 in; }
END

my $edge = EdgeTest->start(http => <<"END");
ssl_protocols TLSv1.2 TLSv1.3;
ssl_certificate ${dir}server.crt;
ssl_certificate_key ${dir}server.key;
ssl_client_certificate ${dir}ca.crt;

server {
    listen %%PORT%%;
    listen %%PORT1%% ssl;
    server_name localhost;
    ssl_verify_client optional;
    mtls_require verified;
$locations
}

server {
    listen %%PORT2%% ssl;
    ssl_verify_client optional_no_ca;
    mtls_require verified;
$locations
}

server { listen %%PORT3%%; location / { return 200 in; } }
END


sub status {
    my ($path, $who, %o) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port(1),
        sni => 'localhost', path => $path, @{ $cert{ $who || '' } || [] },
        %o)->{status};
}


for my $i (0 .. $#demands) {
    my ($demand, $in, $refused) = @{ $demands[$i] };
    my %in = map { $_ => 200 } split ' ', $in;

    for my $who (qw(alice bob)) {
        my $want = $in{$who} || $refused || 403;

        $want = $who eq 'alice' ? 404 : 403 if defined $refused && !$refused;
        is(status("/$i", $who), $want, "$who: $demand");
    }

    is(status("/$i"), $refused || 403, "no certificate: $demand");
    is(get("/$i")->{status}, $refused || 403, "plaintext: $demand");

    # the same names, from an authority that is not trusted, or out of date
    for my $who (qw(carol old)) {
        is(status("/$i", $who, port => EdgeTest->port(2)), $refused || 403,
            "$who, optional_no_ca: $demand") if $who eq 'carol';
        is(status("/$i", $who), 400, "$who: $demand");
    }
}

is(status('/off'), 200, 'mtls_require off');
is(status('/inherited'), 403, 'inherited by the location');
is(status('/inherited', 'bob'), 200, 'inherited, met');
is(status('/any'), 403, 'satisfy any does not help');
is(status('/auth', 'bob'), 403, 'a subrequest that is refused');
is(status('/auth', 'alice'), 200, 'a subrequest that is not');
is(status('/jump'), 403, 'after an internal redirect');
is(status('/page', 'bob'), 403, 'in a named location');
is(status('/page', 'alice'), 200, 'in a named location, met');

for ([ 'mtls_require any;', qr/requires "verified" or an attribute/ ],
    [ 'mtls_require foo=1;', qr/invalid parameter "foo=1"/ ],
    [ 'mtls_require san_dns=;', qr/invalid parameter "san_dns="/ ],
    [ 'mtls_require verified status=200;', qr/"status=200" in "mtls_require".* 400 to 599/ ],
    [ 'mtls_require any all verified;', qr/takes "any" or "all", once/ ],
    [ 'mtls_require verified status=401 status=402;', qr/takes one status/ ],
    [ 'mtls_require verified off;', qr/invalid parameter "off" .* or "off" alone/ ],
    [ 'mtls_require off; mtls_require verified;', qr/cannot be combined/ ],
    [ 'mtls_require verified; mtls_require off;', qr/is duplicate/ ])
{
    my ($code, $said) = EdgeTest->check_conf(http => "$_->[0]\n"
        . 'server { listen %%PORT%%; }');

    isnt($code, 0, "$_->[0] is refused");
    like($said, qr/$_->[1].* in .*nginx.conf:\d+/, 'and told why, and where');
}

is_deeply([ $edge->complaints ], [], 'nothing bad in the log');

done_testing();
