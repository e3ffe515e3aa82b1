package EdgeTest::Swap;

# A file that is replaced while nginx reads it; see t/tools/swap.c.
#
#   my $swap = EdgeTest::Swap->new($dir, "$dir/file");
#   EdgeTest->start(env => { $swap->env }, ...);
#
# "$dir/file.1" takes its place before it is opened for the second time, then
# "$dir/file.2" before the fourth, and so on.

use strict;
use warnings;

use EdgeTest::Preload;


sub new {
    my ($class, $dir, $file) = @_;

    return bless { library => EdgeTest::Preload::build('swap', $dir),
        file => $file }, $class;
}


sub env {
    my ($self) = @_;

    return (EdgeTest::Preload::env($self->{library}),
        EDGE_SWAP_FILE => $self->{file});
}


1;
