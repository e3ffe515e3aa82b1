package Soak::Event::Clock;

# The clock of the edges is set an hour, or a day, ahead or back; a list and a
# policy are changed meanwhile, and the clock is set right again.
#
# nginx frees the sessions of its cache from the oldest on and stops at one that
# has not expired. One that was made when it was tomorrow holds all others up,
# until the cache is full; nginx before 1.23.2 calls that an alert.

use strict;
use warnings;

use Soak::Event::Policy;
use Soak::Event::Revocation;
use Soak::Wire;
use Time::HiRes qw(sleep);


sub inject {
    my ($class, $site) = @_;
    my ($step, $what) = @{ (
        [ 3600, 'an hour ahead' ], [ -3600, 'an hour back' ],
        [ 86400, 'a day ahead' ], [ -86400, 'a day back' ])[ rand 4 ] };

    expect('could not allocate new session in SSL session shared cache "s"');
    $site->{clock}->set($step);
    sleep rand 2;
    Soak::Event::Revocation::swap($site);
    Soak::Event::Policy->inject($site);
    $site->{clock}->set(0);

    return $what;
}


1;
