# ecg_status html: the page in a browser. It asks nobody else for anything,
# runs nothing but its own, shows what is counted, and is used by keyboard and
# on a narrow screen. SHOTS=directory keeps pictures of it.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Browser;
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use EdgeTest::Pki;
use EdgeTest::Status;
use Test::More;

# what is compiled is what is in ecg/page

is(EdgeTest::slurp('ecg/ngx_edge_status_page.inc'), scalar(`tools/page.sh`),
    'ngx_edge_status_page.inc is made of ecg/page');

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=<b>Test CA');
$pki->issue('ca', 'good', '/CN=good.test', use => 'server', end => 90 * 86400);
$pki->issue('ca', 'soon', '/CN=soon.test', use => 'server', end => 9 * 86400);
$pki->issue('ca', 'past', '/CN=past.test', use => 'server',
    start => -2 * 86400, end => -86400);

my $edge = EdgeTest->start(workers => 2, http => <<"C",
    compression zstd br;
    ssl_protocols TLSv1.2 TLSv1.3;
    ecg_policy old.test max_tls=1.2;

    @{[ map { <<"    S" } qw(good soon past) ]}
    server {
        listen %%PORT%%;
        listen %%PORT1%% ssl;
        server_name $_.test;
        ssl_certificate $dir$_.crt;
        ssl_certificate_key $dir$_.key;
        location / { root %%HTML%%; }
    }
    S

    server {
        listen %%PORT2%%;
        location / { ecg_status html; }
    }
C
    files => { 'html/x.html' => 'something ' x 10000 });

my $port = EdgeTest->port(2);


sub load {
    for my $coding (qw(zstd br)) {
        request('/x.html', host => 'good.test', close => 1,
            headers => ["Accept-Encoding: $coding"]) for 1 .. 5;
    }

    s_client(port => EdgeTest->port(1), sni => 'good.test');
    answer(port => EdgeTest->port(1), sni => 'old.test', versions => ['1.3']);
}


# 1. without a browser

my $r = request('/', port => $port, close => 1);

is($r->line('Content-Type'), 'text/html; charset=utf-8', 'a page');
my $policy = $r->line('Content-Security-Policy') || '';
like($policy, qr/^default-src 'none'; style-src 'sha256-[\w+\/]{43}='; /,
    'its policy allows nothing');
