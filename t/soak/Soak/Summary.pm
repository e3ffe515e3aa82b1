package Soak::Summary;

# What a soak came to, and whether it may be called good.

use strict;
use warnings;

# A process that has grown by more than this, surely, is not flat: so many parts
# of a hundred of what it is, but not less than so much. A heap may do so once,
# if it is flat in the last quarter of the run.
my %limit = (
    'memory in KB' => { percent => 5, least => 1024, may_step => 1 },
    'descriptors' => { percent => 0, least => 4 },
);

# The first half of a run fills pools, caches and the heap; the other has to be
# long enough.
use constant MEASURED => 300;


sub tell {
    my ($judge) = @_;
    my $ledger = $judge->{ledger};

    print "\n";
    table('requests', 'asked', [ qw(asked whole left closed explained lost) ],
        $ledger->{counts});
    table('who was', '', [ qw(accepted refused closed wrong) ],
        $ledger->{claims});
    counts('lost, explained by', $ledger->{lost});
    counts($_, $ledger->{events}{$_}) for sort keys %{ $ledger->{events} };
    counts('expected in error.log', $judge->{logs}{expected});
    counts('also in error.log', $judge->{logs}{counts});

    my $is_flat = tell_flat($judge);

    enough($ledger);
    print "\nfaults:\n", map { "  $_\n" } @{ $ledger->{faults} }
        if @{ $ledger->{faults} };
    printf "\nsoak: %d requests, %d faults, %s\n", $ledger->{total} || 0,
        $ledger->{nfaults}, $is_flat ? 'nothing that grows' : 'NOT FLAT';

    return $ledger->{nfaults} || !$is_flat ? 1 : 0;
}


# A soak in which nothing was asked, or nothing happened, shows nothing.

sub enough {
    my ($ledger) = @_;

    for my $kind (sort keys %{ $ledger->{counts} }) {
        my $count = $ledger->{counts}{$kind};

        $ledger->fault("$kind: not one came whole")
            if !$count->{whole} && !$count->{left} && $kind !~ /repeated/;
    }

    my $over_h3 = $ledger->{counts}{'h3 multiplexed'}{asked} || 0;

    for my $why (sort keys %Soak::Ledger::ceiling) {
        my $most = 1 + $Soak::Ledger::ceiling{$why} / 100 * $over_h3;

        $ledger->fault("too many requests over HTTP/3 lost: $why")
            if ($ledger->{lost}{$why} || 0) > $most;
    }

    $ledger->fault('nothing was asked') if !$ledger->{total};
    $ledger->fault('nothing happened') if !%{ $ledger->{events} };
}


sub table {
    my ($title, undef, $columns, $rows) = @_;

    printf "%-28s" . ' %10s' x @$columns . "\n", $title, @$columns;
    printf "%-28s" . ' %10d' x @$columns . "\n", $_,
        map { $_ || 0 } @{ $rows->{$_} }{@$columns} for sort keys %$rows;
    print "\n";
}


sub counts {
    my ($title, $counts) = @_;

    return if !%{ $counts || {} };
    print "$title: ", join('; ', map { "$_ ($counts->{$_})" }
        sort keys %$counts), "\n";
}


sub tell_flat {
    my ($judge) = @_;
    my $flat = $judge->{flat};
    my $from = ($judge->{begin} + $judge->{end}) / 2;
    my $last = ($from + $judge->{end}) / 2;
    my $is_flat = 1;

    print "\n";

    if ($judge->{end} - $from < MEASURED) {
        print "memory and descriptors: not judged in so short a run\n";
        return 1;
    }

    for my $name ($flat->names) {
        my $fit = $flat->fit($name, $from);
        my ($what) = $name =~ /, (.*)/;
        my $limit = $limit{$what};

        if (!$fit) {
            print "$name: too few samples\n";
            next;
        }

        my $most = $limit->{percent} / 100 * $fit->{mean};
        $most = $limit->{least} if $most < $limit->{least};

        # sanitizers keep what was freed, and where: leaks are theirs to tell
        my $is_judged = !$ENV{EDGE_SANITIZER} || $what eq 'descriptors';
        my $verdict = !$is_judged ? 'not judged'
            : $fit->{surely} <= $most ? 'flat'
            : $limit->{may_step} && $flat->has_ended($name, $last, $fit)
            ? 'a step, and flat since'
            : 'NOT FLAT';

        printf "%s: mean %.0f, slope %+.2f (+-%.2f) a minute, growth %+.0f in "
            . "%d samples, limit %.0f: %s\n", $name, $fit->{mean},
            60 * $fit->{slope}, 120 * $fit->{error}, $fit->{growth}, $fit->{n},
            $most, $verdict;
        $is_flat = 0 if $verdict eq 'NOT FLAT';
    }

    return $is_flat;
}


1;
