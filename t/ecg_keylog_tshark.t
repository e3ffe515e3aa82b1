# ecg_keylog, seen by Wireshark: a capture of the loopback interface, read with
# the file that nginx wrote.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use EdgeTest::TlsClient;
use Test::More;

my $ports = join ' or ', map { 'tcp port ' . EdgeTest->port($_) } 0, 1;

plan skip_all => 'no tshark' if !`tshark --version 2>/dev/null`;
plan skip_all => 'no dumpcap, or capturing is not permitted' if system(
    'timeout 60 dumpcap -q -i lo -a duration:1 -w /dev/null >/dev/null 2>&1');

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'a.test');
my ($capture, $keys) = ("$dir/capture.pcapng", "$dir/keys");

my $edge = EdgeTest->start(http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ecg_keylog $keys 127.0.0.1;

    server { listen 127.0.0.1:%%PORT%% ssl%%H2%%; server_name a.test;
        return 200 "the answer to \$arg_q\\n"; }
C

my $dumpcap = fork();
die "fork: $!" if !defined $dumpcap;

if ($dumpcap == 0) {
    open STDERR, '>', "$dir/dumpcap" or die;
    exec 'timeout', '400', 'dumpcap', '-i', 'lo', '-f', $ports, '-w', $capture;
}

ok($edge->wait_for(60, sub { EdgeTest::slurp("$dir/dumpcap") =~ /^File:/m }),
    'the capture has begun');


sub get {
    my ($version, $question, @address) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port, sni => 'a.test',
        version => $version, path => "/?q=$question")->{body};
}


like(get('1.2', 'one'), qr/to one$/, 'TLS 1.2');
like(get('1.3', 'two'), qr/to two$/, 'TLS 1.3');

my $port = EdgeTest->port;
like(`curl -sk --http2 'https://127.0.0.1:$port/?q=three'`, qr/to three$/,
    'HTTP/2');
like(`curl -sk --http1.1 --interface 127.0.0.2 'https://127.0.0.1:$port/?q=four'`,
    qr/to four$/, 'another client');

# what tshark reads of requests, one on a line

sub requests {
    my ($log) = @_;
    my @keys = defined $log ? "-o tls.keylog_file:$log" : ();

    return `tshark -n -r $capture -d tcp.port==$port,tls @keys -Y 'http.request or http2.headers.path' -T fields -e http.request.uri -e http2.headers.path 2>/dev/null`
        =~ s/\t//gr;
}


sub answers {
    my ($log) = @_;

    return scalar(() = `tshark -n -r $capture -d tcp.port==$port,tls -o tls.keylog_file:$log -Y 'data-text-lines or http.file_data or http2.data.data' -T pdml 2>/dev/null`
        =~ /the answer to|74:68:65:20:61:6e:73:77:65:72|74686520616e73776572/g);
}


# the last packets have to be written before dumpcap goes

my $chosen = "/?q=one\n/?q=two\n/?q=three\n";

$edge->wait_for(60, sub { requests($keys) eq $chosen && answers($keys) >= 3 });
kill 'INT', $dumpcap;
waitpid $dumpcap, 0;

is(requests(undef), '', 'without the file nothing can be read');
is(requests($keys), $chosen,
    'with it, the requests of the client that was chosen');
cmp_ok(answers($keys), '>=', 3, '... and the responses');
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
