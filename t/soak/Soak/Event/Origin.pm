package Soak::Event::Origin;

# The origin dies in the middle of what it sends, and comes back.

use strict;
use warnings;

use EdgeTest;
use Soak::Origin;
use Soak::Wire;
use Time::HiRes qw(sleep);


sub inject {
    my ($class, $site) = @_;

    say_line('outage', 'begin', now());
    $site->{origin}->stop;
    sleep rand 1.5;
    $site->{origin} = start_origin(EdgeTest->port(20), $site->{life});
    say_line('outage', 'end', now());

    return 'restarted';
}


1;
