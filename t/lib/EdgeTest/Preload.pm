package EdgeTest::Preload;

# A library of t/tools that is preloaded into one nginx.
#
#   my $library = EdgeTest::Preload::build('clock', $dir);
#   EdgeTest->start(env => { EdgeTest::Preload::env($library) }, ...);
#
# ASan wants its library before all others, and is told that it is well so.

use strict;
use warnings;


sub build {
    my ($name, $dir) = @_;
    my $cc = $ENV{CC} || 'cc';

    system("$cc -O1 -shared -fPIC t/tools/$name.c -o $dir/$name.so -ldl"
        . " 2>$dir/$name.cc") == 0
        or die "t/tools/$name.c:\n" . EdgeTest::slurp("$dir/$name.cc");

    return "$dir/$name.so";
}


sub env {
    my ($library) = @_;

    return (LD_PRELOAD => $library,
        ASAN_OPTIONS => ($ENV{ASAN_OPTIONS} ? "$ENV{ASAN_OPTIONS}:" : '')
            . 'verify_asan_link_order=0');
}


1;
