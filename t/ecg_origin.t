# ecg_origin_frame: the ORIGIN frame of HTTP/2, as nghttp reads it, and as a
# client that asks for several hosts on one connection sees it.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use IO::Socket::INET;
use Net::SSLeay;
use Test::More;

Net::SSLeay::initialize();

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'a.test', 'b.test', 'pay.test',
    'mtls.test', 'elsewhere.test', '*.wild.test', 'x.deep.test', 'reject.test');
my ($other, $other_key) = certificate($dir, 'other.test');
my ($alone, $alone_key) = certificate($dir, 'one.test', 'two.test', 'b.three',
    'no.test');


sub http {
    my ($more) = @_;

    return <<"C";
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_client_certificate $cert;
    ssl_protocols TLSv1.2 TLSv1.3;
    ecg_origin_frame auto;
    $more

    server { listen %%PORT%% ssl%%H2%%; server_name default.test;
        return 200 "default\\n"; }
    server { listen %%PORT%% ssl%%H2%%; return 200 "\$host\\n";
        server_name a.test b.test pay.test i.wild.test j.wild.test
                    k.i.wild.test; }
    server { listen %%PORT%% ssl%%H2%%; server_name m.wild.test;
        return 200 "m\\n"; }
    server { listen %%PORT%% ssl%%H2%%; server_name *.deep.test;
        return 200 "deep\\n"; }
    server { listen %%PORT%% ssl%%H2%%; server_name mtls.test;
        ssl_verify_client optional; return 200 "mtls\\n"; }
    server { listen %%PORT%% ssl%%H2%%; server_name reject.test;
        ssl_reject_handshake on; }
    server { listen %%PORT1%% ssl%%H2%%; server_name elsewhere.test;
        return 200 "elsewhere\\n"; }
    server { listen %%PORT1%% ssl%%H2%%; server_name n.wild.test;
        ecg_origin_frame off; return 200 "off\\n"; }
    server { listen %%PORT%% ssl%%H2%%; server_name other.test;
        ssl_certificate $other; ssl_certificate_key $other_key;
        ecg_origin_frame a.test b.test:8443 C.test:443;
        return 200 "other \$ecg_reject_reason\\n"; }
    server { listen %%PORT2%% ssl%%H2%%;
        server_name one.test .three ~^t.*test;
        ssl_certificate $alone; ssl_certificate_key $alone_key;
        return 200 "alone\\n"; }
C
}


# what nghttp was told: the origins, or undef without a frame

