# Configurations that are read again and again: what the master gave back of
# the last one is what the next one takes.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter', 'mtls', 'ecg';
use EdgeTest::Check;
use EdgeTest::Pki;
use Test::More;

# Until the allocator has settled, and in all. Pieces of the heap make steps of
# one to three megabytes; a dictionary kept at each reload would come to six.
use constant { SETTLED => 20, RELOADS => 120, LIMIT_KB => 4500 };

plan skip_all => 'sanitizers keep what was freed' if $ENV{EDGE_SANITIZER};

my $dir = "$EdgeTest::ServRoot/reload-memory-$$";
my $pki = EdgeTest::Pki->new($dir);

$pki->ca('ca', '/CN=CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->list('ca', 'ca.crl', number => 1, entries => [ map { [$_] } 1 .. 999 ]);
$pki->write('dictionary.js', text(60_000));

my $edge = EdgeTest->start(http => <<"C");
    compression on;
    compression_rule type=image/svg+xml br level=br=5;
    ssl_certificate $dir/server.crt;
    ssl_certificate_key $dir/server.key;
    ssl_client_certificate $dir/ca.crt;
    ssl_verify_client optional;
    ssl_session_cache shared:s:1m;
    mtls_resumption revalidated;
    mtls_headers cf;
    mtls_crl $dir/ca.crl;
    mtls_crl_zone 4m;
    ecg_store $dir/policy.db map_size=3m;
    ecg_policy strict.test min_tls=1.3;
    server {
        listen %%PORT%% ssl;
        server_name localhost;
        compression_dictionary $dir/dictionary.js match=/*;
    }
C


sub median { return (sort { $a <=> $b } @_)[ @_ / 2 ] }


my @size;

for (1 .. RELOADS) {
    $edge->reload or last;
    push @size, $edge->rss_kb($edge->{pid}) if $_ > SETTLED;
}

is(@size, RELOADS - SETTLED, 'reloaded as often as meant');

my $first = median(@size[0 .. 9]);
my $last = median(@size[-10 .. -1]);

note($last - $first, ' KB of ', LIMIT_KB);
cmp_ok($last - $first, '<', LIMIT_KB, 'the master does not grow')
    or diag("KB after each: @size");

$edge->stop;
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
