# An allocation of a request fails, one after the other: the response is right,
# cut, or an error, none is whole and wrong, and the worker lives. For every
# coding, with a dictionary, compressed beforehand, and from an upstream.  No
# encoder is kept, so that each response makes its own.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Alloc;
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(encode);
use EdgeTest::Dictionary;
use EdgeTest::Upstream;
use Test::More;

plan skip_all => 'ASan has allocators of its own' if $ENV{EDGE_SANITIZER};

my $alloc = EdgeTest::Alloc->new("$EdgeTest::ServRoot/alloc-$$");
my $page = dense(60_000);
my $dictionary = release(1, 60_000);
my $script = release(2, 70_000);

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn) = @_;

        $conn->start_chunked('Content-Type: text/html');

        for (my $at = 0; $at < length $page; $at += 10_000) {
            $conn->chunk(substr $page, $at, 10_000) or return;
        }

        $conn->last_chunk;
    });

my $edge = EdgeTest->start(env => { $alloc->env }, log_level => 'crit',
    files => { 'html/page.html' => $page, 'html/script.js' => $script,
        'dictionary.js' => $dictionary,
        map { ("html/before/page.html$_->[0]" => $_->[1]) } [ '', $page ],
            [ '.zst', encode('zstd', $page) ], [ '.br', encode('br', $page) ],
            [ '.gz', encode('gzip', $page) ] },
    http => <<'CONF');
    compression on;
    compression_types text/html application/javascript;
    compression_idle 50ms;
    compression_pool 0;
    proxy_http_version 1.1;

    server {
        listen %%PORT%%;
        root %%HTML%%;
        location /up/ { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location /before/ { compression_static on; }
        location /script.js {
            compression_dictionary %%ROOT%%/dictionary.js match=/*;
        }
    }
CONF

my $worker = join ' ', $edge->workers;


# what is wrong with a response, if anything

sub fault_of {
    my ($r, $text) = @_;

    return if $r->{end} eq 'cut' || $r->{status} >= 500;
    return why_not($r, $text, $r->coding) if $r->coding ne 'dcz';

    my ($body, $error) = undcz($r->{body}, $dictionary);

    return $error || ($body eq $text ? undef : 'another text');
}


# sweep(name, ask, text): allocations one after the other

sub sweep {
    my ($name, $ask, $text) = @_;
    my ($right, @wrong) = (0);

    is(fault_of($ask->(), $text), undef, "$name: right, when nothing fails");

    my $tried = $alloc->sweep($edge, $ask, sub {
        my ($r, $n) = @_;
        my $fault = fault_of($r, $text);

        push @wrong, "allocation $n: $fault" if defined $fault;
        $right++ if $r->{end} ne 'cut' && $r->{status} == 200;
    });

    is_deeply(\@wrong, [], "$name: $tried allocations failed, $right responses"
        . ' right, no other whole');
    cmp_ok($tried, '>', 0, "$name: there were some");
    is(join(' ', $edge->workers), $worker, "$name: the worker lives");
    is(fault_of($ask->(), $text), undef, "$name: right after that");
}


for my $coding (qw(zstd br gzip)) {
    my $accept = [ "Accept-Encoding: $coding" ];

    for my $path ('/page.html', '/up/page.html', '/before/page.html') {
        sweep("$coding, $path",
            sub { return get($path, headers => $accept) }, $page);
    }
}

sweep('dcz', sub { return get('/script.js', headers => [
    'Accept-Encoding: dcz', 'Available-Dictionary: '
    . available($dictionary) ]) }, $script);

unlike($edge->log, qr/exited on signal/, 'nothing died');

done_testing();
