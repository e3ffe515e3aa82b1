package Soak::Judge;

# The process that keeps the ledger: takes what is told, samples the edges, says
# a line a minute and, when the pipe is at its end, how it was.

use strict;
use warnings;

use EdgeTest;
use IO::Select;
use Soak::Flat;
use Soak::Ledger;
use Soak::Logs;
use Soak::Summary;
use Time::HiRes qw(time);

use constant SAMPLE => 5;


sub new {
    my ($class, $site, $in, $begin, $end) = @_;

    return bless { site => $site, in => $in, begin => $begin, end => $end,
        select => IO::Select->new($in), text => '', minute => 0,
        has_old => 0, ledger => Soak::Ledger->new, flat => Soak::Flat->new,
        logs => Soak::Logs->new($ENV{SOAK_REPORTS} || 'none',
            @{ $site->{edges} }) }, $class;
}


# run(): status, 0 when nothing was wrong

sub run {
    my ($self) = @_;
    my ($looked, $sampled, $open) = (0, 0, 1);

    while ($open) {
        $open = $self->take(1);

        if (time - $looked >= 1) {
            $looked = time;
            $self->look_for_old_workers;
        }

        if (time - $sampled >= SAMPLE && time < $self->{end}) {
            $sampled = time;
            $self->sample;
        }

        $self->tell_minute
            if time >= $self->{begin} + 60 * ($self->{minute} + 1)
            && time < $self->{end} + 1;
    }

    $self->read_logs;
    $self->{ledger}->judge('inf');

    return Soak::Summary::tell($self);
}


# take(seconds): lines that are there; false at the end of the pipe

sub take {
    my ($self, $wait) = @_;

    while ($self->{select}->can_read($wait)) {
        sysread $self->{in}, $self->{text}, 1 << 16, length $self->{text}
            or return 0;

        $self->{ledger}->take($1, time) while $self->{text} =~ s/^(.*)\n//;
        $wait = 0;
    }

    return 1;
}


# Since when, and until when, there are workers of earlier reloads

sub look_for_old_workers {
    my ($self) = @_;
    my $found = $self->{site}{edges}[0]->old_workers ? 1 : 0;

    return if $found == $self->{has_old};

    $self->{has_old} = $found;
    $self->{ledger}->span('lingering', $found ? 'begin' : 'end', time, 0);
}


# The master of the edge that is reloaded, and the workers of the other

sub sample {
    my ($self) = @_;
    my ($first, $second) = @{ $self->{site}{edges} };
    my @workers = $second->workers;

    $self->{flat}->sample_process('master that is reloaded', time,
        $first->{pid});
    $self->{flat}->sample_process('workers that stay', time, @workers)
        if @workers == 2;
}


sub read_logs {
    my ($self) = @_;
    my @lines = $self->{logs}->fresh;

    $self->take(0);
    $self->{ledger}->fault($_)
        for $self->{logs}->wrong($self->{ledger}, @lines);
}


sub tell_minute {
    my ($self) = @_;
    my $ledger = $self->{ledger};

    $self->read_logs;
    $ledger->judge(time - Soak::Ledger::LAG);
    $self->{minute}++;

    my $events = 0;
    $events += $_ for map { values %$_ } values %{ $ledger->{events} };
    my $lost = 0;
    $lost += $_ for values %{ $ledger->{lost} };

    printf "minute %d: %d requests judged, %d events, %d lost and explained, "
        . "%d faults; memory of workers %.1f MB\n", $self->{minute},
        $ledger->{total} || 0, $events, $lost, $ledger->{nfaults},
        ($self->{flat}{series}{'workers that stay, memory in KB'}[-1][1] || 0)
        / 1024;

    for (splice @{ $ledger->{faults} }) {
        print "  $_\n";
    }
}


1;
