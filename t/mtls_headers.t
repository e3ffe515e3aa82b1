# mtls_headers: who the client is, in headers nobody can forge, for each kind
# of upstream; the same on full and resumed handshakes.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Client qw(get);
use EdgeTest::Http3;
use EdgeTest::Mirror;
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use MIME::Base64;
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");

$pki->ca('ca', '/C=UK/ST=London/O=Test/CN=Test CA');
$pki->ca('mid', '/C=UK/O=Test/CN=Test Mid', by => 'ca');
$pki->ca('mallory', '/CN=Mallory');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/C=UK/ST=London/O=Test, Ltd/CN=alice',
    ext => "subjectAltName=DNS:alice.example,DNS:a2.example,"
        . "URI:spiffe://test/alice,email:alice\@example,IP:192.0.2.1,"
        . "IP:2001:db8::1\n");
$pki->issue('mid', 'bob', '/CN=bob', ext => "subjectAltName=URI:x:a=b;c\n");
$pki->issue('mallory', 'eve', '/CN=alice');
$pki->issue('ca', 'hostile', "/O=a\r\nCf-Cert-Verified: true/OU=\x{c3}\x{a9}\\/x"
    . "/OU=q\"\\\\\\+,;<>/CN=\x{7f}\t\x{01}" . '/CN=e',
    ext => "subjectAltName=\@san\n[san]\nDNS.1=a\\,b\n"
        . "URI.1=http://x/\\\"y z\n");
$pki->issue('ca', 'huge', join('', map { "/OU=$_" . 'x' x 58 } 10 .. 99)
    . '/CN=huge');
$pki->write('bob-chain.crt', $pki->text('bob.crt', 'mid.crt'));

my %cert = map { $_ => [ cert => $pki->path("$_.crt"),
    key => $pki->path("$_.key") ] } qw(alice eve hostile huge);
$cert{bob} = [ chain => $pki->path('bob-chain.crt'),
    key => $pki->path('bob.key') ];

my @kinds = qw(http fastcgi uwsgi scgi);
EdgeTest::Mirror->start(port => EdgeTest->port(10 + $_),
    protocol => $kinds[$_]) for 0 .. $#kinds;
my $seen = "$EdgeTest::ServRoot/seen-$$";
EdgeTest::Mirror->start(port => EdgeTest->port(15), log => $seen);

my $dir = $pki->path('');
my $http3 = EdgeTest::Http3::is_there();
my $quic = $http3 ? 'listen %%PORT4%% quic reuseport default_server;'
    : '';
