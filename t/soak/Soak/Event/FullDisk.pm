package Soak::Event::FullDisk;

# The disk of the store and of the list is full for some seconds: a change of
# a policy is made or refused, nothing between; a list that was cut short leaves
# the one before in force.

use strict;
use warnings;

use EdgeTest;
use Soak::Event::Policy;
use Soak::Event::Revocation;
use Soak::Wire;
use Time::HiRes qw(sleep);


sub fill {
    my ($path) = @_;

    open my $out, '>:raw', $path or return;
    1 while syswrite $out, "\0" x 65536;
    1 while syswrite $out, "\0" x 512;
    close $out;
}


sub cut_list {
    my ($site) = @_;
    my $path = "$site->{dir}/disk/ca.crl";
    my $list = EdgeTest::slurp($path);

    unlink $path;

    open my $out, '>:raw', $path or return;
    syswrite $out, substr $list, 0, length($list) / 2;
    close $out;
}


sub inject {
    my ($class, $site) = @_;
    my $disk = "$site->{dir}/disk";

    return 'no disk of our own to fill' if !$site->{has_disk};

    expect('revocation list "[^"]*/disk/ca.crl" ',
        'policy store .*(?:No space|not written|MDB_)',
        '"[^"]*/disk/[^"]*" .*No space left');
    fill("$disk/filler");
    cut_list($site);

    my $status = Soak::Event::Policy::set($site, rand() < 0.5 ? '1.2' : '1.3');

    say_line('fault', "PUT on a full disk: $status")
        if $status !~ /^(?:200|5\d\d)$/;
    sleep 1 + rand 2;
    unlink "$disk/filler";

    Soak::Event::Policy->inject($site);
    Soak::Event::Revocation::swap($site);

    return "PUT answered $status";
}


1;
