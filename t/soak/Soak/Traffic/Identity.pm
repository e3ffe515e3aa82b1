package Soak::Traffic::Identity;

# Clients with certificates, new connections and resumed ones, several requests
# on each: who is revoked is refused, whoever is not is let in.

use strict;
use warnings;

use EdgeTest::TlsClient;
use Soak::Request;
use Soak::Site;
use Soak::Wire;
use Time::HiRes qw(sleep);

use constant PROCESSES => 3;

my %session;


sub certificate {
    my ($site, $who) = @_;

    return (cert => "$site->{dir}/$who.crt", key => "$site->{dir}/$who.key");
}


# what an answer says of a client: accepted, refused, closed, or the answer

sub verdict {
    my ($who, $r) = @_;

    return "closed" if !$r->{status};
    return 'refused' if $r->{status} == 400 && $r->{body} =~ /^refused/;
    return 'accepted' if $r->{status} == 200
        && $r->{body} eq "1|0|CN=$who";
    return "$r->{status} $r->{body}";
}


sub converse {
    my ($class, $site) = @_;
    my ($edge, $who) = (int rand 2, any(@Soak::Site::clients));
    my $version = any('1.2', '1.3');
    my $key = "$edge $who $version";
    my $session = rand() < 0.5 ? delete $session{$key} : undef;
    my $start = now();
    my $c = EdgeTest::TlsClient->open(port => $site->tls_port($edge),
        sni => 'localhost', version => $version, session => $session,
        patience => PATIENCE, certificate($site, $who));
    my $port = $c->{socket}->sockport;

    for my $n (1 .. 1 + int rand 4) {
        $start = now() if $n > 1;

        my $r = $c->request(path => '/who');
        my $verdict = verdict($who, $r);

        # nginx may close a connection that rests
        last if $n > 1 && $verdict eq 'closed';

        say_line('claim', $start, now(), $edge, 'h1 tls', "certificate of $who",
            $port, $verdict, $r->{error} || ($r->{reused} ? 'resumed' : 'new'));
        $session{$key} = $r->{session} if $r->{session};
        last if $verdict ne 'accepted';

        sleep rand 1;
    }

    $c->close;
}


1;