sub origins {
    my ($sni, $port) = @_;

    $port = EdgeTest->port($port);

    my $text = `timeout 60 nghttp -nv --no-dep -H ':authority: $sni' https://127.0.0.1:$port/ 2>&1`;

    $text =~ s/\e\[[0-9;]*m//g;

    my ($frame) = $text =~ /recv (?:ORIGIN|.*0x0c).*?\n((?:\s+\S.*\n)*)/;

    return undef if !defined $frame;
    return join ' ', sort map { s/:$EdgeTest::Port$/:P/r }
        $frame =~ m{https://([^\]\s]+)}g;
}


# A connection of our own: the frames that came, until a stream has ended.

sub h2 {
    my ($sni, $port, @hosts) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => EdgeTest->port($port)) or die "connect: $!";
    my $ctx = Net::SSLeay::CTX_new();

    Net::SSLeay::CTX_set_alpn_protos($ctx, ['h2']);

    my $ssl = Net::SSLeay::new($ctx);

    Net::SSLeay::set_fd($ssl, fileno $socket);
    Net::SSLeay::set_tlsext_host_name($ssl, $sni) if defined $sni;
    Net::SSLeay::connect($ssl) == 1 or die 'connect: '
        . Net::SSLeay::print_errs();

    my ($types, $payload, @answers) = ('', undef);
    my $buffer = '';
    my $stream = 1;

    Net::SSLeay::write($ssl, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        . frame(4, 0, 0, ''));

    for my $host (@hosts) {
        # GET, https, "/", and a literal :authority, RFC 7541
        Net::SSLeay::write($ssl, frame(1, 5, $stream, "\x82\x87\x84\x01"
            . pack 'C/a*', $host));

        while (my ($type, $flags, $id, $body) = read_frame($ssl, \$buffer)) {
            $types .= "$type ";
            $payload = $body if $type == 12;

            if ($type == 1 && $id == $stream) {
                push @answers, $body =~ /^(?:\x20|\x3f.)?\x88/ ? 200
                    : $body =~ /\x48\x03(\d{3})/ ? $1 : '?';
            }

            last if $id == $stream && $type < 2 && ($flags & 1);
        }

        $stream += 2;
    }

    Net::SSLeay::free($ssl);
    Net::SSLeay::CTX_free($ctx);

    return { types => $types, payload => $payload, answers => "@answers" };
}


sub frame {
    my ($type, $flags, $id, $body) = @_;

    return substr(pack('N', length $body), 1) . pack('CCN', $type, $flags, $id)
        . $body;
}


sub read_frame {
    my ($ssl, $buffer) = @_;

    while (1) {
        my $len = length $$buffer < 9 ? undef
            : unpack 'N', "\0" . substr $$buffer, 0, 3;

        if (defined $len && length $$buffer >= 9 + $len) {
            my (undef, $type, $flags, $id) = unpack 'a3 C C N',
                substr $$buffer, 0, 9, '';
            return ($type, $flags, $id, substr $$buffer, 0, $len, '');
        }

        local $SIG{ALRM} = sub { die "no frame in time\n" };
        alarm 60;
        my $text = Net::SSLeay::read($ssl);
        alarm 0;

        return if !defined $text || $text eq '';
        $$buffer .= $text;
    }
}


my $edge = EdgeTest->start(http => http(''));
my $wild = 'i.wild.test:P j.wild.test:P m.wild.test:P';

is(origins('a.test'), "a.test:P b.test:P $wild pay.test:P x.deep.test:P",
    'names of the certificate that are served here, without mTLS');
is(origins('default.test'), origins('a.test'), 'the same of another server');
is(origins('mtls.test'), '', 'a server that verifies clients: an empty frame');
is(origins('n.wild.test', 1), undef, 'off');
is(origins('other.test'), 'a.test:P b.test:8443 c.test', 'a list');
is(origins('two.test', 2) =~ s/:\d+//gr, 'b.three one.test two.test',
    'a server that is alone at its address');

my $r = h2('a.test', 0, 'a.test', 'b.test', 'x.wild.test', 'm.wild.test',
    'mtls.test', 'k.i.wild.test', 'x.deep.test', 'default.test');

is($r->{answers}, '200 200 421 200 421 421 200 421',
    'requests for hosts that were told, and others');
like($r->{types}, qr/^4 8 (?:4 )?12 (?:4 )?1 /,
    'the frame comes behind SETTINGS and ahead of the response');
is(scalar(() = $r->{types} =~ /\b12\b/g), 1, '... once');

my $first = pack 'n/a*', 'https://a.test:' . EdgeTest::port();

like($r->{payload}, qr{^\Q$first\E\0.https://b}s, 'entries are whole');

is(h2('other.test', 0, 'other.test', 'a.test', 'b.test', 'pay.test')->{answers},
    '200 200 200 421', 'by a list: the port does not matter');
is(h2('n.wild.test', 1, 'n.wild.test', 'elsewhere.test')->{answers},
    '200 200', 'off');
is(h2('default.test', 0, 'default.test', 'a.test')->{answers}, '200 200',
    'the host of the handshake is right in any case');

$r = h2(undef, 0, 'a.test', 'default.test', '127.0.0.1');
is($r->{answers}, '200 200 200', 'without SNI nothing is said');
unlike($r->{types}, qr/\b12\b/, '... and no frame sent');

like(s_client(sni => 'a.test'), qr{HTTP/1\.1 200}, 'HTTP/1.1');
like($edge->log, qr/misdirected request: not of this origin for host "x\.wild/,
    'told in the log');

# many connections at once: frames and pools

my $failed = grep { $_ } map { system(
    "nghttp -ns -m 20 --no-dep -H ':authority: a.test' "
    . "https://127.0.0.1:$EdgeTest::Port/ >/dev/null 2>&1") } 1 .. 10;
is($failed, 0, 'twenty streams at once');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

# by policies

$edge = EdgeTest->start(http => http(<<'C'));
    ecg_policy default min_tls=1.2;
    ecg_policy pay.test min_tls=1.3;
    ecg_policy m.wild.test min_tls=1.3;
    ecg_policy j.wild.test action=reject;
C

is(origins('a.test'), 'a.test:P b.test:P i.wild.test:P x.deep.test:P',
    'hosts of the same policy');
is(origins('pay.test'), 'm.wild.test:P pay.test:P', '... of another');
is(h2('a.test', 0, 'a.test', 'pay.test', 'b.test')->{answers}, '200 421 200',
    'and requests');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

# what nginx -t says


sub check {
    return (EdgeTest->check_conf(http => "ssl_certificate $cert; "
        . "ssl_certificate_key $key; $_[0]"))[1];
}


like(check('ecg_origin_frame *.a.test;'), qr/invalid host "\*\.a\.test"/,
    'a wildcard');
like(check('ecg_origin_frame a.test:70000;'), qr/invalid host "a\.test:70000"/,
    'a port');
like(check('ecg_origin_frame auto a.test;'), qr/invalid host "auto" .* the only/,
    'more beside auto');
like(check('ecg_origin_frame a.test off;'), qr/invalid host "off" .* the only/,
    'more beside off');
like(check('ecg_origin_frame ' . join(' ', map { 'h' x 60 . "$_.test" }
    1 .. 250) . ';'), qr/need \d+ bytes, a frame has 16384/, 'too many');
like(check('server { listen %%PORT%% ssl; server_name v.test; '
    . 'ssl_certificate $ssl_server_name.pem; ecg_origin_frame auto; }'),
    qr/"ecg_origin_frame auto" in server "v.test" needs certificates/,
    'certificates by variables');

done_testing();
