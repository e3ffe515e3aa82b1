# Configurations written for Debian's Brotli and Zstandard modules, given to
# them and to ours: the same answers, field by field, and the same content, but
# for what docs/compression.md lists.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(decode encode);
use EdgeTest::Upstream;
use Test::More;

my $folder = '/usr/lib/nginx/modules';
my @ours = @EdgeTest::Load;
my $page = text(20_000);
my %files;

$files{"html/page.$_"} = $page for qw(html css js json svg txt png woff2);
$files{"html/short.$_"} = text(19) for qw(html txt);
$files{'html/empty.txt'} = '';

for my $name (qw(both.js both.png)) {
    $files{"html/$name"} = $page;
    $files{"html/$name.br"} = encode('br', $page);
    $files{"html/$name.zst"} = encode('zstd', $page);
}

my $upstream = EdgeTest::Upstream->start(port => EdgeTest->port(2),
    handler => sub {
        my ($conn, $request) = @_;
        my ($kind, $status) = $request->{path} =~ m{^/up/(\w+)/?(\d*)};

        return $conn->reply($status, ['Content-Type: text/html',
            'ETag: "v1"', 'Vary: Cookie'], $page) if $kind eq 'status';

        $conn->start_chunked('Content-Type: text/html',
            $kind eq 'coded' ? 'Content-Encoding: deflate' : ());
        $conn->chunk(substr $page, 0, 7000);
        $conn->chunk(substr $page, 7000);
        $conn->last_chunk;
    });


# NAME is brotli or zstd: what their pages tell to write, and what people add

