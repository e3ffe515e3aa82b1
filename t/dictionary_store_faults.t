# compression_dictionary_store: bounds, damage, crashes, a disk that is full,
# and configurations that are refused.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest::Disk;
use EdgeTest qw(zstd_filter ecg);
use EdgeTest::Client qw(get);
use EdgeTest::Dictionary;
use EdgeTest::DictionaryStore;
use EdgeTest::Status;
use EdgeTest::Upstream;
use Digest::SHA qw(sha256_hex);
use Test::More;
use Time::HiRes qw(sleep time);

my $one = release(1, 50_000);
my $next = release(3, 300_000);

# /NAME/... is a dictionary of its own; /next/ is what is coded, /slow/ the
# same in pieces, with time for others between them

sub content { return "// $_[0]\n" . $one }

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn, $request) = @_;
        my ($name) = $request->{path} =~ m{^/(\w+)};
        my $type = "Content-Type: application/javascript";

        if ($name eq 'slow') {
            $conn->start_chunked($type);

            for (my $at = 0; $at < length $next; $at += 30_000) {
                $conn->chunk(substr $next, $at, 30_000);
                $conn->pause(0.2);
            }

            $conn->last_chunk;
            return;
        }

        my $text = $name eq 'next' ? $next : content($name);

        $type .= "\r\nCache-Control: max-age=600\r\n"
            . 'Use-As-Dictionary: match="/*"' if $name ne 'next';

        $conn->send("HTTP/1.1 200 OK\r\n$type\r\nContent-Length: "
            . length($text) . "\r\n\r\n$text");
    });

sub start {
    my ($store, %o) = @_;

    return EdgeTest->start(%o, http => <<CONF);
    compression zstd;
    compression_types application/javascript;
    compression_dictionary_store $store;
    proxy_http_version 1.1;
    proxy_max_temp_file_size 0;
    server {
        listen %%PORT%%;
        location = /json { ecg_status json; }
        location / {
            proxy_pass http://127.0.0.1:%%PORT1%%;
            proxy_buffering off;
        }
    }
CONF
}

sub keep {
    my ($edge, $name, %o) = @_;

    get("/$name/a.js", %o);
    return wait_kept($edge, content($name));
}

sub temporary {
    my ($edge) = @_;

    my @found = glob "$edge->{root}/store/.new-*";

    return @found;
}


subtest 'no more than so many' => sub {
    my $edge = start('store max_number=3');

    ok(keep($edge, $_), "$_: kept") for qw(a b c);
    is_with(wait_dcz('/next/', content('a')), $next, content('a'), 'used');
    ok(keep($edge, 'd'), 'd: kept');

    ok($edge->wait_for(60, sub { kept($edge) == 3 }), 'three are there');
    ok(!file_of($edge, content('b')), 'used longest ago: gone');
    is_with(wait_dcz('/next/', content($_)), $next, content($_), $_)
        for qw(a c d);
    is_without(get('/next/', headers => headers(content('b'))), $next, 'b');

    my $status = EdgeTest::Status->json;
    my %is = map { $_ => $status->value("compression_dictionaries$_") }
        qw(_entries _bytes _evicted_total);
    is_deeply(\%is, { _entries => 3, _bytes => 3 * length content('a'),
        _evicted_total => 1 }, 'ecg_status tells of them');
    cmp_ok($status->value('compression_dictionaries_found_total'), '>=', 4,
        'and how often they were found');

    is_deeply([ $edge->complaints ], [], 'nothing to complain of');
    $edge->stop;
};

subtest 'no more than so many bytes' => sub {
    my $edge = start('store max_size=120k');

    ok(keep($edge, $_), "$_: kept") for qw(a b c);
    ok($edge->wait_for(60, sub { kept($edge) == 2 }), 'two have room');
    ok(!file_of($edge, content('a')), 'the first is gone');
    is_with(wait_dcz('/next/', content($_)), $next, content($_), $_)
        for qw(b c);
    $edge->stop;
};

subtest 'no host takes the place of all others' => sub {
    my $edge = start('store max_number=6');

    ok(keep($edge, "good$_", host => 'good.test'), "good $_") for 1, 2;
    ok(keep($edge, "evil$_", host => 'evil.test'), "evil $_") for 1 .. 9;
    ok($edge->wait_for(60, sub { kept($edge) == 6 }), 'six are there');
    is_with(wait_dcz('/next/', content($_), host => 'good.test'), $next,
        content($_), $_) for qw(good1 good2);
    $edge->stop;
};

