# soak.pl: two edges under mixed traffic while things happen to them; called by
# tools/soak.sh. A line a minute, a summary, and status 1 if there was a fault.
#
#   SOAK_MINUTES    60
#   SOAK_SEED       repeats the order of events and what clients ask for, as far
#                   as the clock allows
#
# This process does what happens to the edges (Soak::Events); one child keeps
# the ledger and judges; others are clients (Soak::Traffic).

use strict;
use warnings;

use lib 't/lib', 't/soak';
use EdgeTest;
use POSIX ();
use Soak::Events;
use Soak::Judge;
use Soak::Site;
use Soak::Traffic;
use Soak::Wire;
use Time::HiRes qw(time);

# what clients still have in hand at the end
use constant GRACE => 150;

my $minutes = $ENV{SOAK_MINUTES} || 60;
my $seed = $ENV{SOAK_SEED} || int(time) % 1_000_000;
my $life = 60 * $minutes + 4 * GRACE;

$| = 1;
$ENV{EDGE_TEST_SECONDS} = $life;
$SIG{PIPE} = 'IGNORE';
$SIG{INT} = $SIG{TERM} = sub { exit 2 };

my $in = open_wire();
my $site = Soak::Site->new(life => $life);

print "soak: $minutes minutes, seed $seed (SOAK_SEED=$seed repeats it), nginx/",
    `$EdgeTest::Binary -v 2>&1` =~ m{/([\d.]+)},
    $ENV{EDGE_SANITIZER} ? ' with sanitizers' : '',
    ', HTTP/1.1 and 2', $site->{has_h3} ? ' and 3' : '',
    $site->{has_disk} ? '' : ', without a full disk: no tmpfs can be mounted',
    "\n";

my $begin = time;
my $end = $begin + 60 * $minutes;

my $judge = fork();
die "fork: $!" if !defined $judge;

if ($judge == 0) {
    $SIG{$_} = 'DEFAULT' for qw(INT TERM);
    close_wire();
    POSIX::_exit(Soak::Judge->new($site, $in, $begin, $end)->run);
}

Soak::Event::Revocation::begin();
say_line('change', 'end', 'policy of strict.test', 0, 'refused');
Soak::Event::Policy::set($site, '1.2');

my @clients = Soak::Traffic::start($site, $end, $seed);

END {
    my $status = $?;
    kill 'TERM', grep { $_ } @clients, $judge if $judge;
    $? = $status;
}

Soak::Events::run($site, $end, $seed);

waitpid $_, 0 for splice @clients;
$site->stop;

# the end of the pipe is the end of the ledger
close_wire();
waitpid $judge, 0;
my $status = $?;
$judge = 0;

exit($status ? 1 : 0);
