package EdgeTest::Check;

# What suites assert about one response, in one line each.
#
#   text($n)                     $n bytes of text, different at every place
#   noise($n)                    $n bytes that do not compress, the same in
#                                every run
#   dense($n)                    $n letters that shrink to about half
#   sizes()                      sizes at which things meet their ends
#   is_coded($r, $text, $name, $coding)   whole, coded so (zstd when not
#                                given; with EdgeTest::Coding's dictionary),
#                                decodes to $text
#   is_plain($r, $text, $name)   whole, identity, equals $text
#   is_right($r, $text, $name)   either of them
#   costs_less($kb, $limit, $name)   memory; sanitizers have other measures

use strict;
use warnings;

use Exporter 'import';
use Test::More ();

use EdgeTest::Zstd ();

our @EXPORT = qw(text noise dense sizes is_coded is_plain is_right why_not
    costs_less);


{
    my $page = '';
    my $n = 0;

    sub text {
        my ($size) = @_;

        while (length $page < $size) {
            $n++;
            $page .= sprintf qq{<li class="item c%d"><a href="/p/%x">}
                . "entry %d of the list</a></li>\n", $n % 7, $n * 2654435761
                & 0xFFFFFFFF, $n;
        }

        return substr $page, 0, $size;
    }
}


{
    my $page = '';

    sub noise {
        my ($size) = @_;

        if (length $page < $size) {
            srand 2026;
            $page = pack 'N*', map { rand 4294967296 } 0 .. $size / 4;
        }

        return substr $page, 0, $size;
    }
}


sub dense { return substr unpack('H*', noise($_[0] / 2 + 1)), 0, $_[0] }


sub sizes {
    return (0, 1, 49, 50, 51, map({ ($_ - 1, $_, $_ + 1) }
        1024, 4096, 8192, 32768, 131072), 1 << 20);
}


# why_not(response, text, coding): undef when all is as it should be

sub why_not {
    my ($r, $text, $coding) = @_;
    my $got = $r->coding;
    my ($body, $error) = $r->{body};

    return "no response" if !$r->{status};
    return "status $r->{status}" if $r->{status} !~ /^[245]/;
    return "coding $got, not $coding" if $got ne $coding;
    return "end: $r->{end}" if $r->{end} =~ /^(?:cut|timeout)$/;

    ($body, $error) = decoded($got, $body) if $got ne 'identity';

    return "$got: $error" if defined $error;
    return difference($body, $text) if $body ne $text;
    return;
}


# What needs the library of Brotli is loaded where it is needed.

sub decoded {
    my ($coding, $body) = @_;

    return EdgeTest::Zstd::decode($body) if $coding eq 'zstd';

    require EdgeTest::Coding;
    return EdgeTest::Coding::decode($coding, $body);
}


sub difference {
    my ($got, $wanted) = @_;
    my ($at) = ("$got" ^ "$wanted") =~ /^(\0*)/;

    return sprintf '%d bytes, not %d, different from byte %d on: "%.40s"',
        length $got, length $wanted, length $at, substr $got, length $at;
}


sub costs_less {
    my ($kb, $limit, $name) = @_;

    return Test::More::pass("$name: not measured under a sanitizer")
        if $ENV{EDGE_SANITIZER};

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::note(sprintf '%s: %.1f KB of %d', $name, $kb, $limit);
    return Test::More::cmp_ok($kb, '<', $limit, $name);
}


sub is_whole {
    my ($r, $text, $coding, $name) = @_;
    my $why = why_not($r, $text, $coding);

    local $Test::Builder::Level = $Test::Builder::Level + 2;
    Test::More::ok(!defined $why, $name) or Test::More::diag($why);

    return !defined $why;
}


sub is_coded { return is_whole(@_[0, 1], $_[3] || 'zstd', $_[2]) }

sub is_plain { return is_whole(@_[0, 1], 'identity', $_[2]) }

sub is_right { return is_whole(@_[0, 1], $_[0]->coding, $_[2]) }


1;
