package EdgeTest::Alloc;

# Makes one allocation of an nginx fail; see t/tools/alloc.c.
#
#   my $alloc = EdgeTest::Alloc->new("$dir/alloc");
#   EdgeTest->start(env => { $alloc->env }, ...);
#   my ($said, $failed) = $alloc->fail_at($n, $code);
#
# runs $code while the $n-th allocation from now on fails; $failed: it came to
# that, which $alloc->failed tells meanwhile. Files go with the object.
#
#   my $tried = $alloc->sweep($edge, $code, $check, stride => $stride);
#
# runs $code again and again, another allocation failing each time, until none is
# left to fail or a worker has died; $check->($said, $n) for each that failed.
# $tried: how many those were. With a stride not each is tried.

use strict;
use warnings;


sub new {
    my ($class, $path) = @_;
    my $cc = $ENV{CC} || 'cc';
    my $self = bless { path => $path, owner => $$, begin => 0 }, $class;

    system("$cc -O1 -shared -fPIC t/tools/alloc.c -o $path.so -ldl"
        . " 2>$path.cc") == 0
        or die "t/tools/alloc.c:\n" . EdgeTest::slurp("$path.cc");

    open my $out, '>:raw', $path or die "$path: $!";
    print $out pack 'Q<2', 0, 0;
    close $out or die "$path: $!";

    return $self;
}


sub env {
    my ($self) = @_;

    return (LD_PRELOAD => "$self->{path}.so", EDGE_ALLOC_FILE => $self->{path});
}


# In place: the file is mapped

sub set {
    my ($self, $n) = @_;

    open my $out, '+<:raw', $self->{path} or die "$self->{path}: $!";
    print $out pack 'Q<2', $n, 0;
    close $out or die "$self->{path}: $!";
}


sub fail_at {
    my ($self, $n, $code) = @_;

    $self->set($n);
    my $said = $code->();
    my $failed = $self->failed;
    $self->set(0);

    return ($said, $failed);
}


# how many have failed since

sub failed {
    my ($self) = @_;

    return (unpack 'Q<2', EdgeTest::slurp($self->{path}))[1];
}


# The end is where none failed three times on end: how many there are may differ
# by what came in one read, or by what a connection before left to be done.

sub sweep {
    my ($self, $edge, $code, $check, %o) = @_;
    my $workers = join(' ', $edge->workers) or return 0;
    my $stride = $o{stride} || 1;
    my $tried = 0;

    for (my ($n, $quiet) = (1 + $self->{begin}++ % $stride, 0); $quiet < 3;
        $n += $stride)
    {
        $o{before}->() if $o{before};

        my ($said, $failed) = $self->fail_at($n, $code);

        $quiet = $failed ? 0 : $quiet + 1;
        $tried += $failed;
        $check->($said, $n) if $failed;
        last if join(' ', $edge->workers) ne $workers;
    }

    return $tried;
}


sub DESTROY {
    my ($self) = @_;

    unlink glob "$self->{path}*" if $self->{owner} == $$;
}


1;
