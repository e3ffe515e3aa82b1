package EdgeTest::Clock;

# A wall clock that can be set, for one nginx; see t/tools/clock.c.
#
#   my $clock = EdgeTest::Clock->new($dir);
#   EdgeTest->start(env => { $clock->env }, ...);
#   $clock->set(-3600);       # an hour back from what it really is
#
# ASan wants its library before all others, and is told that it is well so.

use strict;
use warnings;


sub new {
    my ($class, $dir) = @_;
    my $cc = $ENV{CC} || 'cc';
    my $self = bless { library => "$dir/clock.so", file => "$dir/clock" },
        $class;

    system("$cc -O1 -shared -fPIC t/tools/clock.c -o $self->{library}"
        . " 2>$dir/clock.cc") == 0
        or die "t/tools/clock.c:\n" . EdgeTest::slurp("$dir/clock.cc");

    open my $out, '>:raw', $self->{file} or die "$self->{file}: $!";
    print $out pack 'q', 0;
    close $out or die "$self->{file}: $!";

    return $self;
}


sub env {
    my ($self) = @_;

    return (LD_PRELOAD => $self->{library}, EDGE_CLOCK_FILE => $self->{file},
        ASAN_OPTIONS => ($ENV{ASAN_OPTIONS} ? "$ENV{ASAN_OPTIONS}:" : '')
            . 'verify_asan_link_order=0');
}


# In place: the file is mapped

sub set {
    my ($self, $seconds) = @_;

    open my $out, '+<:raw', $self->{file} or die "$self->{file}: $!";
    print $out pack 'q', $seconds;
    close $out or die "$self->{file}: $!";
}


1;
