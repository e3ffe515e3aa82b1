package Soak::Traffic::Slow;

# Clients behind a thin line: a small window, and pauses longer than encoders
# wait. They read to the end.

use strict;
use warnings;

use Soak::Origin;
use Soak::Request;
use Time::HiRes qw(sleep);

use constant { PROCESSES => 2, SIZE => 600_000 };


sub read_slowly {
    my ($c) = @_;
    my ($body, $pauses) = ('', 0);

    while (defined(my $piece = $c->some(any(1000, 20_000)))) {
        last if $piece eq '';
        $body .= $piece;
        sleep rand 0.5 if $pauses < 20 && rand() < 0.2 && ++$pauses;
        $c->hurry if $pauses == 20;
    }

    return $body;
}


sub converse {
    my ($class, $site) = @_;
    my $edge = int rand 2;
    my $kind = int rand 3;
    my $c = connect_to($site->plain_port($edge), rcvbuf => 4096) or return;

    tell($c, $edge, 'slow readers', any('/up', '/raw') . "/$kind/"
        . SIZE . '/chunked', body_of($kind, SIZE),
        read => \&read_slowly,
        headers => [ 'Accept-Encoding: ' . any(qw(zstd br gzip)) ]);
    $c->close;
}


1;
