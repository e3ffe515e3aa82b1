# What the soak calls a fault (t/soak/Soak/Ledger.pm), and what it lets pass: it
# has to see a request that is lost for no reason beside many that have one.

use strict;
use warnings;

use lib 't/lib', 't/soak';
use Soak::Flat;
use Soak::Ledger;
use Soak::Summary;
use Test::More;

# What happens to the first edge, in seconds: a reload from 100 to 101, whose old
# workers are seen until 150, and a worker killed at 200, with two clients.
my @events = ([ qw(reload begin 100 0) ], [ qw(reload end 101 0) ],
    [ qw(kill 200 0 77), '4001,4002' ],
    [ qw(outage begin 300) ], [ qw(outage end 302) ]);

my %request = (start => 120, end => 130, edge => 0, proto => 'h3',
    kind => 'multiplexed', port => -1, worker => '', outcome => 'unanswered',
    detail => '/100.html: curl 55');


sub happened {
    my $ledger = Soak::Ledger->new;

    $ledger->take(join("\t", @$_), 0) for @events;
    $ledger->span('lingering', 'begin', 101, 0);
    $ledger->span('lingering', 'end', 150, 0);

    return $ledger;
}


sub line {
    my (%o) = (%request, @_);

    return join "\t", 'request', @o{qw(start end edge proto kind port worker
        outcome detail)};
}


# why(text, %request): what explains it, or "fault"

sub why {
    my ($expected, $text, @request) = @_;
    my $ledger = happened();

    $ledger->take(line(@request), 0);
    $ledger->judge('inf');

    my $why = $ledger->{nfaults} ? 'fault' : (keys %{ $ledger->{lost} })[0];

    is($why, $expected, "$text: $expected");
}


why('lingering', 'a handshake over HTTP/3 beside old workers');
why('lingering', 'one begun as they ended', start => 152, end => 162);
why('fault', 'one begun later', start => 154, end => 164);
why('fault', 'one before there were any', start => 80, end => 90);
why('fault', 'one on the edge that is never reloaded', edge => 1);
why('fault', 'one that ended, and no answer', port => 4000);
why('fault', 'a response cut short', outcome => 'cut');
why('fault', 'a response that is wrong', outcome => 'wrong');
why('fault', 'the same over HTTP/2', proto => 'h2');

why('quic', 'a reload meanwhile', start => 99, port => 4000);
why('goaway', 'a reload meanwhile', start => 99, proto => 'h2');
why('fault', 'a reload meanwhile', start => 99, proto => 'h1');
why('stalled', 'a minute of nothing', start => 400, end => 460, port => 4000,
    detail => '/100.html: curl 95: reset');

why('kill', 'a client of the worker killed', start => 199, end => 201,
    proto => 'h1', port => 4002, outcome => 'cut');
why('fault', 'a client of another', start => 199, end => 201, proto => 'h1',
    port => 4003, outcome => 'cut');

why('origin', 'the origin away', start => 301, end => 303, proto => 'h1',
    detail => '/up/1', outcome => 'cut');
why('fault', 'a file, the origin away', start => 301, end => 303,
    proto => 'h1', outcome => 'cut');


# few(n): whether n of a hundred handshakes over HTTP/3 may be lost

sub few {
    my ($n) = @_;
    my $ledger = happened();

    $ledger->take(line(outcome => 'whole'), 0) for $n + 1 .. 100;
    $ledger->take(line(), 0) for 1 .. $n;
    $ledger->{events}{reload}{done} = 1;
    $ledger->judge('inf');
    Soak::Summary::enough($ledger);

    return !$ledger->{nfaults};
}


ok(few(2), 'few handshakes may be lost');
ok(!few(3), 'and no more');


# A client revoked at 500, as all are told at 510

sub verdict {
    my ($observed, @when) = @_;
    my $ledger = happened();

    $ledger->take("change\tend\tcertificate of bob\t0\taccepted", 0);
    $ledger->take("change\tbegin\tcertificate of bob\t500\trefused", 0);
    $ledger->take("change\tend\tcertificate of bob\t510\trefused", 0);
    $ledger->take(join("\t", 'claim', @when, 0, 'h1 tls',
        'certificate of bob', 4000, $observed, ''), 0);
    $ledger->judge('inf');

    return $ledger->{nfaults} ? 'fault' : 'right';
}


is(verdict('accepted', 490, 491), 'right', 'accepted before it is revoked');
is(verdict('refused', 490, 491), 'fault', 'and not refused');
is(verdict($_, 504, 505), 'right', "$_ meanwhile") for qw(accepted refused);
is(verdict($_, 510, 510), 'right', "$_ in the millisecond that it ends")
    for qw(accepted refused);
is(verdict('refused', 511, 512), 'right', 'refused since');
is(verdict('accepted', 511, 512), 'fault', 'and not accepted');
is(verdict('closed', 511, 512), 'right', 'or closed');


# An hour, a sample each five seconds: so much, of which a tenth comes and goes
# with the requests of a moment, and what has grown until that minute.

sub hour {
    my ($name, $mean, $grown) = @_;
    my $flat = Soak::Flat->new;

    for (map { 5 * $_ } 0 .. 719) {
        my $moment = $mean / 10 * abs(sin($_ * 1.7));

        $flat->sample("it, $name", $_, $mean + $moment + $grown->($_ / 60));
    }

    my $said = '';
    open my $out, '>', \$said or die "open: $!";
    my $terminal = select $out;
    my $is_flat = Soak::Summary::tell_flat({ flat => $flat, begin => 0,
        end => 3600 });

    select $terminal;
    is($is_flat, $said !~ /NOT FLAT/ ? 1 : 0, 'as it says') or diag($said);

    return ($said =~ /: ([^:]*)\n\z/)[0];
}


sub memory { return hour('memory in KB', 20_000, @_) }


{
    local $ENV{EDGE_SANITIZER} = '';

    is(memory(sub { 0 }), 'flat', 'memory that does not grow');
    is(memory(sub { 200 * $_[0] }), 'NOT FLAT', 'a leak');
    is(memory(sub { 60 * $_[0] }), 'NOT FLAT', 'a slow one');
    is(memory(sub { 20 * $_[0] }), 'flat', 'less than what can be told');
    is(memory(sub { 500 * int($_[0] / 5) }), 'NOT FLAT', 'a leak in steps');
    is(memory(sub { $_[0] < 25 ? 0 : 60 * ($_[0] - 25) }), 'NOT FLAT',
        'a leak that begins late');
    is(memory(sub { $_[0] < 47 ? 0 : 300 * ($_[0] - 47) }), 'NOT FLAT',
        'later than that');
    is(memory(sub { $_[0] < 37 ? 0 : 2000 }), 'a step, and flat since',
        'a heap that took more, once');
    is(memory(sub { $_[0] < 37 ? 0 : 2000 + 60 * ($_[0] - 37) }), 'NOT FLAT',
        'and grows on');
    is(memory(sub { $_[0] < 55 ? 0 : 8000 }), 'NOT FLAT',
        'too late to know whether it does');

    is(hour('descriptors', 40, sub { 0 }), 'flat', 'descriptors');
    is(hour('descriptors', 40, sub { $_[0] / 5 }), 'NOT FLAT', 'that leak');
    is(hour('descriptors', 40, sub { $_[0] < 37 ? 0 : 20 }), 'NOT FLAT',
        'or are more, once');

    local $ENV{EDGE_SANITIZER} = 'yes';
    is(memory(sub { 200 * $_[0] }), 'not judged', 'memory under sanitizers');
}

done_testing();
