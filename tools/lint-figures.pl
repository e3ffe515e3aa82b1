#!/usr/bin/perl

# lint-figures.pl: figures that README.md and docs/operations.md repeat are those
# of bench/results.md, to a fifth: measured anew, they have to be written anew.
# What differs goes to standard output, and the exit code is 1.

use strict;
use warnings;

my $results = slurp('bench/results.md');
my $wrong = 0;


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return scalar <$in>;
}


# memory(test, variant, column): the least and the most of all roots, in KB

sub memory {
    my ($test, $variant, $column) = @_;
    my @found;

    while ($results =~ /^### \w+: \Q$test\E.*?\n(.*?)(?=^#|\z)/gms) {
        my ($row) = $1 =~ /^\| \Q$variant\E \| *(\d.*)/m or next;

        push @found, (split / *\| */, $row)[$column];
    }

    @found = sort { $a <=> $b } @found;
    return @found[0, -1];
}


# cpu(size, variant): microseconds for a static file, in the first table

sub cpu {
    my ($size, $variant) = @_;
    my ($us) = $results =~ /^\| $size \| $variant \|[^|]*\|[^|]*\| *([\d.]+)/m;

    return ($us, $us);
}


# The figures of a text are near the least and the most that was measured.

sub compare {
    my ($what, $text, $least, $most) = @_;
    my @said = $text =~ /([\d.]+)/g;

    if (!defined $least) {
        print "$what: bench/results.md has no such figure\n";
        $wrong = 1;
        return;
    }

    return if @said && $said[0] > $least / 1.2 && $said[0] < $least * 1.2
        && $said[-1] > $most / 1.2 && $said[-1] < $most * 1.2;

    print "$what: \"$text\", but $least to $most in bench/results.md\n";
    $wrong = 1;
}


my $stalled = 'clients that stop reading';
my $idle = 'idle event streams';
my $readme = slurp('README.md');
my $guide = slurp('docs/operations.md') =~ s/\s+/ /gr;

for ([ 'client has stopped reading', $stalled ], [ 'stream that is idle', $idle ])
{
    my ($row) = $readme =~ /^\|[^|]*\Q$_->[0]\E \|(.*)/m;
    my @cells = split /\|/, $row // '';

    for my $variant (qw(gzip brotli peer ours)) {
        compare("README.md, $_->[1], $variant", shift @cells // '',
            memory($_->[1], $variant, 3));
    }
}

for ([ qr/stopped reading a large response, with about (\d+) MB/, $stalled, 'ours' ],
    [ qr/with about \d+ MB, of which (\d+) MB are there/, $stalled, 'identity' ],
    [ qr/idle event streams, with about (\d+) MB/, $idle, 'ours' ],
    [ qr/of which (\d+ to \d+) MB are there/, $idle, 'identity' ])
{
    compare("docs/operations.md, $_->[1], $_->[2]", $guide =~ $_->[0],
        memory($_->[1], $_->[2], 1));
}

for (qw(identity ours gzip)) {
    compare("docs/operations.md, 30 KB, $_",
        $guide =~ /of 30 KB\b[^.]*?(\d+) µs \($_\)/, cpu('30k', $_));
}

exit $wrong;
