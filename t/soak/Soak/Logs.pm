package Soak::Logs;

# What the edges log that no healthy run logs: [alert], [emerg], and reports of
# sanitizers. [crit] and [error] are counted by what they say.

use strict;
use warnings;


sub new {
    my ($class, $reports, @edges) = @_;

    return bless { reports => $reports, edges => \@edges, at => {},
        counts => {}, seen => {}, expected => {} }, $class;
}


# Lines that have come since the last time, each with its edge. What is expected
# was told before it was done: take it between this and wrong().

sub fresh {
    my ($self) = @_;
    my @lines;

    for my $n (0 .. $#{ $self->{edges} }) {
        for my $file (qw(error.log said)) {
            my $path = "$self->{edges}[$n]{root}/logs/$file";

            open my $in, '<:raw', $path or next;
            seek $in, $self->{at}{$path} || 0, 0;

            while (<$in>) {
                last if !/\n\z/;
                push @lines, "edge $n: $_";
                $self->{at}{$path} = tell $in;
            }

            close $in;
        }
    }

    return @lines;
}


# wrong(ledger, lines): those that nothing explains, and new reports

sub wrong {
    my ($self, $ledger, @lines) = @_;
    my @reports = grep { !$self->{seen}{$_}++ } glob "$self->{reports}*";

    return ((grep { $self->is_wrong($_, $ledger) } @lines),
        map { "report $_: " . substr EdgeTest::slurp($_), 0, 600 } @reports);
}


sub is_wrong {
    my ($self, $line, $ledger) = @_;

    if ($line =~ /AddressSanitizer|LeakSanitizer|runtime error:/) {
        return 1;
    }

    my ($level, $text) = $line =~ /\[(alert|emerg|crit|error)\] \S+ (.*)/
        or return;
    my ($pattern) = grep { $text =~ /$_/ } @{ $ledger->{expect} };

    if (defined $pattern) {
        my ($edge) = $line =~ /^(edge \d)/;

        $self->{expected}{"$edge: " . $pattern =~ s/\d+/N/gr}++;
        return;
    }

    $text =~ s/^\*\d+ //;
    $text =~ s/, client: .*//;
    $text =~ s/".*"/"..."/;
    $text =~ s/(?<![A-Za-z])\d+/N/g;
    $self->{counts}{"$level: $text"}++;

    return $level =~ /alert|emerg/;
}


1;
