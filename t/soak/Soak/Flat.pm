package Soak::Flat;

# Memory and descriptors of processes that live as long as the soak, sampled,
# and the straight line that fits their floor best: of each half a minute the
# least, which is what they keep, and not what requests of that moment need.
#
#   $flat->sample($name, $time, $value)
#   my $fit = $flat->fit($name, $from);     samples since then
#   $fit->{mean} $fit->{slope} a second, $fit->{error} of the slope,
#   $fit->{growth} over the time sampled, {surely} what it is at least
#   $flat->has_ended($name, $from, $fit)    whether the growth was a step

use strict;
use warnings;

use EdgeTest;

use constant { FLOOR => 30, FEWEST => 10 };


sub new { return bless { series => {} }, $_[0] }


sub sample {
    my ($self, $name, $time, $value) = @_;

    push @{ $self->{series}{$name} }, [ $time, $value ];
}


# memory that the process alone has, in KB, and its descriptors

sub sample_process {
    my ($self, $name, $time, @pids) = @_;
    my ($kb, $fds) = (0, 0);

    for (@pids) {
        my ($anon) = EdgeTest::slurp("/proc/$_/status")
            =~ /^RssAnon:\s+(\d+)/m or return;

        $kb += $anon;
        $fds += () = glob "/proc/$_/fd/*";
    }

    $self->sample("$name, memory in KB", $time, $kb);
    $self->sample("$name, descriptors", $time, $fds);
}


sub names { return sort keys %{ $_[0]{series} } }


# The least of each part of so many seconds since then, at its begin

sub floor_of {
    my ($self, $name, $from) = @_;
    my %least;

    for (@{ $self->{series}{$name} }) {
        my ($time, $value) = @$_;
        my $part = int(($time - $from) / FLOOR);

        next if $time < $from;
        $least{$part} = $value if $value < ($least{$part} // 'inf');
    }

    return map { [ $from + FLOOR * $_, $least{$_} ] }
        sort { $a <=> $b } keys %least;
}


# Least squares. What it is surely: two standard errors below.

sub fit {
    my ($self, $name, $from) = @_;
    my @points = $self->floor_of($name, $from);
    my $n = @points;

    return if $n < FEWEST;

    my ($mt, $mv, $tt, $tv, $rest) = (0) x 5;

    $mt += $_->[0] / $n, $mv += $_->[1] / $n for @points;
    $tt += ($_->[0] - $mt) ** 2, $tv += ($_->[0] - $mt) * ($_->[1] - $mv)
        for @points;

    my $slope = $tv / $tt;

    $rest += ($_->[1] - $mv - $slope * ($_->[0] - $mt)) ** 2 for @points;

    my $error = sqrt($rest / ($n - 2) / $tt);
    my $span = $points[-1][0] - $points[0][0];

    return { n => $n, mean => $mv, slope => $slope, error => $error,
        growth => $slope * $span, surely => ($slope - 2 * $error) * $span };
}


# A leak goes on; a heap that holds more than ever before keeps what it took,
# once. Since $from the slope has to be surely less than half of the one that
# was found in all; where there are too few samples to tell, it was a leak.

sub has_ended {
    my ($self, $name, $from, $all) = @_;
    my $last = $self->fit($name, $from) or return 0;

    return $last->{slope} + 2 * $last->{error} < $all->{slope} / 2;
}


1;
