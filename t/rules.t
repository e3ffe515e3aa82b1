# compression_rule: which rule decides, what it makes of a response, how rules
# are inherited, and what they are called.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Upstream;
use Test::More;

my $page = text(12_000);
my @names = qw(page.html page.css page.txt data.csv pic.svg pic.png a.bin
    api/x.json api/v1/y.json);

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(1),
    handler => sub {
        my ($conn) = @_;

        $conn->start_chunked('Content-Type: text/html');
        $conn->chunk($page) or return;
        $conn->last_chunk;
    });

my $edge = EdgeTest->start(
    files => { (map { ("html/$_" => $page) } @names),
        'html/small.html' => text(300) },
    http => <<'CONF');
    types {
        text/html html; text/css css; text/plain txt; text/csv csv;
        image/svg+xml svg; image/png png; application/octet-stream bin;
        application/json json;
    }
    compression on;
    compression_rule status=404 gzip name=missing;
    compression_rule type=text/css br level=br=1 name=style;
    log_format reason '$compression_reason|$compression_rule';
    access_log logs/reason.log reason;

    server {
        listen %%PORT%%;
        server_name one.test other.test;
        root %%HTML%%;

        location / { }
        location /own/ {
            alias %%HTML%%/;
            compression_rule type=text/csv,image/* type!=image/svg+xml zstd
                             name=listed;
            compression_rule ext=svg,HTML off name=by-ext;
            compression_rule path=/own/api/*/* off name=deep;
            compression_rule path=/own/api/* br zstd name=shallow;
            compression_rule type=application/octet-stream size=1k-1m
                             level=zstd=19 on;
            compression_rule gzip;
        }
        location /host/ {
            alias %%HTML%%/;
            compression_rule host=*.one.test,one.test off name=one;
            compression_rule host!=other.test gzip name=not-other;
        }
        location /size/ {
            alias %%HTML%%/;
            compression_min_length 20k;
            compression_rule size=-1000 gzip name=small;
            compression_rule size=1001-11k off name=medium;
        }
        location /unknown/ {
            proxy_pass http://127.0.0.1:%%PORT1%%;
            compression_rule size=0- off;
            compression_rule size=unknown br name=stream;
        }
        location /field/ {
            alias %%HTML%%/;
            compression_rule header:Save-Data=on br name=saving;
            compression_rule header:X-Kind=a*,b header:x-kind!=ab off
                             name=kind;
        }
        location /field-off/ {
            alias %%HTML%%/;
            compression off;
            compression_rule header:Save-Data=on br name=saving;
        }
        location /replaced/ { alias %%HTML%%/; compression gzip; }
        location /off/ { alias %%HTML%%/; compression off; }
        location /fixed/ {
            alias %%HTML%%/;
            compression off;
            compression_rule type=text/* on level=zstd=19 name=hard;
        }
        location /light/ {
            alias %%HTML%%/;
            compression_level zstd=1;
            compression_rule type=text/* on name=light;
        }
    }
CONF


sub ask {
    my ($path, %o) = @_;

    return get($path, host => delete $o{host}, headers => [
        'Accept-Encoding: ' . (delete $o{accept} || 'zstd, br, gzip'),
        map { "$_: $o{$_}" } keys %o]);
}


# the last response's reason and rule, as the access log has them

my $logged = 0;

sub told {
    my @lines;

    $edge->wait_for(30, sub {
        @lines = split /\n/, EdgeTest::slurp("$edge->{root}/logs/reason.log");
        return @lines > $logged;
    });

    $logged = @lines;
    return split /\|/, $lines[-1] // '';
}


# came(path, coding, reason, rule): whole, and why

sub came {
    my ($path, $coding, $reason, $rule, %o) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    subtest join(' ', $path, %o) => sub {
        my $r = ask($path, %o);
        my $text = $path =~ /small/ ? text(300) : $page;

        if ($coding eq 'identity') {
            is_plain($r, $text, 'as it is');
        } elsif ($r->{status} == 200) {
            is_coded($r, $text, $coding, $coding);
        } else {
            is($r->coding, $coding, $coding);
        }

        my ($why, $which) = told();
        like($why, $reason, 'reason');
        ref $rule ? like($which, $rule, 'rule')
            : is($which, $rule // '-', 'rule');
    };
}


subtest 'inherited' => sub {
    came('/page.html', 'zstd', qr/^coded$/, undef);
    came('/page.css', 'br', qr/^coded:style$/, 'style');
};

my $missing = ask('/none');
is($missing->coding, 'gzip', 'status=404');
is((told())[1], 'missing', 'and its rule');

subtest 'type, extension, path; a rule without a condition' => sub {
    came('/own/data.csv', 'zstd', qr/^coded:listed$/, 'listed');
    came('/own/pic.png', 'zstd', qr/^coded:listed$/, 'listed');
    came('/own/pic.svg', 'identity', qr/^rule:by-ext$/, 'by-ext');
    came('/own/page.html', 'identity', qr/^rule:by-ext$/, 'by-ext');
    came('/own/api/v1/y.json', 'identity', qr/^rule:deep$/, 'deep');
    came('/own/api/x.json', 'br', qr/^coded:shallow$/, 'shallow');
    came('/own/a.bin', 'zstd', qr/^coded:nginx\.conf:\d+$/,
        qr/^nginx\.conf:\d+$/);

    my ($line) = EdgeTest::slurp("$edge->{root}/conf/nginx.conf")
        =~ /^(.*)compression_rule gzip;/s;
    $line = 'nginx.conf:' . (1 + ($line =~ tr/\n//));
    came('/own/page.css', 'gzip', qr/^coded:\Q$line\E$/, $line);
};

subtest 'host' => sub {
    came('/host/page.html', 'identity', qr/^rule:one$/, 'one',
        host => 'ONE.test:80');
    came('/host/page.html', 'identity', qr/^rule:one$/, 'one',
        host => 'x.one.test');
    came('/host/page.html', 'zstd', qr/^coded$/, undef,
        host => 'other.test');
    came('/host/page.html', 'gzip', qr/^coded:not-other$/, 'not-other',
        host => 'third.test');
};

subtest 'size, which is not asked twice' => sub {
    came('/size/small.html', 'gzip', qr/^coded:small$/, 'small');
    came('/size/page.html', 'identity', qr/^length$/, undef);
    came('/unknown/', 'br', qr/^coded:stream$/, 'stream');
};

subtest 'fields of the request' => sub {
    came('/field/page.html', 'br', qr/^coded:saving$/, 'saving',
        'save-data' => 'ON');
    came('/field/page.html', 'identity', qr/^rule:kind$/, 'kind',
        'X-Kind' => 'abc');
    came('/field/page.html', 'zstd', qr/^coded$/, undef, 'X-Kind' => 'ab');
    came('/field/page.html', 'zstd', qr/^coded$/, undef);

    for (['/field/page.html'], ['/field/page.html', 'X-Kind' => 'b'],
        ['/field-off/page.html'])
    {
        my @vary = ask(@$_)->header('Vary');
        told();
        my %named = map { lc($_) => 1 } map { split /\s*,\s*/ } @vary;

        ok($named{'accept-encoding'} && $named{'save-data'},
            "Vary of @$_") or diag("@vary");
    }

    ok(!(grep { /save-data/i } ask('/page.html')->header('Vary')),
        'none elsewhere');
    told();
};

