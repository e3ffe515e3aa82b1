# Certificates served: variables of the one of a connection, and warnings in
# the log before one of them expires.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Hello;
use Test::More;

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};


# a certificate that is good for some days more, by a CA of its own name

sub issue {
    my ($name, $days, @names) = @_;
    my $names = join ',', map { "DNS:$_" } @names ? @names : $name;
    my $file = "$dir/$name";
    my @as = ("-days $days", '-set_serial ' . int(1 + rand 1e9));

    run("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
        . "-subj /CN=$name -addext subjectAltName=$names -keyout $file.key "
        . "-out $file.csr");
    run("openssl x509 -req -in $file.csr -CA $dir/ca.pem -CAkey $dir/ca.key "
        . "@as -copy_extensions copy -out $file.pem");
}


sub run { system("$_[0] 2>/dev/null") == 0 or die $_[0] }


# the default duration ends within seconds of midnight: add half a day

run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
    . "-days 9 -subj '/O=Test, Inc/CN=Some CA' -keyout $dir/ca.key "
    . "-out $dir/ca.pem");
issue('long.test', 90, 'long.test', '*.long.test');
issue('soon.test', 13);
issue('far.test', 15);
issue('gone.test', 0);
run("cat $dir/long.test.pem $dir/ca.pem > $dir/chain.pem");

sleep 1;


sub server {
    my ($name, $cert) = @_;
    my $path = $cert ? "$dir/$cert.pem" : "$dir/$name.pem";

    return "server { listen %%PORT%% ssl; server_name $name;\n"
        . "ssl_certificate $path; ssl_certificate_key $dir/$name.key;\n"
        . 'return 200 "$ecg_certificate_names|$ecg_certificate_issuer|'
        . '$ecg_certificate_days_left|"; }' . "\n";
}


sub warnings { return scalar(() = $_[0] =~ /(?:expires in|has EXPIRED)/g) }


my $http = server('long.test', 'chain') . server('far.test')
    . server('soon.test') . server('gone.test')
    . "server { listen %%PORT1%%; return 200 '[\$ecg_certificate_names]'; }\n"
    . server('soon.test') =~ s/soon.test;/other.test;/r;

my ($code, $said) = EdgeTest->check_conf(http => $http);

is($code, 0, 'certificates that expire are no error');
like($said, qr/\[warn\] certificate of "soon.test", issued by "CN=Some CA,O=Test\\, Inc", served by "soon.test", expires in 12 days, on \w+, \d+ \w+ \d+ [\d:]+ GMT/,
    'one that expires soon');
like($said, qr/\[error\] certificate of "gone.test", .*, has EXPIRED on /,
    'one that has');
like($said, qr/certificate of "Some CA", .* served by "long.test", expires in 8/,
    'one of an issuer that is sent along');
is(warnings($said), 3, 'each once, whoever serves it; no others');

($code, $said) = EdgeTest->check_conf(http => "ecg_certificate_warning 60d;"
    . $http);
like($said, qr/certificate of "far.test", .* expires in 14 days/, 'earlier');
is(warnings($said), 4, '... but not for all');

is(warnings((EdgeTest->check_conf(http => "ecg_certificate_warning off;"
    . $http))[1]), 0, 'off');
like((EdgeTest->check_conf(http => "ecg_certificate_warning never;"))[1],
    qr/invalid value "never" in .* must be a time, or off/, 'a wrong value');
like((EdgeTest->check_conf(http => "ecg_certificate_warning off every=1d;"))[1],
    qr/invalid value "off" in .* or off alone/, 'off and more');
like((EdgeTest->check_conf(http => "ecg_certificate_warning 5d x=1;"))[1],
    qr/invalid parameter "x=1" .* every= and a time/, 'a wrong parameter');

# the variables

my $edge = EdgeTest->start(http => $http, workers => 2);


sub variables {
    my ($name, @args) = @_;

    return (s_client(sni => $name, args => \@args)
        =~ /\r?\n\r?\n([^\r\n]*\|[^\r\n]*\|-?\d+)\|/)[0];
}


is(variables('long.test'), 'long.test, *.long.test|CN=Some CA,O=Test\\, Inc|89',
    'of the certificate of the connection');
is(variables('x.test'), variables('long.test'), 'of the default server');
is(variables('soon.test', '-tls1_2'),
    'soon.test|CN=Some CA,O=Test\\, Inc|12', 'another');
like(variables('gone.test'), qr/\|-1$/, 'negative when expired');
like(`curl -s http://127.0.0.1:@{[EdgeTest->port(1)]}/`, qr/^\[\]$/,
    'empty without TLS');

is(warnings($edge->log), 3, 'warnings at the start, not of each worker');
ok($edge->reload, 'reload');
is(warnings($edge->log), 6, '... again at a reload');
is(join('', $edge->complaints), '', 'no complaints');
$edge->stop;

# by the clock, by one worker

$edge = EdgeTest->start(http => "ecg_certificate_warning 10d every=2s;"
    . server('long.test', 'chain') . server('gone.test'), workers => 2);

my %who;

ok($edge->wait_for(30, sub {
    %who = ();
    $who{$_}++ for $edge->log =~ / (\d+)#\d+: certificate of "gone.test"/g;
    return grep { $_ >= 2 } values %who;
}), 'told again');
is(scalar(keys %who), 2, '... by one worker, after the master');
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
