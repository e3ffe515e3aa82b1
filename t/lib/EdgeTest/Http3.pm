package EdgeTest::Http3;

# One request over HTTP/3 on a connection of its own, by curl.
#
#   plan skip_all => 'nginx or curl without HTTP/3'
#       if !EdgeTest::Http3::is_there();
#   my $r = EdgeTest::Http3::get('/path', sni => 'localhost', cert => $file,
#       key => $file, seconds => 60);
#   $r->{status}  0 if no whole answer came
#   $r->{body}    decoded; $r->{coding} is what it was
#   $r->{exit}    of curl; 28 if the seconds went by

use strict;
use warnings;


sub is_there {
    return `curl -V` =~ /\bHTTP3\b/
        && EdgeTest::built_with('--with-http_v3_module');
}


sub get {
    my ($path, %o) = @_;
    my $name = $o{sni} || 'localhost';
    my $port = EdgeTest->port;
    my @cert = $o{cert} ? ('-E', $o{cert}, '--key', $o{key}) : ();

    open my $curl, '-|', 'curl', '-sk', '--http3-only', '--compressed',
        '--max-time', $o{seconds} || 60, '--resolve', "$name:$port:127.0.0.1",
        @cert, '-w', '\n%{http_code} %{exitcode} %header{content-encoding}',
        "https://$name:$port$path" or die "curl: $!";

    my $said = do { local $/; <$curl> };

    close $curl;
    $said = '' if !defined $said;

    my ($body, $status, $exit, $coding) = $said =~ /^(.*)\n(\d+) (\d+) (\w*)$/s
        or die "curl: $said";

    return { status => $exit ? 0 : $status, body => $body, exit => $exit,
        coding => $coding };
}


1;
