# A real browser and RFC 9842: Chromium keeps the release of a bundle that it
# loaded as a dictionary, is sent the next one as dcz or dcb, and runs it.
#
# Run by "make browser-test", which puts NAME-VERSION.js into EDGE_BUNDLES.

use strict;
use warnings;

use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Dictionary;
use File::Temp qw(tempdir);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use constant SECONDS => 60;             # for a browser to say that it is done

my $bundles = $ENV{EDGE_BUNDLES} || 'build/browser';
my ($chromium) = grep { -x } map { "/usr/bin/$_" } qw(chromium
    chromium-browser google-chrome);

die "no Chromium\n" if !$chromium;

# name => [ expression that tells the version, release, next release ]

my @cases = (
    [ 'd3', 'd3.version', '7.8.5', '7.9.0' ],
    [ 'jquery', 'jQuery.fn.jquery', '3.7.0', '3.7.1' ],
    [ 'video.js', 'videojs.VERSION', '8.17.3', '8.17.4' ],
);

my @codings = ('dcz', has_dcb() ? 'dcb' : ());


# The page loads the first release, waits until the browser announces it for
# the second, loads that, and tells what ran.

# Where nginx has to prepare the dictionary first, it waits for that, too.

sub page {
    my ($version, $stored) = @_;
    my $ready = $stored ? "coding.startsWith('dc')" : "text !== 'no'";

    return <<"HTML";
<!doctype html><title>dictionaries</title>
<script src="/v1.js"></script>
<script>
const first = $version;
const rest = ms => new Promise(go => setTimeout(go, ms));

async function digest(response) {
    const bytes = await response.arrayBuffer();
    const hash = await crypto.subtle.digest('SHA-256', bytes);
    return [...new Uint8Array(hash)]
        .map(b => b.toString(16).padStart(2, '0')).join('');
}

async function main() {
    for (let i = 0; i < 100; i++) {
        const probe = await fetch('/announced?' + i, {cache: 'no-store'});
        const coding = probe.headers.get('Content-Encoding') || '';
        const text = await probe.text();
        if ($ready) break;
        await rest(100);
    }

    await new Promise((good, bad) => {
        const script = document.createElement('script');
        script.src = '/v2.js';
        script.onload = good;
        script.onerror = bad;
        document.head.append(script);
    });

    const sum = await digest(await fetch('/v2.js', {cache: 'no-store'}));
    await fetch('/done?' + [first, $version, sum].join('&'));
}

main().catch(e => fetch('/done?failed&' + encodeURIComponent(e)));
</script>
HTML
}


sub conf {
    my ($coding) = @_;

    return common($coding) . <<'CONF';
    server {
        listen %%PORT%%;
        root %%HTML%%;

        location = /v1.js {
            compression gzip;
            expires 1h;
            compression_dictionary %%HTML%%/v1.js match=/*;
        }
        location = /v2.js {
            compression_dictionary %%HTML%%/v1.js match=/*;
        }
        location = /announced {
            default_type text/plain;
            add_header Use-As-Dictionary 'match="/never"';
            if ($http_available_dictionary) { return 200 yes; }
            return 200 no;
        }
        location = /done { return 204; }
    }
CONF
}


# the same where nothing is said of dictionaries but by the origin

sub stored {
    my ($coding) = @_;

    return common($coding) . <<'CONF';
    compression_dictionary_store dictionaries;

    server {
        listen %%PORT%%;
        root %%HTML%%;

        proxy_set_header Accept-Encoding "";

        location = /v1.js {
            compression gzip;
            proxy_pass http://127.0.0.1:%%PORT1%%;
        }
        location = /v2.js { proxy_pass http://127.0.0.1:%%PORT1%%; }
        location = /announced {
            default_type application/javascript;
            compression_min_length 0;
            return 200 no;
        }
        location = /done { return 204; }
    }

    server {
        listen %%PORT1%%;
        root %%HTML%%;
        compression off;
        access_log off;

        location = /v1.js {
            add_header Cache-Control max-age=3600;
            add_header Use-As-Dictionary 'match="/*"';
        }
    }
CONF
}


sub common {
    my ($coding) = @_;
    my $list = $coding eq 'dcz' ? 'zstd' : 'br';

    return <<"CONF";
    compression $list;
    compression_types application/javascript;
    log_format seen '\$uri|\$args|\$compression_coding|\$body_bytes_sent';
    access_log %%ROOT%%/logs/access.log seen;
CONF
}


# browse(edge): starts a browser, returns the arguments of /done

sub browse {
    my ($edge) = @_;
    my $profile = tempdir(CLEANUP => 1);
    my $pid = fork();

    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        setpgrp 0, 0;
        open STDOUT, '>', "$edge->{root}/logs/browser" or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        exec $chromium, qw(--headless=new --no-sandbox --disable-gpu
            --no-first-run --disable-background-networking
            --disable-component-update --disable-dev-shm-usage
            --disable-extensions), "--user-data-dir=$profile",
            'http://localhost:' . EdgeTest->port . '/'
            or POSIX::_exit(127);
    }

    setpgrp $pid, $pid;

    my $done = $edge->wait_for(SECONDS, sub {
        EdgeTest::slurp("$edge->{root}/logs/access.log")
            =~ m{^/done\|(.*?)\|}m ? $1 : undef;
    });

    kill 'TERM', -$pid;
    $edge->wait_for(5, sub { waitpid($pid, POSIX::WNOHANG()) == $pid })
        or do { kill 'KILL', -$pid; waitpid $pid, 0 };

    return $done;
}


sub check {
    my ($name, $version, $v1, $v2, $coding, $stored) = @_;
    my ($old, $new) = map { EdgeTest::slurp("$bundles/$name-$_.js") }
        $v1, $v2;

    die "$bundles/$name-$v1.js: not there\n" if !length $old || !length $new;

    my $edge = EdgeTest->start(files => {
        'html/v1.js' => $old, 'html/v2.js' => $new,
        'html/index.html' => page($version, $stored) },
        http => $stored ? stored($coding) : conf($coding));
    my $done = browse($edge);
    my $log = EdgeTest::slurp("$edge->{root}/logs/access.log");
    my @seen = $log =~ m{^/v2\.js\|.*?\|(\w+)\|(\d+)}mg;
    my $said = EdgeTest::slurp("$edge->{root}/logs/browser");

    $name .= ', made by its origin' if $stored;

    is($done, join('&', $v1, $v2, sha256_hex($new)),
        "$name as $coding: both releases ran, byte for byte")
        or diag("$log\n$said");
    is($seen[0], $coding, "$name: the script came as $coding") or diag($log);
    is($seen[2], $coding, "$name: and so did fetch()") or diag($log);

    my $gzip = get('/v1.js', headers => ['Accept-Encoding: gzip']);

    diag(sprintf '%s %s -> %s: %d bytes, gzip %d, %s %d',
        $stored ? "$_[0],origin-made" : $name, $v1, $v2,
        length $new, length $gzip->{body}, $coding, $seen[1] || 0);

    $edge->stop;
}


for my $coding (@codings) {
    check(@$_, $coding) for @cases;
    check(@$_, $coding, 1) for $cases[0];
}

done_testing();