unlike($policy, qr/unsafe/, 'that is unsafe');
unlike($r->{body}, qr{https?://(?!www\.w3\.org/2000/svg)}, 'no addresses');
unlike($r->{body}, qr/ on\w+="| style="/, 'nothing inline');

is(EdgeTest::Status->json(port => $port, path => '/?format=json')
    ->value('info'), 1, 'it answers with JSON');
like(request('/?format=prometheus', port => $port, close => 1)->{body},
    qr/^# HELP/, 'and with text');
like(request('/?format=other', port => $port, close => 1)->{body},
    qr/^<!DOCTYPE/, 'or is itself');

# 2. in one

my $browser = EdgeTest::Browser->start;

if (!$browser) {
    $edge->stop;
    plan skip_all => 'no chromium' if !Test::More->builder->current_test;
    diag('no chromium: the rest is not tested');
    done_testing();
    exit;
}

load();
EdgeTest::Status::settles(sub {
    return EdgeTest::Status->json(port => $port, path => '/?format=json');
}, 'responses are counted', 10, 'compression_responses_total',
    server => 'good.test');
$browser->size(1280, 900)->open("http://127.0.0.1:$port/");

ok($browser->wait_for('document.querySelectorAll("#tiles div").length === 6'),
    'there are figures');


# The text of what a selector finds

sub texts {
    my ($selector) = @_;

    return $browser->evaluate("Array.from(document.querySelectorAll("
        . "'$selector')).map(e => e.textContent).join(' | ')");
}


like(texts('#about'), qr/^nginx 1\.\d+\.\d+, OpenSSL 3\..*zstd_filter, mtls/,
    'what is running');

my @attention = split / \| /, texts('#attention li');
is(@attention, 2, 'two certificates need attention');
like($attention[0], qr/CN=past\.test .* is out of date since/, 'first the past');
like($attention[1], qr/CN=soon\.test .* is good for 8 days more/, 'then soon');

my @rows = split / \| /, texts('#certificates tr');
is(@rows, 3, 'all are in the table');
like($rows[0], qr/past\.test.*ago$/, 'the past on top');
like($rows[2], qr/good\.test.*89 days$/, 'the good one at the end');
like($rows[0], qr/<b\\>Test/, 'text is text');

like(texts('#servers tr'), qr/good\.test10/, 'servers');

# plots move with what happens

ok($browser->wait_for('(() => { const c = document.querySelectorAll('
    . '".chart"); return c.length === 6 })()'), 'six plots');

my $drawn = 0;
for (1 .. 30) {
    load();
    last if $drawn = $browser->wait_for('Array.from(document.querySelectorAll('
        . '".chart")).every(c => c.querySelector(".line, .stack"))', 1);
}
ok($drawn, 'each has something drawn');

like(texts('.chart:nth-of-type(2) .legend'), qr/zstd .*br /, 'both codings');
like(join('; ', $browser->evaluate('document.getElementById("h-minutes")'
    . '.textContent + Array.from(document.querySelectorAll(".chart .axis"))'
    . '.map(e => e.textContent)')),
    qr/^The last (?:minute\d.*-30 s|two minutes.*-1 min|\w+ minutes.*-2 min)/,
    'they go back as far as the page is old');
like(texts('.chart .legend'), qr/TLSv1\.3/, 'versions');
like(texts('.chart .legend'), qr/no common version/, 'refusals');

# by keyboard

$browser->evaluate('document.activeElement.blur()');
my %reached;

for (1 .. 20) {
    $browser->key('Tab');
    $reached{$_} = 1 for $browser->evaluate('(e => e.id || e.tagName'
        . ' + "." + e.className.toString())(document.activeElement)');
}

ok($reached{$_}, "Tab comes to #$_") for qw(server pause theme json text);
cmp_ok((grep { /^svg/ } keys %reached) + 0, '>=', 1, 'and to plots');

$browser->evaluate('document.querySelector(".chart svg").focus()');
$browser->key('ArrowLeft');
ok($browser->wait_for('document.querySelector(".chart .when")'),
    'an arrow key goes back in time');
like($browser->evaluate('document.querySelector(".chart svg")'
    . '.getAttribute("aria-label")'), qr/^Throughput, .*before coding/,
    'plots say what they show');
$browser->key('Escape');

$browser->evaluate('document.getElementById("pause").focus()');
$browser->key('Enter');
is(texts('#pause'), 'Go on', 'Enter pauses it');
$browser->key('Enter');

# light and dark, wide and narrow

my %back;

for my $dark (0, 1) {
    $browser->size(1280, 900, dark => $dark);
    $browser->wait_for('document.documentElement.dataset.theme === "'
        . ($dark ? 'dark' : 'light') . '"');
    $back{$dark} = $browser->evaluate(
        'getComputedStyle(document.body).backgroundColor');
    is($browser->evaluate('Array.from(document.querySelectorAll(".chart .axis"))'
        . '.filter(e => e.getBBox().x < 0).length'), 0,
        'numbers of any size fit beside the plots');
    $browser->screenshot("$ENV{SHOTS}/wide-$dark.png") if $ENV{SHOTS};
}

isnt($back{0}, $back{1}, 'light and dark differ');

for my $width (400, 320) {
    $browser->size($width, 800);
    $browser->wait_for("innerWidth === $width");
    is($browser->evaluate('document.documentElement.scrollWidth'), $width,
        "nothing is wider than $width pixels");
    $browser->screenshot("$ENV{SHOTS}/narrow-$width.png") if $ENV{SHOTS};
}

is($browser->evaluate('Array.from(document.querySelectorAll("button, select"))'
    . '.filter(e => e.getBoundingClientRect().height < 32).length'), 0,
    'buttons are large enough to touch');

# what it asked for, and what it complained of

my @elsewhere = grep { !m{^http://127\.0\.0\.1:$port/(?:\?format=json)?$} }
    grep { !m{^(?:about|data|chrome)} && !m{/favicon\.ico$} }
    @{ $browser->{requests} };
is("@elsewhere", '', 'it asks nobody else');
is(join("\n", grep { !/favicon/ } @{ $browser->{problems} }), '',
    'and breaks no rule of its policy');

# an edge that is gone is told

$edge->stop;
ok($browser->wait_for('/does not answer/.test('
    . 'document.getElementById("state").textContent)'),
    'it says when the edge does not answer');

$browser->stop;
done_testing();
