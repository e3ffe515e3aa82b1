# ecg_api: requests at random. Whatever comes, there is an answer with a status
# that fits; what is refused stores nothing, what is taken is what was said.
# EDGE_FUZZ_SEED repeats a run, EDGE_FUZZ_REQUESTS makes it longer.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Client;
use JSON;
use Test::More;

my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';

plan skip_all => "no $command" if !-x $command;

my $requests = $ENV{EDGE_FUZZ_REQUESTS} || 400;
my $seed = $ENV{EDGE_FUZZ_SEED} || 20;
my $db;

srand $seed;

my $edge = EdgeTest->start(http => <<'C');
    client_max_body_size 64k;
    ecg_store %%ROOT%%/policy.db map_size=16m;

    server { listen %%PORT%%; location /edge/ { ecg_api write; } }
C

$db = "$edge->{root}/policy.db";

my @workers = $edge->workers;
my @settings = qw(min_tls min_tls_version max_tls ciphers ciphersuites groups
    sigalgs http2 resumption action preset tls);
my @values = ('"1.2"', '"1.3"', '"1.0"', '"off"', 'true', 'false', 'null', '1.3',
    '["X25519","P-256"]', '["X25519",3]', '[]', '{}', '"modern"', '"reject"',
    '"\u0000"', '"' . 'A' x 3000 . '"', '"ECDHE-ECDSA-AES128-GCM-SHA256"');
my @hosts = ('a.test', '*.w.test', 'default', 'no-sni', 'B.Test.', '*', '*.',
    'a..b', '%00', '%2e%2e', '..', 'a%20b', 'x' x 64, 'a' x 63 . '.t', "\xc3\xa9",
    join('.', ('a' x 62) x 4), '1.2.3.4', '[::1]', '%zz', '');


sub one_of { return $_[rand @_] }


sub setting_body {
    return '{"' . one_of(('value') x 9, 'valeu') . '":' . one_of(@values) . '}';
}


# lines of records, few of them not quite

my @good = ('"min_tls":"1.2"', '"max_tls":"1.3"', '"http2":true',
    '"groups":["X25519","P-256"]', '"preset":"intermediate"');

sub setting {
    return rand() < 0.98 ? one_of(@good)
        : '"' . one_of(@settings) . '":' . one_of(@values);
}


sub bulk_body {
    my $text = '';

    for (1 .. 1 + rand 30) {
        my %settings = map { setting() => 1 } 1 .. 1 + rand 2;

        $text .= sprintf '{"%s":"%s","settings":{%s}}%s',
            one_of(('hostname') x 100, 'host'),
            one_of('*.w.test', 'default', map { "h$_.test" } 1 .. 60),
            join(',', keys %settings),
            one_of(("\n") x 100, "\r\n", "\n\n", ' ', ',', "\0");
    }

    return $text;
}


sub path {
    my $kind = int rand 6;

    return '/edge/hostnames/settings/bulk' if $kind == 0;
    return '/edge/explain/' . one_of(@hosts) . one_of('', '?versions=1.2',
        '?versions=' . '1.3,' x 300, '?versions=%31.2') if $kind == 1;
    return '/edge/hostnames/settings/' . one_of(@settings) . '?limit='
        . one_of(1, 0, -1, 2 ** 32, 'x', '', 9 x 30, 1000) . '&after='
        . one_of(@hosts) if $kind == 2;
    return '/edge/' . one_of('', 'hostnames', 'hostnames/settings/', '//', '%2f',
        'explain', 'hostnames/settings/min_tls/a.test/b') if $kind == 3;
    return '/edge/hostnames/settings/' . one_of(@settings) . '/'
        . one_of(@hosts);
}


# some bytes of a text changed, taken away or doubled

sub mutate {
    my ($text) = @_;

    for (1 .. rand 4) {
        my $at = int rand(1 + length $text);

        substr($text, $at, rand 3) = one_of('', chr rand 256, '"', '{', '/',
            '\\', substr $text, $at, rand 20) if $at < length $text;
    }

    return $text;
}


sub request_text {
    my $method = one_of(qw(GET GET PUT PUT PUT PUT DELETE HEAD POST PATCH
        OPTIONS get));
    my $path = path();
    my $body = $path =~ /bulk$/ ? bulk_body() : setting_body();

    if (rand() < 0.4) {
        my ($setting, $value) = one_of(@good) =~ /^"(.*?)":(.*)/;

        $path = "/edge/hostnames/settings/$setting/" . one_of(@hosts[0 .. 4]);
        $body = "{\"value\":$value}";
    }

    $body = mutate($body) if rand() < 0.2;
    $path = mutate($path) if rand() < 0.2;
    $path =~ s/[\r\n ]/_/g;

    return ($method, $path, $body);
}


# status and body of the answer

sub ask {
    my ($method, $path, $body) = @_;
    my $client = EdgeTest::Client->new(timeout => 60);
    my $head = $client->ask($path, method => $method, data => $body,
        close => 1)->head;

    return $head ? ($head->{status}, $client->body) : (0, '');
}


sub dump_store { return scalar `$command -s $db dump 2>&1` }


my (%count, %bulk);
my ($odd, $half, $formless) = (0, 0, 0);
my $before = dump_store();
my $enough = time + 300;

for my $n (1 .. $requests) {
    last if time > $enough;

    my ($method, $path, $body) = request_text();
    my ($status, $said) = ask($method, $path, $body);
    my $json = $method eq 'HEAD' ? undef : eval { decode_json($said) };
    my $now = dump_store();

    $count{$status}++;
    $bulk{$status}++ if $method eq 'PUT' && $path =~ m{/bulk$};

    $odd++, diag("$status: $method $path $body")
        if $status !~ /^(?:200|400|403|404|405|413|414)$/;
    $half++, diag("$status, and changed: $method $path $body")
        if $now ne $before
            && ($status != 200 || $method !~ /^(?:PUT|DELETE)$/);
    $formless++, diag("$status: $method $path: $said")
        if $method eq 'PUT' && $status == 200 && !($json && $json->{success});
    $before = $now;
}

diag('seed ', $seed, ': ', join ', ', map { "$count{$_} of $_" }
    sort keys %count);

cmp_ok($count{$_} || 0, '>', 0, "some were answered with $_")
    for 200, 400, 404, 405;
cmp_ok($bulk{$_} || 0, '>', 0, "... and many records with $_") for 200, 400;
is($odd, 0, 'each by a status that fits');
is($half, 0, 'what is refused stores nothing');
is($formless, 0, 'what is taken has the envelope');
is(`$command -s $db check 2>&1`, '', 'the store is sound');
is(join(' ', $edge->workers), "@workers", 'by the same worker');
is(join('', $edge->complaints), '', 'no complaints');

done_testing();