subtest 'no more memory than allowed' => sub {
    my $edge = start('store memory=300k');

    ok(keep($edge, $_), "$_: kept") for qw(a b c);
    is_with(wait_dcz('/next/', content('a')), $next, content('a'), 'a');

    # it is being used while others take its place
    my $c = EdgeTest::Client->new(timeout => 60);
    $c->ask('/slow/', close => 1, headers => headers(content('a')));
    my $r = $c->head;

    for my $round (1 .. 3) {
        is_with(wait_dcz('/next/', content($_)), $next, content($_),
            "$round $_") for qw(b c);
    }

    $r->{body} = $c->body;
    is_with($r, $next, content('a'), 'one that was let go meanwhile');
    is_deeply([ $edge->complaints ], [], 'nothing to complain of');
    $edge->stop;
};

subtest 'damage' => sub {
    my $edge = start('store');
    my %file = map { $_ => keep($edge, $_) }
        qw(whole content short head swapped gone);
    my $change = sub {
        my ($name, $how) = @_;
        my $text = EdgeTest::slurp($file{$name});

        $how->($text) for $text;
        open my $out, '>:raw', $file{$name} or die;
        print $out $text;
        close $out;
    };

    restart($edge, sub {
        $change->(content => sub { substr($_[0], -100, 1) ^= "\1" });
        $change->(short => sub { substr($_[0], -1) = '' });
        $change->(head => sub { $_[0] =~ s/edge:/evil:/ });
        $change->(swapped => sub { $_[0] = EdgeTest::slurp($file{whole}) });

        $edge->write_file('store/' . 'a' x 64 . '-' . 'b' x 16, 'nonsense');
        $edge->write_file('store/' . 'a' x 64 . '-' . 'c' x 16, '');
        $edge->write_file('store/readme', 'not one of ours');
        symlink '/etc/passwd', "$edge->{root}/store/" . 'd' x 64 . '-'
            . 'b' x 16;
    });

    ok($edge->wait_for(60, sub { $edge->log =~ /5 damaged dictionaries/ }),
        'five of them seen at start, and told');
    is_with(wait_dcz('/next/', content('whole')), $next, content('whole'),
        'what is whole is used');
    is_without(get('/next/', headers => headers(content($_))), $next, $_)
        for qw(short head swapped content);
    ok($edge->wait_for(60, sub { $edge->log =~ /is damaged, removed/ }),
        'another content is seen when it is asked for');
    ok($edge->wait_for(60, sub { !-e $file{content} }), 'its file is gone');
    ok(!-e $file{$_}, "$_: gone") for qw(short head swapped);
    ok(-e "$edge->{root}/store/readme", 'what is not ours stays');

    unlink $file{gone};
    is_without(get('/next/', headers => headers(content('gone'))), $next,
        'a file that somebody removed');
    ok($edge->wait_for(60, sub { $edge->log =~ /is gone/ }), 'told');
    is_without(get('/next/', headers => headers(content('gone'))), $next,
        'once');

    ok(keep($edge, $_), "$_: kept again") for qw(content gone);
    is_with(wait_dcz('/next/', content($_)), $next, content($_), $_)
        for qw(content gone);

    is_deeply([ $edge->complaints ], [], 'nothing worse');
    $edge->stop;
};

subtest 'killed at any moment' => sub {
    my $edge = start('store', workers => 2);
    my $child = fork();

    POSIX::_exit(0) if !$child;
    waitpid $child, 0;

    $edge->write_file("store/.new-$child-1", 'begun, and not ended');
    $edge->write_file("store/.new-$$-1", 'somebody is at it');

    for my $round (1 .. 5) {
        my @clients = map { EdgeTest::Client->new } 1 .. 4;
        my $n = 0;

        $_->ask('/crash' . $round . $n++ . '/a.js') for @clients;
        sleep 0.01 * $round;

        my %killed = map { $_ => 1 } $edge->workers;
        kill 'KILL', keys %killed;

        ok($edge->wait_for(60, sub {
            my @now = grep { !$killed{$_} } $edge->workers;
            return @now == 2;
        }), "round $round: new workers");
    }

    ok($edge->wait_for(60, sub { temporary($edge) == 1 }),
        'what was begun is cleaned up');
    ok(-e "$edge->{root}/store/.new-$$-1", 'what is being written is not');

    my @bad = grep {
        my ($head, $text) = split /\n\n/,
            EdgeTest::slurp("$edge->{root}/store/$_"), 2;
        $_ !~ /^${\ sha256_hex($text)}-/;
    } kept($edge);
    is_deeply(\@bad, [], 'each file is whole');

    ok(keep($edge, 'after'), 'and it goes on');
    is_with(wait_dcz('/next/', content('after')), $next, content('after'),
        'after');
    $edge->stop;
};

