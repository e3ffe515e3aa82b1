package Soak::Event::Dictionary;

# Another release takes the place of the dictionary, and the first edge reads
# it; the second one keeps the first release.

use strict;
use warnings;

use Soak::Event::Reload;


sub inject {
    my ($class, $site) = @_;

    $site->make_dictionary;
    Soak::Event::Reload->inject($site);

    return 'rotated';
}


1;
