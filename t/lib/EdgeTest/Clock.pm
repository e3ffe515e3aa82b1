package EdgeTest::Clock;

# A wall clock that can be set, for one nginx; see t/tools/clock.c.
#
#   my $clock = EdgeTest::Clock->new($dir);
#   EdgeTest->start(env => { $clock->env }, ...);
#   $clock->set(-3600);       # an hour back from what it really is

use strict;
use warnings;

use EdgeTest::Preload;


sub new {
    my ($class, $dir) = @_;
    my $self = bless { library => EdgeTest::Preload::build('clock', $dir),
        file => "$dir/clock" }, $class;

    open my $out, '>:raw', $self->{file} or die "$self->{file}: $!";
    print $out pack 'q', 0;
    close $out or die "$self->{file}: $!";

    return $self;
}


sub env {
    my ($self) = @_;

    return (EdgeTest::Preload::env($self->{library}),
        EDGE_CLOCK_FILE => $self->{file});
}


# In place: the file is mapped

sub set {
    my ($self, $seconds) = @_;

    open my $out, '+<:raw', $self->{file} or die "$self->{file}: $!";
    print $out pack 'q', $seconds;
    close $out or die "$self->{file}: $!";
}


1;
