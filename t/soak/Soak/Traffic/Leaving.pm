package Soak::Traffic::Leaving;

# Clients that leave in the middle of a request, or of a response.

use strict;
use warnings;

use Socket qw(SOL_SOCKET SO_LINGER);
use Soak::Origin;
use Soak::Request;
use Soak::Wire;

use constant PROCESSES => 1;


sub converse {
    my ($class, $site) = @_;
    my $edge = int rand 2;
    my $c = connect_to($site->plain_port($edge), rcvbuf => 4096) or return;
    my %line = (start => now(), edge => $edge, kind => 'aborted',
        port => $c->{socket}->sockport, outcome => 'left');
    my ($path) = @{ [ some_path(20) ] };

    if (rand() < 0.2) {
        $c->send("GET $path HTTP/1.1\r\nHost: e");

    } else {
        $c->ask($path, headers => [ 'Accept-Encoding: '
            . any(qw(zstd br gzip)) ]);
        $c->head if rand() < 0.8;
        $c->some(1000) if rand() < 0.5;
    }

    # by a reset, half of them
    setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0
        if rand() < 0.5;

    report(%line);
    $c->close;
}


1;
