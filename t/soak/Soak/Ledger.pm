package Soak::Ledger;

# Keeps what was told and judges it. A line is judged when it is LAG seconds
# old: by then everything that explains it has been told.
#
# A request that got no whole answer is explained by
#
#   kill       its connection was one of those of the worker that was killed,
#              at a time when it was not answered yet; or it had not told its
#              port (a ClientHello of our own; -1, as curl has it, where the
#              handshake did not end), and was under way at that time
#   origin     it went to the origin while that was restarted
#   quic       it was over HTTP/3, and the edge was reloaded, or a worker was
#              killed, meanwhile: nginx leads packets of a connection to the
#              worker that took the place of the one that knows it
#   goaway     it was over HTTP/2, the edge was reloaded at that time, and not
#              one byte of an answer came: nginx says GOAWAY to connections that
#              rest, and the request was on its way; such may be repeated
#              (RFC 9113, 6.8)
#   stalled    it was over HTTP/3, and nginx reset its stream when not one byte
#              had come for a minute: this happens between curl and nginx
#              without our modules, too
#   lingering  it was over HTTP/3, its handshake did not end, and workers of an
#              earlier reload were still there, or had been seconds before:
#              nginx lets these read from the sockets of HTTP/3 to their end,
#              and loses new connections (t/soak/http3-alone.sh)
#   closed     it was not the first on its connection, which nginx may close at
#              any time; not one byte of an answer came. As many as there are
#              reloads, and idle time, may come of that: they are counted.
#
# by nothing else. What nginx loses by itself may be so much of a hundred
# requests over HTTP/3; more is ours.

use strict;
use warnings;

use constant { LAG => 45, FAULTS_KEPT => 20, LINGERED => 3 };

our %ceiling = (stalled => 2, lingering => 1);


sub new {
    my ($class) = @_;

    return bless { waiting => [], kills => [], reloads => [], outages => [],
        lingering => [], truth => {}, counts => {}, claims => {},
        events => {}, lost => {}, expect => [], faults => [],
        nfaults => 0 }, $class;
}


sub take {
    my ($self, $line, $now) = @_;
    my ($what, @f) = split /\t/, $line, -1;

    if ($what eq 'request' || $what eq 'claim') {
        push @{ $self->{waiting} }, [ $now, $what, @f ];

    } elsif ($what eq 'change') {
        push @{ $self->{truth}{ $f[1] } }, [ @f[0, 2, 3] ];

    } elsif ($what eq 'kill') {
        my %of = map { $_ => 1 } split /,/, $f[3];
        push @{ $self->{kills} }, { time => $f[0], edge => $f[1],
            pid => $f[2], ports => \%of };

    } elsif ($what eq 'reload' || $what eq 'outage') {
        $self->span("${what}s", @f);

    } elsif ($what eq 'event') {
        $self->{events}{ $f[1] }{ $f[2] }++;

    } elsif ($what eq 'expect') {
        push @{ $self->{expect} }, $f[0];

    } else {
        $self->fault($f[0]);
    }
}


# begins and ends, in pairs; one that has not ended goes on

sub span {
    my ($self, $list, $end, $time, $edge) = @_;
    my $spans = $self->{$list};

    push @$spans, { from => $time, edge => $edge // '' } if $end eq 'begin';
    $spans->[-1]{to} = $time if $end eq 'end';
}


sub fault {
    my ($self, $text) = @_;

    $self->{nfaults}++;
    push @{ $self->{faults} }, $text if @{ $self->{faults} } < FAULTS_KEPT;
}


sub judge {
    my ($self, $until) = @_;
    my $waiting = $self->{waiting};

    while (@$waiting && $waiting->[0][0] <= $until) {
        my (undef, $what, @f) = @{ shift @$waiting };

        $what eq 'claim' ? $self->judge_claim(@f) : $self->judge_request(@f);
    }
}


sub judge_request {
    my ($self, $start, $end, $edge, $proto, $kind, $port, $worker, $outcome,
        $detail) = @_;
    my $count = $self->{counts}{"$proto $kind"} ||= {};

    $count->{asked}++;
    $self->{total}++;

    return $count->{$outcome}++ if $outcome =~ /^(?:whole|left|closed)$/;

    my $why = $self->explained($start, $end, $edge, $proto, $port, $outcome,
        $detail);

    # an error page of the edge comes in the place of what the origin lost
    if ($why && ($outcome ne 'wrong' || $why eq 'origin'
        && $detail =~ /: status 50[24]/))
    {
        $self->{lost}{$why}++;
        return $count->{explained}++;
    }

    $count->{lost}++;
    $self->fault("$outcome: $proto $kind, edge $edge, worker "
        . ($worker || '?') . ", port $port, $start to $end: $detail");
}


sub explained {
    my ($self, $start, $end, $edge, $proto, $port, $outcome, $detail) = @_;
    my @kills = grep { $_->{edge} eq $edge && $_->{time} >= $start
        && $_->{time} <= $end } @{ $self->{kills} };
    my $reloaded = overlaps($start, $end, grep { $_->{edge} eq $edge }
        @{ $self->{reloads} });

    return 'kill' if $proto ne 'h3'
        && grep { $port <= 0 || $_->{ports}{$port} } @kills;
    return 'origin' if $detail =~ m{^/(?:up|raw|events)/}
        && overlaps($start, $end, @{ $self->{outages} });
    return 'quic' if $proto eq 'h3' && (@kills || $reloaded);
    return 'stalled' if $proto eq 'h3' && $outcome eq 'unanswered'
        && $end - $start >= 59 && $detail =~ /curl 95:/;
    return 'lingering' if $proto eq 'h3' && $outcome eq 'unanswered'
        && $port < 0 && overlaps($start - LINGERED, $end,
            grep { $_->{edge} eq $edge } @{ $self->{lingering} });
    return 'goaway' if $proto eq 'h2' && $outcome eq 'unanswered' && $reloaded;
    return;
}


sub overlaps {
    my ($start, $end, @spans) = @_;

    return scalar grep { $_->{from} <= $end && (!defined $_->{to}
        || $_->{to} >= $start) } @spans;
}


# What was true at some time between start and end

sub possible {
    my ($self, $subject, $start, $end) = @_;
    my (%is, $value);

    # a change is begun, and from then on either may be seen, until its end; of
    # what has the same time, in milliseconds, either may have been first
    for (@{ $self->{truth}{$subject} }) {
        my ($step, $time, $to) = @$_;

        last if $time > $end;
        %is = () if $step eq 'end' && $time < $start;
        $is{$to} = 1;
    }

    return %is;
}


sub judge_claim {
    my ($self, $start, $end, $edge, $proto, $subject, $port, $observed,
        $detail) = @_;
    my %is = $self->possible($subject, $start, $end);
    my $count = $self->{claims}{$subject} ||= {};

    $count->{$observed}++;
    $self->{total}++;

    # who is refused may find the connection closed
    return if $is{$observed} || $observed eq 'closed' && $is{refused};

    if ($observed eq 'closed') {
        my $why = $self->explained($start, $end, $edge, $proto, $port,
            'unanswered', '');

        return $self->{lost}{$why}++ if $why;
    }

    $count->{wrong}++;
    $self->fault("$subject, $start to $end, edge $edge, $proto, port $port: "
        . "$observed, not " . join(' or ', sort keys %is) . ": $detail");
}


1;
