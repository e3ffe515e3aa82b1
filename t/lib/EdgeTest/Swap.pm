package EdgeTest::Swap;

# A file that is replaced while nginx reads it; see t/tools/swap.c.
#
#   my $swap = EdgeTest::Swap->new($dir, "$dir/file");
#   EdgeTest->start(env => { $swap->env }, ...);
#
# "$dir/file.1" takes its place before it is opened for the second time, then
# "$dir/file.2" before the fourth, and so on.
#
# ASan wants its library before all others, and is told that it is well so.

use strict;
use warnings;


sub new {
    my ($class, $dir, $file) = @_;
    my $cc = $ENV{CC} || 'cc';
    my $self = bless { library => "$dir/swap.so", file => $file }, $class;

    system("$cc -O1 -shared -fPIC t/tools/swap.c -o $self->{library} -ldl"
        . " 2>$dir/swap.cc") == 0
        or die "t/tools/swap.c:\n" . EdgeTest::slurp("$dir/swap.cc");

    return $self;
}


sub env {
    my ($self) = @_;

    return (LD_PRELOAD => $self->{library}, EDGE_SWAP_FILE => $self->{file},
        ASAN_OPTIONS => ($ENV{ASAN_OPTIONS} ? "$ENV{ASAN_OPTIONS}:" : '')
            . 'verify_asan_link_order=0');
}


1;
