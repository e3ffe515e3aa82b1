package Soak::Event::Kill;

# SIGKILL for a worker of the first edge. It is stopped before, so that the
# connections it has can be told: these may be lost, and no others.

use strict;
use warnings;

use EdgeTest;
use Soak::Wire;

use constant PATIENCE => 60;


# ports of the clients of a process, by its sockets

sub clients_of {
    my ($pid) = @_;
    my %inode = map { (readlink($_) || '') =~ /^socket:\[(\d+)\]/ ? ($1, 1)
        : () } glob "/proc/$pid/fd/*";
    my @ports;

    for (split /\n/, EdgeTest::slurp("/proc/$pid/net/tcp")) {
        # local and remote address, ..., inode; a blank goes before
        my ($remote, $inode) = (split)[2, 9];
        next if !defined $inode || $remote !~ /:(\w{4})\z/;

        push @ports, hex $1 if $inode{$inode};
    }

    return @ports;
}


# Stopped is what a process is when the kernel says so

sub is_stopped {
    my ($pid) = @_;

    return EdgeTest::slurp("/proc/$pid/stat") =~ /\) T /;
}


sub kill_worker {
    my ($edge) = @_;
    my @workers = $edge->workers;
    my $pid = $workers[ rand @workers ] or return;

    kill 'STOP', $pid;
    $edge->wait_for(PATIENCE, sub { is_stopped($pid) });

    expect("^worker process $pid exited on signal 9\$",
        "^shared memory zone \"\\w+\" was locked by $pid\$");
    say_line('kill', now(), 0, $pid, join ',', clients_of($pid));
    kill 'KILL', $pid;

    return $edge->wait_for(PATIENCE, sub {
        my @now = $edge->workers;
        return @now == @workers && !grep { $_ == $pid } @now;
    });
}


sub inject {
    my ($class, $site) = @_;

    kill_worker($site->{edges}[0])
        or say_line('fault', 'no worker in the place of the one killed');

    return 'killed';
}


1;