subtest 'a disk that is full' => sub {
    my $edge = start('store');
    my $disk = "$edge->{root}/store";

    restart($edge, sub { small_disk($disk, '200k') })
        or plan skip_all => 'nginx did not start';

    if (system "mountpoint -q $disk") {
        $edge->stop;
        plan skip_all => 'no tmpfs can be mounted';
    }

    ok(keep($edge, 'early'), 'kept while there is room');

    for my $free (20_480, 0) {
        fill_disk($disk, $free);

        for my $n (1 .. 3) {
            my $name = "full$n";

            is_without(get("/$name/a.js",
                headers => ['Accept-Encoding: zstd']), content($name),
                "$free bytes free, response $n");
        }

        ok($edge->wait_for(60, sub { $edge->log =~ /can't be kept.*\(28: /s }),
            'told, and why');
        ok($edge->wait_for(60, sub { !temporary($edge) }),
            'nothing is left of it');
        is(scalar kept($edge), 1, 'nor is it kept');
        is_with(wait_dcz('/next/', content('early')), $next,
            content('early'), 'what was there is used');
    }

    unlink "$disk/fill";
    ok(keep($edge, 'late'), 'room again: kept');
    is_with(wait_dcz('/next/', content('late')), $next, content('late'),
        'and used');

    is_deeply([ grep { !/can't be kept/ } $edge->complaints ], [],
        'nothing worse');
    $edge->stop;
    system "umount $disk";
};

subtest 'files that may not grow' => sub {
    my $limit = sub { !system "prlimit --pid $$ --fsize=$_[0]:unlimited" };

    plan skip_all => 'no prlimit' if system 'prlimit >/dev/null 2>&1';

    # files of nginx may not grow: its workers get an error for it
    my $edge = do {
        local $SIG{XFSZ} = 'IGNORE';
        $limit->(20_000) or plan skip_all => 'prlimit failed';
        my $started = start('store', log_level => 'error');
        $limit->('unlimited');
        $started;
    };

    for my $n (1 .. 6) {
        my $r = get("/full$n/a.js", headers => ['Accept-Encoding: zstd']);
        is_without($r, content("full$n"), "response $n");
    }

    ok($edge->wait_for(60, sub { $edge->log =~ /can't be kept/ }), 'told');
    sleep 0.2;
    is(scalar(() = $edge->log =~ /can't be kept/g), 1, 'once');
    like($edge->log, qr/can't be kept in ".*" \(27: |\(27: .*can't be kept/,
        'and why') or diag($edge->log);
    is_deeply([ kept($edge), temporary($edge) ], [], 'nothing is left of it');
    is_without(get('/next/', headers => headers(content('full1'))), $next,
        'it was not kept');
    $edge->stop;
};

subtest 'configuration' => sub {
    my $refused = sub {
        my ($http, $pattern, %o) = @_;
        my ($code, $said) = EdgeTest->check_conf(%o, http => $http);

        isnt($code, 0, $http);
        like($said, $pattern, "$http: why");
        like($said, qr{nginx\.conf:\d+}, "$http: where");
    };
    my $store = 'compression_dictionary_store';

    $refused->("$store file;", qr/is not a directory/,
        files => { file => '' });
    $refused->("$store file/below;", qr/cannot use .*Not a directory/,
        files => { file => '' });
    $refused->("$store no/store;", qr/cannot make ".*no\/store": no directory/);
    $refused->("$store store max_size=1m max_size=2m;",
        qr/duplicate parameter "max_size=2m"/);
    $refused->("$store store max_size=0;", qr/a size from 1 on/);
    $refused->("$store store max_number=0;", qr/a number from 1 to 65536/);
    $refused->("$store store max_number=70000;", qr/from 1 to 65536/);
    $refused->("$store store max_dictionary=33m;", qr/from 1 to 32m/);
    $refused->("$store store memory=x;", qr/a size from 1 on/);
    $refused->("$store store size=1m;", qr/invalid parameter "size=1m"/);
    $refused->("$store a; $store b;", qr/duplicate/);
    $refused->("server { $store store; }", qr/there is one store/);
    $refused->("server { location / { $store on; } }", qr/no store/);

    if ($> != 0) {
        $refused->("$store dir;", qr/must be readable and writable/,
            files => { 'dir/x' => '' });
    }

    my ($code, $said) = EdgeTest->check_conf(http => "$store store/; $store"
        . " off; server { location / { $store on; } }");
    is($code, 0, 'off, and on in a location') or diag($said);
};

done_testing();