my $conf = <<'CONF';
    types {
        text/html html; text/css css; application/javascript js;
        application/json json; image/svg+xml svg; text/plain txt;
        image/png png; font/woff2 woff2;
    }

    NAME on;
    NAME_comp_level 5;
    NAME_types text/plain text/css application/javascript application/json
               image/svg+xml;
    NAME_min_length 20;
    NAME_buffers 16 8k;
    NAME_static on;
    OWN

    gzip on;
    gzip_vary on;
    gzip_proxied any;
    gzip_min_length 20;
    gzip_types text/plain text/css application/javascript application/json
               image/svg+xml;

    log_format ratio '$uri $NAME_ratio';
    access_log %%ROOT%%/logs/ratio.log ratio;

    server {
        listen LISTEN;
        root SITE;
        proxy_http_version 1.1;

        location /up/ { proxy_pass http://127.0.0.1:%%PORT2%%; }
        location /unbuffered/ {
            proxy_pass http://127.0.0.1:%%PORT2%%/up/;
            proxy_buffering off;
        }
        location /off/ {
            alias SITE/; NAME off; NAME_static off; gzip off;
        }
        location /long/ { alias SITE/; NAME_min_length 30000; }
        location /all/ { alias SITE/; NAME_types *; NAME_static off; }
        location /always/ { alias SITE/; NAME_static always; }
        location /if/ {
            alias SITE/;
            if ($arg_off) { NAME off; }
        }
    }
CONF

my %own = (brotli => 'brotli_window 512k;', zstd => '');


# both(name): ours and theirs, with the same files

sub both {
    my ($name) = @_;
    my $text = $conf =~ s/NAME/$name/gr =~ s/OWN/$own{$name}/r;
    my (@edges, $site);

    for my $n (0, 1) {
        local @EdgeTest::Load = $n ? map { "$folder/ngx_http_${name}_${_}"
            . '_module.so' } qw(filter static) : @ours;
        my $listen = EdgeTest->port($n);
        my $edge = EdgeTest->prepare(files => $n ? {} : \%files);

        $site //= "$edge->{root}/html";
        push @edges, EdgeTest->start(files => $n ? {} : \%files,
            http => $text =~ s/SITE/$site/gr =~ s/LISTEN/$listen/r);
    }

    return @edges;
}


# told(response): what a client sees of it, decoded

sub told {
    my ($r) = @_;
    my %told = map { $_ => $r->line($_) } qw(Content-Type Content-Encoding
        ETag Last-Modified Accept-Ranges);
    my $coded = $r->coding ne 'identity' && $r->coding ne 'deflate';
    my ($text, $error) = $coded && $r->{body} ne ''
        ? decode($r->coding, $r->{body}) : $r->{body};

    $told{status} = $r->{status};
    $told{end} = $r->{end};
    $told{Vary} = join ' ', sort map { lc } map { split /\s*,\s*/ }
        $r->header('Vary');
    $told{text} = $error // $text;

    # of a file that lies there, not of what each encoder makes
    $told{length} = $r->line('Content-Length');

    return \%told;
}


# meant(path, ours, theirs): what differs by intention is made equal

sub meant {
    my ($path, $we, $they) = @_;
    my @ours = $path =~ /both/ ? qw(Accept-Ranges)
        : $we->{status} == 304 ? qw(Vary ETag) : ();

    # a file lies there for another client
    push @ours, 'Vary' if $path eq '/both.png' && $we->{Vary};

    # not coded by them, nor by gzip, as the client would take their coding
    if (($we->{'Content-Encoding'} // '') eq 'gzip'
        && !$they->{'Content-Encoding'} && $path =~ m{^/(?:long|if)/})
    {
        @ours = qw(Accept-Ranges Content-Encoding ETag end length);
    }

    @$they{@ours} = @$we{@ours};
}


sub same {
    my ($path, %o) = @_;
    my ($we, $they) = map { told(get($path, port => EdgeTest->port($_), %o)) }
        0, 1;

    meant($path, $we, $they);

    my @differ = grep { ($we->{$_} // '-') ne ($they->{$_} // '-') }
        sort keys %$they;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(!@differ, join ' ', $o{method} // 'GET', $path, @{ $o{headers} })
        or diag(join "\n", map { sprintf '%s: %.60s, theirs: %.60s', $_,
            $we->{$_} // '-', $they->{$_} // '-' } @differ);

    return $we->{'Content-Encoding'};
}


my @paths = (map({ ("/page.$_") } qw(html css js json svg txt png woff2)),
    qw(/short.html /short.txt /empty.txt /both.js /both.png /none
    /up/chunked /up/coded /up/status/200 /up/status/404 /up/status/403
    /unbuffered/chunked /off/page.html /off/both.js /long/page.html
    /all/page.png /all/both.png /if/page.html /if/page.html?off=1
    /always/page.html /always/both.js));


sub compare {
    my ($name, $coding) = @_;
    my @edges = both($name);
    my %came;

    for my $path (@paths) {
        for my $accept (undef, '', $coding, 'gzip', "gzip, deflate, $coding",
            uc $coding, "$coding;q=0", "$coding;q=0, gzip", "gzip,$coding;q=0",
            "$coding;q=0.5, gzip", "$coding;q=0.001", 'identity', "x$coding",
            "${coding}x")
        {
            my $headers = [ defined $accept ? "Accept-Encoding: $accept"
                : () ];

            $came{ same($path, headers => $headers, method => $_) // '-' }++
                for qw(GET HEAD);
        }
    }

    my @accept = ("Accept-Encoding: $coding");
    my $tag = get('/page.html', headers => \@accept)->line('ETag');

    same('/page.html', headers => [ @accept, "If-None-Match: $tag" ]);
    same('/page.html', headers => [ @accept, 'Range: bytes=0-9' ]);
    same('/page.html', headers => \@accept, version => '1.0');

    cmp_ok($came{$_} // 0, '>', 50, "$_ was among them")
        for $coding, 'gzip', '-';

    my @ratios = map { my $log = EdgeTest::slurp("$_->{root}/logs/ratio.log");
        [ $log =~ m{^/page\.css (\d+\.\d\d)}m ] } @edges;

    cmp_ok(abs($ratios[0][0] - $ratios[1][0]), '<', $ratios[1][0] / 5,
        "\$${name}_ratio") or diag(explain(\@ratios));

    is_deeply([ map { $_->complaints } @edges ], [], 'nothing to complain of');
    $_->stop for @edges;
}


for (['brotli', 'br'], ['zstd', 'zstd']) {
    my ($name, $coding) = @$_;

    subtest "what $name is answered with" => sub {
        plan skip_all => "$name modules are not here"
            if !-e "$folder/ngx_http_${name}_static_module.so";
        plan skip_all => 'other modules are not for sanitizers'
            if $ENV{EDGE_SANITIZER};

        compare($name, $coding);
    };
}

done_testing();