subtest 'what the client does not take is not sent' => sub {
    came('/page.css', 'identity', qr/^not-accepted$/, undef,
        accept => 'gzip');
    came('/own/api/x.json', 'zstd', qr/^coded:shallow$/, 'shallow',
        accept => 'br;q=0.5, zstd');
};

subtest 'replaced' => sub {
    came('/replaced/page.css', 'gzip', qr/^coded$/, undef);
    came('/off/page.css', 'identity', qr/^off$/, undef);
    came('/fixed/page.css', 'zstd', qr/^coded:hard$/, 'hard');
    came('/fixed/page.css', 'identity', qr/^not-accepted$/, undef,
        accept => 'x');
    came('/fixed/pic.svg', 'identity', qr/^off$/, undef);
};

subtest 'levels' => sub {
    my ($hard, $light) = map { length ask("/$_/page.css")->{body} }
        qw(fixed light);

    cmp_ok($hard, '<', $light, 'its own, or those of the location');
};


# what nginx -t says

sub refused {
    my ($text, @patterns) = @_;

    subtest "refused: $text" => sub {
        my ($code, $output) = EdgeTest->check_conf(http =>
            "$text\nserver { listen %%PORT%%; }");

        isnt($code, 0, 'refused') or diag($output);
        like($output, qr/\[emerg\].*nginx\.conf:\d+/s, 'with the place');
        like($output, $_, "says $_") for @patterns;
    };
}


refused('compression_rule type=text/html;', qr/"off", "on"/, qr/"br"/);
refused('compression_rule type= off;', qr/"type="/, qr/media types/);
refused('compression_rule status=99 off;', qr/"status=99"/, qr/5xx/);
refused('compression_rule size=1k off;', qr/"size=1k"/, qr/1k-64k/);
refused('compression_rule colour=red off;', qr/colour=red/, qr/"path="/);
refused('compression_rule header:=x off;', qr/header/, qr/name of a field/);
refused('compression_rule off on;', qr/"on"/);
refused('compression_rule zstd snappy;', qr/snappy/, qr/"gzip"/);
refused('compression_rule zstd zstd;', qr/zstd/, qr/once/);
refused('compression_rule zstd level=99;', qr/99/, qr/22/);
refused('compression_rule zstd level=zstd=3,zstd=4;', qr/duplicate/);
refused(join('', map { "compression_rule header:X-$_=1 off;\n" } 1 .. 17),
    qr/X-17/, qr/16/);
refused(join('', map { "compression_rule path=/$_ off;\n" } 1 .. 1025),
    qr/more than 1024/);

is_deeply([ grep { !/none/ } $edge->complaints ], [],
    'nothing to complain of');

done_testing();
