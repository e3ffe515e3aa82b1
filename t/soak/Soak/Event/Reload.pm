package Soak::Event::Reload;

# SIGHUP for the first edge.

use strict;
use warnings;

use Soak::Wire;

use constant PATIENCE => 60;


sub inject {
    my ($class, $site) = @_;
    my $edge = $site->{edges}[0];

    say_line('reload', 'begin', now(), 0);
    my $done = $edge->reload(PATIENCE);
    say_line('reload', 'end', now(), 0);
    say_line('fault', 'a reload without new workers') if !$done;

    return 'done';
}


1;
