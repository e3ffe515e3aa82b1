# The library, or the memory under it, fails: a response is right, or it is
# cut; none is whole and wrong, and the worker lives.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Upstream;
use Test::More;

my $accept = ['Accept-Encoding: zstd'];
my $cc = $ENV{CC} || 'cc';
my $preload = "$EdgeTest::ServRoot/fault-$$.so";
my $fault = "$EdgeTest::ServRoot/fault-$$";

system("$cc -O1 -shared -fPIC t/tools/fault.c -o $preload -ldl 2>$fault.cc")
    == 0 or die "t/tools/fault.c:\n" . EdgeTest::slurp("$fault.cc");

END { unlink map { $_ || () } $preload, glob "$fault*" if $fault }

my $big = dense(3 << 20);

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($size) = $request->{path} =~ m{(\d+)};

        $conn->start_chunked('Content-Type: text/html');

        for (my $at = 0; $at < $size; $at += 10_000) {
            $conn->chunk(substr $big, $at, $at + 10_000 > $size
                ? $size - $at : 10_000) or return;
        }

        $conn->last_chunk;
    });

my @sizes = (100, 5000, 200_000, 3 << 20);

# an nginx built with ASan wants its own library first
my $asan = ($ENV{ASAN_OPTIONS} ? "$ENV{ASAN_OPTIONS}:" : '')
    . 'verify_asan_link_order=0';

my $edge = EdgeTest->start(
    env => { LD_PRELOAD => $preload, EDGE_FAULT_FILE => $fault,
        ASAN_OPTIONS => $asan },
    files => { map { ("html/$_.html" => substr $big, 0, $_) } @sizes },
    http => <<'CONF');
    compression on;
    compression_idle 100ms;
    compression_pool 2;

    server {
        listen %%PORT%%;
        root %%HTML%%;
        add_header X-Reason $compression_reason;
        proxy_http_version 1.1;

        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location /unbuffered/ {
            proxy_pass http://127.0.0.1:%%PORT1%%; proxy_buffering off;
        }
        location /level9/ {
            alias %%HTML%%/; compression_level 9;
            compression_buffers 2 4k;
        }
        location /ssi/ { alias %%HTML%%/; ssi on; }
    }
CONF

my ($worker) = $edge->workers;
my @paths = map { ("/$_.html", "/up/$_", "/unbuffered/$_",
    "/level9/$_.html", "/ssi/$_.html") } @sizes;


sub set_fault {
    unlink "$fault.log";
    $edge->write_file($fault, $_[0]);
}


sub faults { return scalar(() = EdgeTest::slurp("$fault.log") =~ /\n/g) }


sub is_well {
    set_fault('none 0');

    is(($edge->workers)[0], $worker, 'the worker lives');

    for my $path (@paths) {
        my ($size) = $path =~ m{(\d+)(?:\.html)?$};
        is_coded(get($path, headers => $accept), substr($big, 0, $size),
            "$path: as if nothing had been");
    }
}


# under(fault, must be right): every path while it is in force

sub under {
    my ($what, $must) = @_;

    set_fault($what);

    for my $path (@paths) {
        my ($size) = $path =~ m{(\d+)(?:\.html)?$};
        my $text = substr $big, 0, $size;
        my $r = get($path, headers => $accept);

        if ($must) {
            is_right($r, $text, "$path: right") or diag($what);
            next;
        }

        my $why = why_not($r, $text, $r->coding);
        ok(!defined $why || $r->{end} eq 'cut' || $r->{status} == 500,
            "$path: right, or an error") or diag("$what: $why");
    }

    cmp_ok(faults(), '>', 0, 'it did fail');
}


subtest 'nothing fails' => sub { is_well() };

for my $fault ('create 1', 'create 2', "memory 65536", "memory 1000000") {
    subtest $fault => sub {
        ok($edge->reload, 'a worker with an empty pool');
        $edge->wait_for(5, sub { !$edge->old_workers });
        ($worker) = $edge->workers;

        under($fault, 1);
        is_well();
    };
}

for my $fault ('parameter 1', 'parameter 5', 'compress 1', 'compress 2',
    'compress 3', 'compress 7', 'compress 50')
{
    subtest $fault => sub {
        ok($edge->reload, 'a worker with an empty pool');
        $edge->wait_for(5, sub { !$edge->old_workers });
        ($worker) = $edge->workers;

        SKIP: {
            set_fault($fault);
            get($paths[0], headers => $accept);
            get($paths[-1], headers => $accept);
            skip 'the module makes no such call', 1
                if $fault =~ /^parameter/ && !faults();

            under($fault, 0);
        }

        is_well();
    };
}

unlike($edge->log, qr/exited on signal/, 'no worker died');
is_deeply([ grep { !/zstd|memory|compress/i } $edge->complaints ], [],
    'nothing else to complain of');

done_testing();
