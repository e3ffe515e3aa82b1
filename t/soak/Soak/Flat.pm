package Soak::Flat;

# Memory and descriptors of processes that live as long as the soak, sampled,
# and the straight line that fits them best.
#
#   $flat->sample($name, $time, $value)
#   my $fit = $flat->fit($name, $from);     samples since then
#   $fit->{mean} $fit->{slope} a second, $fit->{error} of the slope,
#   $fit->{growth} over the time sampled, {surely} what it is at least

use strict;
use warnings;

use EdgeTest;


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


# Least squares. What it is surely: two standard errors below.

sub fit {
    my ($self, $name, $from) = @_;
    my @points = grep { $_->[0] >= $from } @{ $self->{series}{$name} };
    my $n = @points;

    return if $n < 10;

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


1;
