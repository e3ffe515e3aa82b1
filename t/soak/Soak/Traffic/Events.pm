package Soak::Traffic::Events;

# Event streams: each event can be decoded from what has come, before the stream
# is at its end.

use strict;
use warnings;

use EdgeTest::Coding;
use Soak::Origin;
use Soak::Request;
use Soak::Wire;

use constant { PROCESSES => 2, COUNT => 40 };


sub converse {
    my ($class, $site) = @_;
    my $edge = int rand 2;
    my $c = connect_to($site->plain_port($edge)) or return;
    my $text = join '', map { event($_) } 1 .. COUNT;
    my $early = 0;

    my $read = sub {
        my ($client, $r) = @_;
        my ($body, $seen) = ('', '');

        # not coded if the origin is away, or there is no memory for encoders
        my $decoder = $r->coding ne 'identity'
            && EdgeTest::Coding->new($r->coding);

        while (defined(my $piece = $client->some)) {
            last if $piece eq '';
            $body .= $piece;
            $seen .= $decoder ? $decoder->feed($piece) : $piece;
            $early = 1 if !$client->{end} && index($seen, event(1)) == 0;
        }

        return $body;
    };

    my $r = tell($c, $edge, 'event streams', '/events/' . COUNT, $text,
        read => $read,
        headers => [ 'Accept-Encoding: ' . any(qw(zstd br gzip)) ]);

    say_line('fault', 'an event stream came all at once') if $r && !$early;
    $c->close;
}


1;
