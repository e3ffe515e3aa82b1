package Soak::Traffic::Dictionary;

# Clients that say that they have a dictionary: the one of today, one that was
# replaced, or one to come.

use strict;
use warnings;

use EdgeTest::Check;
use EdgeTest::Dictionary;
use Soak::Request;

use constant PROCESSES => 1;

my $page = release(99, 70_000);
my %known;


sub converse {
    my ($class, $site) = @_;
    my $edge = int rand 2;

    # releases come along as the soak goes on
    my $n = 1 + int rand(rand() < 0.5 ? 2 : 12);
    my $dictionary = $known{$n} ||= release($n, 60_000);
    my $c = connect_to($site->plain_port($edge)) or return;

    tell($c, $edge, 'dictionaries', '/dictionary/page.js', $page,
        headers => headers($dictionary), decode => sub {
            my ($coding, $bytes) = @_;

            # there was no memory for an encoder
            return $bytes if $coding eq 'identity';
            return undcz($bytes, $dictionary) if $coding eq 'dcz';
            return undcb($bytes, $dictionary) if $coding eq 'dcb';
            return EdgeTest::Check::decoded($coding, $bytes);
        });
    $c->close;
}


1;
