package Soak::Traffic;

# Clients: processes that do one kind of thing again and again until the end.
#
#   start(site, end, seed)      forks them all; their pids
#
# A kind is a module in Soak/Traffic with a function converse($site), one
# conversation, and PROCESSES, how many do it at a time.

use strict;
use warnings;

use POSIX ();
use Soak::Wire;
use Time::HiRes qw(sleep time);

use constant PAUSE => 0.25;

my @kinds = qw(Pages Slow Events Leaving Resumed Identity Policy Malformed
    Dictionary Multiplexed);


sub start {
    my ($site, $end, $seed) = @_;
    my @pids;

    for my $kind (@kinds) {
        require "Soak/Traffic/$kind.pm";
        my $class = "Soak::Traffic::$kind";

        push @pids, map { start_one($site, $end, $seed . $_, $class) }
            1 .. $class->PROCESSES;
        $seed += 100;
    }

    return @pids;
}


sub start_one {
    my ($site, $end, $seed, $class) = @_;
    my $pid = fork();
    die "fork: $!" if !defined $pid;

    return $pid if $pid;

    $SIG{$_} = 'DEFAULT' for qw(INT TERM);
    srand $seed;

    while (time < $end) {
        eval { $class->converse($site); 1 } or say_line('fault', "$class: $@");
        sleep rand 2 * PAUSE;
    }

    POSIX::_exit(0);
}


1;
