package EdgeTest::Dictionary;

# RFC 9842 by hand: what a client says of its dictionary, and bodies of dcz
# and dcb decoded with it.
#
#   headers($dictionary, @more)     Accept-Encoding and Available-Dictionary
#   available($dictionary)          ":base64 of SHA-256:"
#   undcz($bytes, $dictionary)      (text, error): the header compared, the
#                                   rest decoded by libzstd
#   undcb($bytes, $dictionary)      the same by the program brotli (1.1)
#   release($n, $size)              two releases of one script are alike
#   has_dcb($edge_conf_check)       does the module know dcb?

use strict;
use warnings;

use Digest::SHA qw(sha256 sha256_base64);
use Exporter 'import';

use EdgeTest ();
use EdgeTest::Zstd ();

our @EXPORT = qw(headers available undcz undcb release has_dcb);

my $serial = 0;


sub available { return ':' . sha256_base64($_[0]) . '=:' }


sub headers {
    my ($dictionary, @more) = @_;

    return [ 'Accept-Encoding: gzip, br, zstd, dcb, dcz',
        'Available-Dictionary: ' . available($dictionary), @more ];
}


sub headed {
    my ($magic, $bytes, $dictionary) = @_;
    my $header = $magic . sha256($dictionary);

    return substr($bytes, 0, length $header) eq $header
        ? substr($bytes, length $header) : undef;
}


sub undcz {
    my ($bytes, $dictionary) = @_;
    my $rest = headed("\x5e\x2a\x4d\x18\x20\0\0\0", $bytes, $dictionary);

    return (undef, 'no header of dcz') if !defined $rest;
    return EdgeTest::Zstd::decode($rest, dictionary => $dictionary);
}


sub undcb {
    my ($bytes, $dictionary) = @_;
    my $rest = headed("\xff\x44\x43\x42", $bytes, $dictionary);

    return (undef, 'no header of dcb') if !defined $rest;

    my $at = "$EdgeTest::ServRoot/dcb-$$-" . ++$serial;

    for ([ "$at.br" => $rest ], [ "$at.dictionary" => $dictionary ]) {
        open my $out, '>:raw', $_->[0] or die "$_->[0]: $!";
        print $out $_->[1];
        close $out;
    }

    my $failed = system "brotli -d -c -D $at.dictionary $at.br >$at.out"
        . " 2>$at.said";
    my $text = EdgeTest::slurp("$at.out");
    my $said = EdgeTest::slurp("$at.said");

    unlink map { "$at.$_" } qw(br dictionary out said);
    return ($text, $failed ? "brotli: $said" : '');
}


sub release {
    my ($n, $size) = @_;
    my ($text, $line) = ('', 0);

    while (length $text < $size) {
        $line++;

        # one line in fifty is another in each release
        my $seed = $line * 2654435761 % 4294967296;
        $seed ^= $n * 40503 if $line % 50 == 0;

        $text .= sprintf "function f%x(a,b){return g%d(a,%d)+'%x'};\n",
            $seed, $seed % 911, $seed % 10007, $seed * 31 % 1048573;
    }

    return substr $text, 0, $size;
}


sub has_dcb {
    my ($code) = EdgeTest->check_conf(files => { dictionary => 'x' x 100 },
        http => 'compression_dictionary %%ROOT%%/dictionary match=/* dcb=5;');

    return $code == 0;
}


1;