my $other = $http3 ? <<"END" : '';
server {
    listen %%PORT4%% quic;
    server_name other;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_verify_client on;
    ssl_client_certificate ${dir}mallory.crt;
    location / { return 200 "\$mtls_subject_dn"; }
}
END
my $locations = <<"END";
    location /http { proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /fastcgi { fastcgi_pass 127.0.0.1:%%PORT11%%; }
    location /uwsgi { uwsgi_pass 127.0.0.1:%%PORT12%%; }
    location /scgi { scgi_pass 127.0.0.1:%%PORT13%%; }
    location /grpc { grpc_pass 127.0.0.1:%%PORT14%%; }
    location /off { mtls_headers off;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /standard { mtls_headers rfc9440 xfcc;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /san { mtls_headers san; mtls_header_prefix Edge-;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /redirect { rewrite ^ /moved; }
    location /moved { proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /late { mtls_headers cf san; try_files /none /off-late; }
    location /off-late { internal; mtls_headers xfcc;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /named { try_files /none \@named; }
    location \@named { mtls_headers san;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /guarded { auth_request /auth; mirror /copy;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /auth { internal; mtls_headers san;
        proxy_pass http://127.0.0.1:%%PORT15%%; }
    location /copy { internal; mtls_headers off;
        proxy_pass http://127.0.0.1:%%PORT15%%; }
    location /small { mtls_headers cf; mtls_header_max_size 64;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location /vars { return 200 "\$mtls_presented|\$mtls_verified|\$mtls_revoked|\$mtls_subject_dn|\$mtls_san_uri|\$mtls_serial"; }
    location /if { if (\$mtls_verified) { return 200 yes; } return 200 no; }
    location /seen { return 200 "[\$http_cf_cert_verified]"; }
    location = /error { proxy_pass http://127.0.0.1:%%PORT10%%; }
END

my $edge = EdgeTest->start(http => <<"END");
ssl_protocols TLSv1.2 TLSv1.3;
underscores_in_headers on;
ignore_invalid_headers off;
mtls_headers cf;
large_client_header_buffers 4 32k;
http2_max_field_size 32k;
$other

server {
    listen %%PORT%%;
    server_name localhost;
    if (\$http_cf_cert_verified) { return 500 forged; }
$locations
}

server {
    listen %%PORT1%% ssl%%H2%%;
    $quic
    server_name localhost;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_verify_client optional;
    ssl_client_certificate ${dir}ca.crt;
    ssl_verify_depth 2;
    ssl_session_cache shared:s:1m;
    mtls_resumption partitioned;
    error_page 400 495 496 \@bad;
    location \@bad { proxy_pass http://127.0.0.1:%%PORT10%%; }
$locations
}

server {
    listen %%PORT2%% ssl;
    server_name localhost;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_verify_client optional_no_ca;
    ssl_client_certificate ${dir}ca.crt;
    mtls_header_prefix X-;
$locations
}

server {
    listen %%PORT14%%%%H2%%;
    mtls_headers off;
    mtls_strip off;
    location / { return 200 "cf-cert-presented: \$http_cf_cert_presented\\ncf-cert-verified: \$http_cf_cert_verified\\ncf-cert-subject-dn: \$http_cf_cert_subject_dn\\ncf-cert-sha256: \$http_cf_cert_sha256\\nclient-cert: \$http_client_cert\\n"; }
}

server {
    listen %%PORT3%%;
    mtls_strip off;
    location /pass { mtls_headers off;
        proxy_pass http://127.0.0.1:%%PORT10%%; }
    location / { proxy_pass http://127.0.0.1:%%PORT10%%; }
}
END


sub tls {
    my ($path, %o) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port(1),
        sni => 'localhost', path => $path, %o);
}


# The headers an upstream saw, names folded as CGI folds them

sub seen {
    my ($r) = @_;
    my %h;

    for (split /\n/, $r->{body} || '') {
        my ($name, $value) = /^([^:]*): (.*)/ or next;
        $name = uc $name;
        $name =~ s/[^A-Z0-9]/_/g;
        $name =~ s/^HTTP_//;
        push @{ $h{$name} }, $value;
    }

    return { map { $_ => join '|', @{ $h{$_} } } keys %h };
}


# Identity headers among them

sub identity {
    my ($h) = @_;

    return { map { $_ => $h->{$_} }
        grep { /^(?:CF|EDGE)_C|CLIENT_CERT/ } keys %$h };
}


sub x509 {
    my ($name, @args) = @_;
    my $text = `openssl x509 -noout -in $dir$name.crt @args`;

    $text =~ s/^\w[\w ]*=//;
    $text =~ s/\s+\z//;
    return $text;
}


sub der {
    my ($name) = @_;
    my ($base64) = $pki->text("$name.crt")
        =~ /-----BEGIN CERTIFICATE-----(.*?)-----END/s;

    return decode_base64($base64);
}


# 1. every header, against what openssl says

my ($alice, %want);

{
    my $fingerprint = sub { (my $f = lc x509('alice', "-fingerprint -$_[0]"))
        =~ s/://g; $f =~ s/.*=//; $f };
    my $ski = sub { my ($id) = `openssl x509 -noout -in $dir$_[0].crt -ext subjectKeyIdentifier`
        =~ /((?:[0-9A-F]{2}:)+[0-9A-F]{2})/; $id =~ s/://g; $id };

    %want = (
        CF_CERT_PRESENTED => 'true',
        CF_CERT_VERIFIED => 'true',
        CF_CERT_REVOKED => 'false',
        CF_CERT_SUBJECT_DN => 'CN=alice,O=Test\\, Ltd,ST=London,C=UK',
        CF_CERT_SUBJECT_DN_LEGACY => '/C=UK/ST=London/O=Test, Ltd/CN=alice',
        CF_CERT_ISSUER_DN => 'CN=Test CA,O=Test,ST=London,C=UK',
        CF_CERT_ISSUER_DN_LEGACY => '/C=UK/ST=London/O=Test/CN=Test CA',
        CF_CERT_SERIAL => x509('alice', '-serial'),
        CF_CERT_ISSUER_SERIAL => x509('ca', '-serial'),
        CF_CERT_SKI => $ski->('alice'),
        CF_CERT_ISSUER_SKI => $ski->('ca'),
        CF_CERT_NOT_BEFORE => x509('alice', '-startdate'),
        CF_CERT_NOT_AFTER => x509('alice', '-enddate'),
        CF_CERT_SHA1 => $fingerprint->('sha1'),
        CF_CERT_SHA256 => $fingerprint->('sha256'),
        CF_CLIENT_CERT_SHA256 => $fingerprint->('sha256'),
    );
    $want{CF_CERT_SUBJECT_DN_RFC2253} = $want{CF_CERT_SUBJECT_DN};
    $want{CF_CERT_ISSUER_DN_RFC2253} = $want{CF_CERT_ISSUER_DN};

    for my $kind (@kinds) {
        my $r = tls("/$kind", @{ $cert{alice} });

        is_deeply(identity(seen($r)), \%want, "cf headers by $kind");
        $alice ||= $r;
    }

    my $h = seen(tls('/grpc', @{ $cert{alice} }));

    is($h->{CF_CERT_VERIFIED}, 'true', 'grpc: verified');
    is($h->{CF_CERT_SUBJECT_DN}, $want{CF_CERT_SUBJECT_DN}, 'grpc: subject');
    is($h->{CF_CERT_SHA256}, $want{CF_CERT_SHA256}, 'grpc: sha256');
}


# 2. no certificate

my $none = { CF_CERT_PRESENTED => 'false', CF_CERT_VERIFIED => 'false' };

for my $kind (@kinds) {
    is_deeply(identity(seen(tls("/$kind"))), $none,
        "no certificate, TLS, by $kind");
    is_deeply(identity(seen(get("/$kind"))), $none,
        "no certificate, plaintext, by $kind");
}

is_deeply(identity(seen(tls('/standard'))), {},
    'no certificate: no rfc9440, no xfcc');
is_deeply(identity(seen(tls('/off', @{ $cert{alice} }))), {},
    'mtls_headers off');


# 3. forged in every spelling

my @names = map { ("Cf-$_") } qw(Cert-Presented Cert-Verified Cert-Revoked
    Cert-Subject-Dn Cert-Subject-Dn-Rfc2253 Cert-Subject-Dn-Legacy
    Cert-Issuer-Dn Cert-Issuer-Dn-Rfc2253 Cert-Issuer-Dn-Legacy Cert-Serial
    Cert-Issuer-Serial Cert-Ski Cert-Issuer-Ski Cert-Not-Before
    Cert-Not-After Cert-Sha1 Cert-Sha256 Client-Cert-Sha256 Cert-San-Dns
    Cert-San-Uri Cert-San-Email Cert-San-Ip Cert-Omitted);
push @names, qw(Client-Cert Client-Cert-Chain X-Forwarded-Client-Cert
    Edge-Cert-Verified X-Cert-Verified);

my @spellings = (
    sub { $_[0] }, sub { lc $_[0] }, sub { uc $_[0] },
    sub { $_[0] =~ tr/-/_/r }, sub { lc($_[0]) =~ tr/-/_/r },
    sub { $_[0] =~ s/-/_/r }, sub { $_[0] =~ s/(.*)-/${1}_/r },
    sub { $_[0] =~ tr/-/./r }, sub { $_[0] =~ s/-/!/r },
    sub { $_[0] =~ s/(?<=-)(.)/\l$1/gr },
);

for my $i (0 .. $#spellings) {
    my $forged = join '', map { $spellings[$i]->($_) . ": forged\r\n" } @names;

    for my $kind (@kinds, 'grpc') {
        unlike(tls("/$kind", headers => $forged)->{body}, qr/forged/,
            "spelling $i, TLS without certificate, $kind");
        unlike(tls("/$kind", headers => $forged, @{ $cert{alice} })->{body},
            qr/forged/, "spelling $i, TLS with certificate, $kind");
        unlike(get("/$kind", headers => [ split /\r\n/, $forged ])->{body},
            qr/forged/, "spelling $i, plaintext, $kind");
    }
}

{
    my $forged = join '', map { "$_: forged\r\n" } @names;
    my @lines = split /\r\n/, $forged;

    for my $path (qw(/off /standard /san /redirect /late /named /guarded)) {
        my $r = tls($path, headers => $forged . "X-Mine: kept\r\n");

        unlike($r->{body}, qr/forged/, "nothing forged in $path");
        like($r->{body}, qr/X-Mine: kept/, "other headers stay in $path");

        my $h = get($path, headers => [ @lines, 'X-Mine: kept' ]);

        unlike($h->{body}, qr/forged/, "nothing forged in $path, plaintext");
    }

    is(tls('/seen', headers => $forged)->{body}, '[false]',
        'the rewrite phase sees only what was given');
    is(get('/seen', headers => \@lines)->{status}, 200,
        'nor does the server rewrite phase');

    my $h2 = `curl -sk --http2 --max-time 60 @{[ map { "-H '$_' " } map { lc } @lines ]} https://localhost:@{[ EdgeTest->port(1) ]}/http`;
    like($h2, qr/^cf-cert-verified: false$/mi, 'HTTP/2: our header arrives');
    unlike($h2, qr/forged/, 'HTTP/2: nothing forged');

    my $many = tls('/http', headers => "Cf-Cert-Verified: forged\r\n" x 60);
    is_deeply(identity(seen($many)), $none, 'sixty copies of one header');
}


# 4. subrequests, redirects, pages of errors

{
    unlink $seen;
    my $r = tls('/guarded', @{ $cert{alice} },
        headers => "Cf-Cert-San-Uri: forged\r\nClient_Cert: forged\r\n");

    is_deeply(identity(seen($r)), \%want, 'main request behind auth_request');

    $edge->wait_for(30, sub { 2 == (() = EdgeTest::slurp($seen) =~ /^Host/mg) });
    my @sub = map { seen({ body => $_ }) } split /\n\n/, EdgeTest::slurp($seen);

    is(scalar @sub, 2, 'both subrequests came');
    is_deeply([ map { join ',', sort keys %{ identity($_) } } @sub ],
        [ 'CF_CERT_SAN_DNS,CF_CERT_SAN_EMAIL,CF_CERT_SAN_IP,CF_CERT_SAN_URI',
          '' ], 'each subrequest has the headers of its own location');

    $r = tls('/late', @{ $cert{alice} });
    is(join(',', keys %{ identity(seen($r)) }), 'X_FORWARDED_CLIENT_CERT',
        'an internal redirect has those of the last location');

    $r = tls('/named', @{ $cert{alice} });
    is(seen($r)->{CF_CERT_SAN_DNS}, 'alice.example,a2.example',
        'so has a named location');

    # refused before any phase has run: 400 by nginx, 495 to the error page
    $r = tls('/x', @{ $cert{eve} }, headers => "Cf-Cert-Verified: forged\r\n"
        . "Cf_Cert_Subject_Dn: forged\r\n");
    my $h = seen($r);

    is($h->{CF_CERT_PRESENTED}, 'true', 'error page: presented');
    is($h->{CF_CERT_VERIFIED}, 'false', 'error page: not verified');
    unlike($r->{body}, qr/forged/, 'error page: nothing forged');
}


# 5. full and resumed

for my $version ('1.2', '1.3') {
    for my $no_ticket (0, 1) {
        for my $name (qw(alice bob)) {
            for my $path (qw(/http /standard)) {
                my @as = (@{ $cert{$name} }, version => $version,
                    no_ticket => $no_ticket);
                my $full = tls($path, @as);
                my $again = tls($path, @as, session => $full->{session});
                my $what = "$name, TLS $version, tickets "
                    . ($no_ticket ? 'off' : 'on') . ", $path";

                is($again->{status}, 200, "$what: answered");
                is_deeply(seen($again), seen($full), "$what: the same");
                is($again->{reused}, 1, "$what: resumed") if !$no_ticket;
            }
        }
    }
}


# 6. standard formats

{
    my $h = identity(seen(tls('/standard', @{ $cert{alice} })));

    is($h->{CLIENT_CERT}, ':' . encode_base64(der('alice'), '') . ':',
        'Client-Cert');
    ok(!exists $h->{CLIENT_CERT_CHAIN}, 'no chain, no Client-Cert-Chain');

    my ($pem) = $h->{X_FORWARDED_CLIENT_CERT} =~ /;Cert="([^"]*)"/;
    $pem =~ s/%(..)/chr hex $1/ge;
    is($pem, $pki->text('alice.crt'), 'xfcc: Cert');
    $h->{X_FORWARDED_CLIENT_CERT} =~ s/;Cert="[^"]*"//;
    is($h->{X_FORWARDED_CLIENT_CERT}, "Hash=$want{CF_CERT_SHA256};"
        . 'Subject="CN=alice,O=Test\\, Ltd,ST=London,C=UK";'
        . 'URI=spiffe://test/alice;DNS=alice.example;DNS=a2.example', 'xfcc');

    $h = identity(seen(tls('/standard', @{ $cert{bob} })));
    is($h->{CLIENT_CERT_CHAIN}, ':' . encode_base64(der('mid'), '') . ':',
        'Client-Cert-Chain has the intermediate');
    like($h->{X_FORWARDED_CLIENT_CERT}, qr/;URI="x:a=b;c"/, 'xfcc: quoted');

    $h = seen(tls('/http', @{ $cert{bob} }));
    is($h->{CF_CERT_ISSUER_SERIAL}, x509('mid', '-serial'),
        'the issuer is the intermediate');

    $h = identity(seen(tls('/san', @{ $cert{alice} })));
    is_deeply($h, { EDGE_CERT_SAN_DNS => 'alice.example,a2.example',
        EDGE_CERT_SAN_URI => 'spiffe://test/alice',
        EDGE_CERT_SAN_EMAIL => 'alice@example',
        EDGE_CERT_SAN_IP => '192.0.2.1,2001:db8::1' }, 'SANs, own prefix');
}


# 7. text that would break a header, or is too long for one

{
    my $r = tls('/http', @{ $cert{hostile} });
    my $h = seen($r);

    is($h->{CF_CERT_VERIFIED}, 'true', 'hostile names: verified, once');
    unlike($r->{body}, qr/[^\x20-\x7e\n]/, 'hostile names: visible ASCII');
    like($h->{CF_CERT_SUBJECT_DN}, qr/O=a\\0D\\0ACf-Cert-Verified: true/,
        'CR and LF are escaped');
    like($h->{CF_CERT_SUBJECT_DN_LEGACY}, qr{/O=a\\0D\\0ACf.*/OU=\\C3\\A9\\2Fx},
        'and in the legacy name, with the slash');
    like($h->{CF_CERT_SUBJECT_DN}, qr/OU=q\\"\\\\\\\+\\,\\;\\<\\>/,
        'specials of RFC 2253 are escaped');

    $h = seen(tls('/standard', @{ $cert{hostile} }));
    like($h->{X_FORWARDED_CLIENT_CERT}, qr/;DNS=a\\2Cb(?:;|\z)/,
        'a comma in a SAN adds no SAN');

    $h = seen(tls('/http', @{ $cert{huge} }));
    is($h->{CF_CERT_OMITTED}, undef, 'nothing left out at 8k');
    like($h->{CF_CERT_SUBJECT_DN}, qr/^CN=huge,OU=99x{58},.*,OU=10x{58}\z/,
        'a long name is whole');

    $h = seen(tls('/small', @{ $cert{huge} }));
    is($h->{CF_CERT_OMITTED}, 'Cf-Cert-Subject-Dn, Cf-Cert-Subject-Dn-Rfc2253,'
        . ' Cf-Cert-Subject-Dn-Legacy', 'left out, and said so');
    ok(!exists $h->{CF_CERT_SUBJECT_DN}, 'never cut');
    is($h->{CF_CERT_VERIFIED}, 'true', 'the rest is there');
}


# 8. not verified, own prefix, strip off, variables

{
    my @eve = (@{ $cert{eve} }, port => EdgeTest->port(2));
    my $h = seen(tls('/http', @eve));

    is($h->{X_CERT_PRESENTED}, 'true', 'optional_no_ca: presented');
    is($h->{X_CERT_VERIFIED}, 'false', 'optional_no_ca: not verified');
    is($h->{X_CERT_SUBJECT_DN}, 'CN=alice', 'optional_no_ca: subject');
    ok(!exists $h->{X_CERT_ISSUER_SERIAL}, 'optional_no_ca: no issuer');
    is_deeply(identity(seen(tls('/standard', @eve))), {},
        'optional_no_ca: no rfc9440, no xfcc');

    $h = get('/', port => EdgeTest->port(3),
        headers => [ 'Cf_Cert_Verified: forged', 'Client-Cert: forged' ]);
    is(seen($h)->{CF_CERT_VERIFIED}, 'false',
        'mtls_strip off: a header that is given is given once');
    is(seen($h)->{CLIENT_CERT}, 'forged', 'mtls_strip off: others pass');
    is(seen(get('/pass', port => EdgeTest->port(3),
        headers => [ 'Cf-Cert-Verified: mine' ]))->{CF_CERT_VERIFIED}, 'mine',
        'mtls_strip off, mtls_headers off: all pass');

    is(tls('/vars', @{ $cert{alice} })->{body}, join('|', 1, 1, 0,
        $want{CF_CERT_SUBJECT_DN}, 'spiffe://test/alice',
        $want{CF_CERT_SERIAL}), 'variables');
    is(tls('/vars')->{body}, '0|0|0|||', 'variables, no certificate');
    is(get('/vars')->{body}, '0|0|0|||', 'variables, plaintext');
    is(tls('/if', @{ $cert{alice} })->{body}, 'yes', 'if: verified');
    is(tls('/if')->{body}, 'no', 'if: not verified');
}


# 9. several requests on one connection, HTTP/2 among them

{
    my $c = EdgeTest::TlsClient->open(port => EdgeTest->port(1),
        sni => 'localhost', @{ $cert{alice} });

    is_deeply(identity(seen($c->request(path => '/http'))), \%want,
        "request $_ of a connection") for 1 .. 3;
    $c->close;

    my $port = EdgeTest->port(1);
    my $h2 = `curl -sk --http2 --max-time 60 -E ${dir}alice.crt --key ${dir}alice.key https://localhost:$port/http https://localhost:$port/http`;
    my @at = $h2 =~ /^Cf-Cert-Sha256: (\w+)$/mg;

    is_deeply(\@at, [ ($want{CF_CERT_SHA256}) x 2 ], 'HTTP/2');
}


SKIP: {
    skip 'nginx or curl without HTTP/3', 5 if !$http3;

    my $url = 'https://localhost:' . EdgeTest->port(4) . '/http';
    my $forged = join ' ', map { "-H '$_: forged'" } 'cf-cert-verified',
        'cf_cert_subject_dn', 'Client.Cert', 'x-mine';
    my $curl = 'curl -sk --http3-only --max-time 60';
    my $plain = `$curl $forged $url`;
    my $mine = `$curl $forged -E ${dir}alice.crt --key ${dir}alice.key $url`;

    like($plain, qr/^x-mine: forged$/mi, 'HTTP/3: other headers stay');
    is_deeply(identity(seen({ body => $plain })), $none,
        'HTTP/3: nothing forged without a certificate');
    is_deeply(identity(seen({ body => $mine })), \%want,
        'HTTP/3: nothing forged, and all headers, with a certificate');

    my $code = `$curl -H 'Host: other' -o /dev/null -w '%{http_code}' -E ${dir}alice.crt --key ${dir}alice.key $url`;
    is($code, '421', 'HTTP/3: authority of a server with another CA');
    is((() = $edge->complaints), 0, 'HTTP/3: nothing bad in the log');
}


# 10. what is refused

for ([ 'mtls_headers foo;', qr/invalid value "foo" in "mtls_headers", it must be "off", .* or "/ ],
    (map { [ "mtls_headers $_;", qr/"mtls_headers" directive has "off"/ ] }
        'off cf', 'cf off'),
    [ 'mtls_header_prefix "a b";', qr/invalid header prefix "a b"/ ],
    [ 'mtls_header_prefix "";', qr/invalid header prefix ""/ ],
    [ 'mtls_header_max_size x;', qr/invalid value/ ],
    [ 'mtls_strip maybe;', qr/invalid value "maybe"/ ])
{
    my ($code, $said) = EdgeTest->check_conf(http => "$_->[0]\n"
        . 'server { listen %%PORT%%; }');

    isnt($code, 0, "$_->[0] is refused");
    like($said, qr/$_->[1].* in .*nginx.conf:\d+/, 'and told why, and where');
}

is_deeply([ $edge->complaints ], [], 'nothing bad in the log');

done_testing();
