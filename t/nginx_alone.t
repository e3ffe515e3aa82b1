# What README says of nginx without these modules.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Client qw(get);
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;

@EdgeTest::Load = ();

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'bob', '/CN=bob');
$pki->write('keys', 'k' x 80);
rename $pki->crl('ca', 'none'), "${dir}now.crl";

my $edge = EdgeTest->start(http => <<END);
    gzip on;
    gzip_static on;
    server {
        listen %%PORT%%;
        location / { root %%HTML%%; }
        location /told { return 200 "\$http_cf_cert_verified"; }
    }
    server {
        listen %%PORT1%% ssl;
        ssl_certificate ${dir}server.crt;
        ssl_certificate_key ${dir}server.key;
        ssl_client_certificate ${dir}ca.crt;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_ticket_key ${dir}keys;
        ssl_verify_client on;
        ssl_crl ${dir}now.crl;
        location / { return 200 \$ssl_client_verify; }
    }
END

my $page = 'and so on ' x 100;

$edge->write_file('html/page.html', $page);
$edge->write_file("html/page.html.$_", $page) for qw(br zst);


sub bob {
    return EdgeTest::TlsClient::get(port => EdgeTest->port(1),
        sni => 'localhost', cert => "${dir}bob.crt", key => "${dir}bob.key", @_);
}


# compression: gzip and nothing else, whatever the client prefers

sub coding_for {
    return get('/page.html', headers => ["Accept-Encoding: $_[0]"])
        ->line('Content-Encoding') // 'none';
}


is(coding_for($_), 'none', "for $_") for 'zstd', 'br', 'zstd, br';
is(coding_for('zstd, gzip;q=0.1'), 'gzip', 'gzip, liked least');

$edge->write_file('html/page.html.gz', 'the file');
is(get('/page.html', headers => ['Accept-Encoding: gzip'])->{body}, 'the file',
    'files .gz');


# headers of clients go on to the server behind

is(get('/told', headers => ['Cf-Cert-Verified: true'])->{body}, 'true',
    'what a client says of itself');


# ssl_crl: read with a reload, and asked at a handshake that is no resumption

my %session = map { $_ => bob(version => $_)->{session} } 1.2, 1.3;

rename $pki->crl('ca', 'more', 'bob'), "${dir}now.crl";
is(bob()->{status}, 200, 'a list that is replaced changes nothing');
ok($edge->reload, 'reloaded');
is(bob()->{status}, 400, 'then who is revoked is refused');

for my $version (1.2, 1.3) {
    my $r = bob(version => $version, session => $session{$version});

    is($r->{reused}, 1, "TLS $version: a session from before");
    is($r->{body}, 'SUCCESS', "TLS $version: is let in");
}

is(join('', $edge->complaints), '', 'no complaints');

done_testing();
