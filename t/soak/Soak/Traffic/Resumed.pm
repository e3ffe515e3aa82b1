package Soak::Traffic::Resumed;

# Clients without a certificate over TLS, which resume their sessions and ask
# for pages.

use strict;
use warnings;

use EdgeTest::Check;
use EdgeTest::TlsClient;
use Soak::Request;
use Soak::Wire;

use constant PROCESSES => 1;

my %session;


sub converse {
    my ($class, $site) = @_;
    my ($edge, $version) = (int rand 2, any('1.2', '1.3'));
    my $key = "$edge $version";
    my %line = (start => now(), edge => $edge, proto => 'h1 tls',
        kind => 'resumed');
    my $c = EdgeTest::TlsClient->open(port => $site->tls_port($edge),
        sni => 'localhost', version => $version, patience => PATIENCE,
        session => delete $session{$key});

    $line{port} = $c->{socket}->sockport;

    my $r = $c->request(path => '/3000.html', close => 1,
        headers => 'Accept-Encoding: ' . any(qw(zstd br gzip)) . "\r\n");

    if (!$r->{status}) {
        report(%line, outcome => 'unanswered', detail => $r->{error});

    } else {
        my $error = what_is_wrong($r);

        ($line{worker}) = $r->{head} =~ /^X-Worker: (\d+)/mi;
        report(%line, outcome => outcome($error), detail => $error);
        $session{$key} = $r->{session};
    }

    $c->close;
}


# Where there is no memory for an encoder, a response comes as it is

sub what_is_wrong {
    my ($r) = @_;
    my ($coding) = $r->{head} =~ /^Content-Encoding: (\w+)/mi;
    my ($text, $error) = defined $coding
        ? EdgeTest::Check::decoded($coding, $r->{body}) : $r->{body};

    return "status $r->{status}" if $r->{status} != 200;
    return $error if defined $error;
    return $text eq text(3000) ? undef
        : EdgeTest::Check::difference($text, text(3000));
}


1;
