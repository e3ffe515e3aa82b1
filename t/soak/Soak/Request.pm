package Soak::Request;

# One request of EdgeTest::Client, reported.
#
#   my $r = tell($client, $edge, $kind, $path, $text, %o)
#
# asks, reads, compares with $text, says what came of it, and returns the
# response, or undef when nothing more can be asked on this connection.
#
#   headers, method, version    as for ask()
#   read      sub ($client) that gives the body
#   decode    sub ($coding, $bytes) that gives (text, error)
#   status    200

use strict;
use warnings;

use EdgeTest::Check ();
use EdgeTest::Client;
use Exporter 'import';
use Soak::Wire;

our @EXPORT = qw(any connect_to tell report outcome PATIENCE);

use constant PATIENCE => 120;


sub any { return $_[ rand @_ ] }


# connect_to(port, %o): a client that counts its requests in {asked}; undef if
# it cannot connect

sub connect_to {
    my ($port, %o) = @_;

    return eval { EdgeTest::Client->new(port => $port, timeout => PATIENCE,
        %o) };
}


sub report {
    my (%o) = @_;

    say_line('request', $o{start}, now(), $o{edge}, $o{proto} || 'h1',
        $o{kind}, $o{port} || 0, $o{worker}, $o{outcome}, $o{detail});
}


sub tell {
    my ($c, $edge, $kind, $path, $text, %o) = @_;
    my %line = (start => now(), edge => $edge, kind => $kind,
        port => $c->{socket}->sockport, detail => $path);

    $c->ask($path, %o);

    my $r = $c->head;
    my $first = !$c->{asked}++;

    if (!$r) {
        report(%line, outcome => $first ? 'unanswered' : 'closed');
        return;
    }

    $r->{body} = $o{read} ? $o{read}->($c, $r) : $c->body;
    $r->{end} = $c->{end} || 'timeout';
    $line{worker} = $r->line('X-Worker');

    my $why = why_not($r, $text, %o);

    report(%line, outcome => outcome($why),
        detail => $path . (defined $why ? ": $why" : ''));

    return defined $why || $r->{end} eq 'close'
        || ($r->line('Connection') || '') eq 'close' ? undef : $r;
}


# outcome(why): of a response that has a body. One by the end of the connection
# is cut where that came too early, which nobody tells the client.

sub outcome {
    my ($why) = @_;

    return 'whole' if !defined $why;
    return 'cut' if $why =~ /^end: |cut short|truncated frame/
        || $why =~ /(\d+) bytes, not (\d+), different from byte (\d+) on/
        && $1 == $3 && $1 < $2;
    return 'wrong';
}


sub why_not {
    my ($r, $text, %o) = @_;
    my $status = $o{status} || 200;

    return "status $r->{status}" if $r->{status} != $status;
    return EdgeTest::Check::why_not($r, $text, $r->coding) if !$o{decode};
    return "end: $r->{end}" if $r->{end} =~ /^(?:cut|timeout)$/;

    my ($body, $error) = $o{decode}->($r->coding, $r->{body});

    return $error if $error;
    return $body eq $text ? undef : EdgeTest::Check::difference($body, $text);
}


1;
