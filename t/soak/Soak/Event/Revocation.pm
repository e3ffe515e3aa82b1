package Soak::Event::Revocation;

# Another list takes the place of the one that is read. From the moment both
# edges say that they have it, who is on it is refused and nobody else; half of
# the time a worker is killed meanwhile, who may be the one that reads.

use strict;
use warnings;

use Soak::Event::Kill;
use Soak::Site;
use Soak::Wire;
use Time::HiRes qw(sleep time);

# as long as it may take; mtls_crl_check is a second
use constant PATIENCE => 60;

my %revoked;


sub subject { return "certificate of $_[0]" }


sub loaded {
    my ($site) = @_;

    return map { scalar(() = $_->log =~ /revocation lists loaded/g) }
        @{ $site->{edges} };
}


# What is true before anything happens

sub begin {
    for (@Soak::Site::clients) {
        my $verdict = $_ eq 'bob' ? 'refused' : 'accepted';

        say_line('change', 'end', subject($_), 0, $verdict);
    }
}


sub swap {
    my ($site, $meanwhile) = @_;
    my %next = map { $_ => 1 } grep { rand() < 0.5 } qw(carol dave erin);
    my @changed = grep { !!$next{$_} ne !!$revoked{$_} } qw(carol dave erin);
    my %verdict = map { $_ => $next{$_} ? 'refused' : 'accepted' } @changed;
    my @before = loaded($site);
    my $start = time;

    say_line('change', 'begin', subject($_), now(), $verdict{$_}) for @changed;
    $site->revoke(sort keys %next);
    %revoked = %next;
    $meanwhile->() if $meanwhile;

    my $done = $site->{edges}[0]->wait_for(PATIENCE, sub {
        my @now = loaded($site);
        return $now[0] > $before[0] && $now[1] > $before[1];
    });

    say_line('fault', 'a list was not read in ' . PATIENCE . ' s') if !$done;
    return if !$done;

    # connections that were open are closed within the same turn of the worker
    say_line('change', 'end', subject($_), now(), $verdict{$_}) for @changed;

    return time - $start;
}


sub inject {
    my ($class, $site) = @_;
    my $with_kill = rand() < 0.5;
    my $took = swap($site, $with_kill ? sub {
        sleep rand 1.5;
        Soak::Event::Kill->inject($site);
    } : undef);

    return $with_kill ? 'swapped, a worker killed meanwhile' : 'swapped';
}


1;
