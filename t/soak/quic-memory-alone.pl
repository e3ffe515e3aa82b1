#!/usr/bin/perl
# quic-memory-alone.pl: how often a worker of nginx without any module of ours
# dies when an allocation of a handshake over QUIC fails: of each 7th, or each
# EDGE_ALLOC_STRIDE-th. It takes nginx and curl with HTTP/3, as Debian 13 and
# later have, and some minutes:
#
#   tools/in-root trixie perl -It/lib t/soak/quic-memory-alone.pl

use strict;
use warnings;

use EdgeTest;
use EdgeTest::Alloc;
use EdgeTest::Hello qw(certificate);
use EdgeTest::Http3;

die "nginx or curl without HTTP/3\n" if !EdgeTest::Http3::is_there();

@EdgeTest::Load = ();

my $alloc = EdgeTest::Alloc->new("$EdgeTest::ServRoot/alloc-$$");
my ($cert, $key) = certificate($EdgeTest::ServRoot, 'localhost');
my $stride = $ENV{EDGE_ALLOC_STRIDE} || 7;


# how many failed, and how many workers died of it

sub sweep {
    my ($failed, $died) = (0, 0);
    my $edge = EdgeTest->start(env => { $alloc->env, @_ }, http => <<"    END");
        ssl_certificate $cert;
        ssl_certificate_key $key;
        server { listen %%PORT%% quic; return 200; }
    END

    for (my ($n, $quiet) = (1, 0); $quiet < 3; $n += $stride) {
        my ($worker) = $edge->wait_for(60, sub { ($edge->workers)[0] });
        my (undef, $hit) = $alloc->fail_at($n, sub {
            EdgeTest::Http3::get('/', seconds => 3);
        });

        $quiet = $hit ? 0 : $quiet + 1;
        $failed += $hit;
        $died++ if kill(0, $worker) == 0;
    }

    $edge->stop;

    return "$failed failed, $died workers died\n";
}


print `$EdgeTest::Binary -v 2>&1`;
print 'with what alloc.c leaves out: ', sweep(EDGE_ALLOC_ALL => 1);
print 'without: ', sweep();
