package Soak::Events;

# What happens to the edges, in an order that follows from the seed: each kind
# once in a round, a few seconds apart.
#
# A kind is a module in Soak/Event with a function inject($site), which returns
# in a word what became of it.

use strict;
use warnings;

use Soak::Wire;
use Time::HiRes qw(sleep time);

my @kinds = qw(Reload Policy Revocation Dictionary Kill Origin FullDisk Clock);

require "Soak/Event/$_.pm" for @kinds;


# run(site, end, seed): until then

sub run {
    my ($site, $end, $seed) = @_;

    for (my $round = 0; time < $end; $round++) {
        srand $seed + $round;

        # chance is drawn here, as what happens meanwhile takes its share
        my @order = map { [ $_, rand, 1 + rand 4, int rand 1 << 30 ] } @kinds;

        for (sort { $a->[1] <=> $b->[1] } @order) {
            my ($kind, undef, $pause, $chance) = @$_;

            sleep $pause;
            last if time >= $end;
            srand $chance;

            my $result = eval { "Soak::Event::$kind"->inject($site) };

            say_line('fault', "$kind: $@") if $@;
            say_line('event', now(), lc $kind, $result || 'failed');
        }
    }
}


1;
