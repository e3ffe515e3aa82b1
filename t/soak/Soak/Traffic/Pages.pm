package Soak::Traffic::Pages;

# Browsers and programs over HTTP/1: files, files compressed beforehand, and
# responses of the origin, in all codings; HEAD, and pages that have not
# changed.

use strict;
use warnings;

use EdgeTest::Check;
use Soak::Origin;
use Soak::Request;

use constant PROCESSES => 3;

our @accept = ('zstd', 'br', 'gzip', 'gzip, deflate, br, zstd',
    'zstd;q=0.5, br;q=0.6', 'identity', 'br;q=0, *');


sub some_page {
    my ($size) = (any(100, 3000, 40_000, 300_000));
    my $n = 1 + int rand 6;

    return any([ "/$size.html", text($size) ],
        [ "/pre/$n.html", body_of(0, $n * 5000) ], [ some_path(20) ]);
}


sub converse {
    my ($class, $site) = @_;
    my $edge = int rand 2;
    my $c = connect_to($site->plain_port($edge)) or return;

    for (1 .. 1 + int rand 5) {
        my ($path, $text) = @{ some_page() };
        my $version = any('1.1', '1.1', '1.0');
        my @headers = ('Accept-Encoding: ' . any(@accept));
        my $r = tell($c, $edge, 'pages', $path, $text, version => $version,
            headers => \@headers) or last;
        my $etag = $r->line('ETag');

        # nginx leaves what an origin says of changes to the origin
        if ($version eq '1.1' && $etag && $path =~ /html$/ && rand() < 0.2) {
            tell($c, $edge, 'not modified', $path, '', status => 304,
                decode => sub { return $_[1] },
                headers => [ @headers, "If-None-Match: $etag" ]) or last;
        }

        if ($version eq '1.1' && rand() < 0.1) {
            tell($c, $edge, 'head', $path, '', method => 'HEAD',
                decode => sub { return $_[1] }, headers => \@headers) or last;
        }
    }

    $c->close;
}


1;
