package Soak::Wire;

# What the processes of a soak tell the one that judges: lines in a pipe, short
# enough to be written whole.
#
#   say_line(kind => field, ...)     by any process, after open_wire()
#
#   request  start end edge proto kind port worker outcome detail
#            outcome: whole, left (the client went), unanswered, cut, wrong
#   claim    start end edge proto subject port observed detail
#   change   begin|end subject time value
#   kill     time edge pid port,port,...     ports of its clients
#   reload   begin|end time edge
#   outage   begin|end time
#   event    time kind what became of it
#   expect   pattern                 of lines in error.log
#   fault    text

use strict;
use warnings;

use Exporter 'import';
use Time::HiRes ();

our @EXPORT = qw(open_wire close_wire say_line expect now);

my $wire;


# the end to be read

sub open_wire {
    pipe my $in, $wire or die "pipe: $!";
    return $in;
}


# whoever writes no more closes it, so that its end can be seen

sub close_wire { close $wire }


sub now { return sprintf '%.3f', Time::HiRes::time() }


sub say_line {
    my @fields = map { defined $_ ? $_ : '' } @_;

    s/[\t\r\n]/ /g for @fields;
    syswrite $wire, substr(join("\t", @fields), 0, 4000) . "\n";
}


# tells that error.log will have lines like these

sub expect { say_line('expect', $_) for @_ }


1;
