package EdgeTest::Disk;

# A disk that can be full: a small tmpfs, in a mount namespace of the suite's
# own, that ends with it. To be used before EdgeTest, as the suite begins anew
# in that namespace.
#
#   small_disk($dir, '600k')     mounts it there; false: it cannot be done here,
#                                which takes root
#   fill_disk($dir, $free)       all of it but so many bytes, by $dir/fill

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(small_disk fill_disk);

# where / is no mount point, as in a chroot, it cannot be made private

BEGIN {
    if ($> == 0 && !$ENV{EDGE_UNSHARED}) {
        my ($how) = grep { `unshare $_ true 2>&1` eq '' } '-m',
            '-m --propagation unchanged';

        if ($how) {
            $ENV{EDGE_UNSHARED} = 1;
            exec 'unshare', split(/ /, $how), $^X, $0, @ARGV;
        }
    }
}


sub small_disk {
    my ($dir, $size) = @_;

    return if !$ENV{EDGE_UNSHARED}
        || system("mount -t tmpfs -o size=$size none $dir 2>/dev/null");

    return chmod 0777, $dir;
}


sub fill_disk {
    my ($dir, $free) = @_;

    system "dd if=/dev/zero of=$dir/fill bs=4k 2>/dev/null";

    if ($free) {
        truncate "$dir/fill", (-s "$dir/fill") - $free or die "$dir/fill: $!";
    }
}


1;
