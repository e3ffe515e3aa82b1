# ecg_damage: what handshakes and changes come to when the store is cut short,
# overwritten, replaced, removed, of another format, or its disk is full.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest::Disk;
use EdgeTest 'ecg';
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use File::Copy qw(copy);
use Test::More;

my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';

plan skip_all => "no $command" if !-x $command;

my $prepared = EdgeTest->prepare;
my ($cert, $key) = certificate($prepared->{root}, 'x.test');
my $dir = $prepared->{root};


sub edge_policy {
    my ($store, $arguments) = @_;

    return scalar `$command -s $store $arguments 2>&1`;
}


sub conf {
    my ($store, $more, %o) = @_;

    return (workers => $o{workers} || 1, http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache off;
    ecg_store $store;
    $more

    server { listen %%PORT%% ssl; server_name x.test; return 200 "x\\n"; }
    server { listen %%PORT1%%; location /edge { ecg_api write; }
        location /alive { return 200 "alive\\n"; } }
C
}


sub tls12 { return answer(sni => $_[0], versions => ['1.2']) }

# seen by workers within a second or two, on a slow machine later

sub becomes {
    my ($name, $want, $what) = @_;
    my $said = '';

    EdgeTest->wait_for(60, sub { ($said = tls12($name)) =~ $want });
    like($said, $want, $what);
}


sub put {
    my ($path, $value) = @_;
    my $r = request("/edge/hostnames/settings/$path",
        port => EdgeTest->port(1), method => 'PUT',
        data => qq({"value":"$value"}));

    return "$r->{status} " . ($r->{body} // '');
}


sub fill {
    my ($store, $n) = @_;

    open my $out, '|-', "$command -s $store -m 64m load 2>/dev/null" or die;
    print $out "h$_.test min_tls=1.3\n" for 1 .. $n || 2000;
    print $out "*.wild.test min_tls=1.3\nlenient.test min_tls=1.2\n";
    close $out;
    return $store;
}


# over($file, $text, $at, $size): written into it, its size then

sub over {
    my ($file, $text, $at, $size) = @_;

    open my $out, '+<', $file or die "$file: $!";
    seek $out, $at || 0, 0;
    print $out $text;
    close $out;
    truncate $file, $size if defined $size;
}


# cut short while workers have it open

for my $on_error ('last', 'reject', 'ignore') {
    my $store = fill("$dir/cut-$on_error.db");
    my $edge = EdgeTest->start(conf("$store map_size=64m on_error=$on_error",
        'ecg_policy conf.test min_tls=1.3;'));
    my @workers = $edge->workers;

    copy($store, "$dir/whole") or die;
    is(tls12('h7.test'), 'alert 70', "$on_error: before");
    like(tls12('lenient.test'), qr/^1\.2/, '... of another name');
    is(tls12('conf.test'), 'alert 70', '... of the configuration');
    truncate $store, 0;

    if ($on_error eq 'last') {
        is(tls12('h7.test'), 'alert 70', 'last: the last good policy serves');
        like(tls12('lenient.test'), qr/^1\.2/, '... and is no stricter');
        is(tls12('conf.test'), 'alert 70', '... nor looser');
        is(tls12('h8.test'), 'alert 40', '... a name not seen is refused');

    } elsif ($on_error eq 'reject') {
        is(tls12('h7.test'), 'alert 40', 'reject: refused');
        is(tls12('lenient.test'), 'alert 40', '... all of them');
        is(tls12('conf.test'), 'alert 40', '... configured ones, too');

    } else {
        like(tls12('lenient.test'), qr/^1\.2/, 'ignore: served');
        is(tls12('conf.test'), 'alert 70', '... by the configuration');
    }

    like(put('min_tls/a.test', '1.3'), qr/^50[03] .*"success":false/,
        '... a change is refused');
    is(join(' ', $edge->workers), "@workers", '... the worker lives');
    like($edge->log, qr/store ".*" (?:is not a policy store or )?is damaged/,
        '... logged');

    # in place, as cp does, and as mv does
    if ($on_error eq 'reject') {
        copy("$dir/whole", $store) or die;

    } else {
        rename "$dir/whole", $store or die;
    }

    becomes('h8.test', qr/^alert 70$/, '... repaired, it is read again');
    becomes('lenient.test', qr/^1\.2/, '... for all names');
    like($edge->log, qr/opened anew/, '... logged');
    is(join(' ', $edge->workers), "@workers", '... by the same worker');
    like(put('min_tls/lenient.test', '1.3'), qr/^200 /, '... and changed');
    is(tls12('lenient.test'), 'alert 70', '... which holds');
    $edge->stop;
}

# overwritten with noise while workers have it open: no name gets a looser
# policy, and no worker dies

{
    my $store = fill("$dir/noise.db");
    my $edge = EdgeTest->start(conf("$store map_size=64m on_error=reject", ''));
    my @workers = $edge->workers;
    my ($looser, $size) = (0, -s $store);

    copy($store, "$dir/whole") or die;
    srand 11;

    for my $round (1 .. 60) {
        over($store, join('', map { chr rand 256 } 1 .. 1 + rand 64),
            int rand $size);
        $looser += grep { $_ !~ /^alert/ }
            map { tls12('h' . (1 + int rand 2000) . '.test') } 1 .. 4;
        copy("$dir/whole", $store) if $round % 4 == 0;
    }

    is($looser, 0, 'noise in the file: never a looser policy');
    is(join(' ', $edge->workers), "@workers", '... and the worker lives');
    $edge->stop;
}

# another file in its place, no file, and one that is none

{
    my $store = fill("$dir/moved.db");
    my $edge = EdgeTest->start(conf("$store map_size=64m", '', workers => 2));

    is(tls12('h7.test'), 'alert 70', 'a store');
    rename $store, "$dir/kept";
    sleep 2;
    is(tls12('h9.test'), 'alert 70', 'removed: it is read on');
    $edge->wait_for(60, sub { tls12('h9.test');
        $edge->log =~ /missing or cannot be accessed, the file before/ });
    like($edge->log, qr/missing or cannot be accessed, the file before is read/,
        '... logged');
    like(put('min_tls/a.test', '1.3'), qr/^50/, '... but not written');

    $edge->write_file($store, 'x' x 30000);
    sleep 2;
    is(tls12('h11.test'), 'alert 70', 'a file that is none is not taken');
    like(put('min_tls/a.test', '1.3'), qr/^50/, '... nor written');

    edge_policy("$dir/other.db", '-m 64m set h7.test min_tls=1.2');
    rename "$dir/other.db", $store;
    $edge->wait_for(60, sub { tls12('h7.test') =~ /^1\.2/ });
    # a worker looks once in a second, when it is asked
    sleep 2;
    is(scalar(grep { !/^1\.2/ } map { tls12('h7.test') } 1 .. 12), 0,
        'another store is taken by all workers');
    like(put('min_tls/h7.test', '1.3'), qr/^200/, '... and written');
    is(tls12('h7.test'), 'alert 70', '... which holds');
    like(edge_policy($store, 'get h7.test'), qr/min_tls=1\.3/, '... in it');
    $edge->stop;
}

# what cannot be used at the start is an error of the configuration

sub check { return (EdgeTest->check_conf(conf($_[0], '')))[1] }


# The same where modes of files count for root, too.

sub check_unprivileged {
    my $tested = EdgeTest->prepare(conf($_[0], ''));
    my $drop = $> == 0
        ? 'setpriv --bounding-set=-dac_override,-dac_read_search' : '';

    return scalar `$drop $EdgeTest::Binary -t -p $tested->{root}/ -c $tested->{root}/conf/nginx.conf 2>&1`;
}


{
    my $store = fill("$dir/start.db");

    copy($store, "$dir/short.db") or die;
    truncate "$dir/short.db", 20000;
    like(check("$dir/short.db"), qr/store ".*short\.db".*damaged/,
        'cut short: nginx -t says so');
    copy($store, "$dir/header.db") or die;
    over("$dir/header.db", "\0" x 200);
    over("$dir/header.db", "\0" x 200, 4096);
    like(check("$dir/header.db"), qr/store ".*header\.db".*damaged/,
        'without headers');

    like(check_unprivileged($store), qr/test is successful/, 'readable');
    chmod 0, $store;
    like(check_unprivileged($store), qr/missing or cannot be accessed/,
        'unreadable');
}

# formats: the one before is read and written, and brought to ours; a newer
# one is refused

{
    my $old = "$dir/old.db";

    open my $in, '<', 't/data/policies-format-1.db.gz.b64' or die;
    open my $out, '|-', "base64 -d | gzip -dc > $old" or die;
    print $out $_ while <$in>;
    close $out;

    my $dump = edge_policy($old, 'dump');
    like($dump, qr/^\*\.old\.example\.com min_tls=1\.3$/m, 'format 1: read');

    my $edge = EdgeTest->start(conf("$old map_size=16m", ''));

    is(tls12('x.old.example.com'), 'alert 70', '... by nginx');
    like(put('min_tls/put.test', '1.3'), qr/^200/, '... and written');
    is(tls12('put.test'), 'alert 70', '... which holds');

    like(edge_policy($old, 'upgrade'), qr/^5 records, format 2$/m,
        'upgraded, while nginx runs');
    is(tls12('y.old.example.com'), 'alert 70', '... which reads on');
    is(tls12('put.test'), 'alert 70', '... all of it');
    like(put('min_tls/put.test', '1.2'), qr/^200/, '... and writes on');
    like(tls12('put.test'), qr/^1\.2/, '... in the new format');
    like(edge_policy($old, 'upgrade'), qr/^0 records, format 2$/m,
        'once is enough');
    edge_policy($old, 'delete put.test');
    is(edge_policy($old, 'dump'), $dump, 'nothing else has changed');
    $edge->stop;

    # "format" and the number behind it, in the table of the store
    open $in, '<:raw', $old or die;
    my $bytes = do { local $/; <$in> };
    my $n = $bytes =~ s/format\x02\0\0\0/format\x03\0\0\0/g;
    $prepared->write_file("$dir/newer.db", $bytes);
    ok($n, 'a store of format 3');
    like(check("$dir/newer.db"), qr/has a format only newer releases know/,
        '... nginx -t refuses it');
    like(edge_policy("$dir/newer.db", 'dump'), qr/only newer releases know/,
        '... and so does the command');
}

# a disk that is full: nothing half, and a reason

SKIP: {
    mkdir "$dir/small";
    skip 'no tmpfs can be mounted', 9 if !small_disk("$dir/small", '600k');

    my $store = fill("$dir/small/db", 100);
    my $edge = EdgeTest->start(conf("$store map_size=64m", ''));
    my @workers = $edge->workers;

    is(tls12('h7.test'), 'alert 70', 'a store on a small disk');

    open my $out, '>', "$dir/many" or die;
    print $out "m$_.test min_tls=1.3\n" for 1 .. 20000;
    close $out;

    like(edge_policy($store, "load $dir/many"), qr/the disk is full/,
        'disk full: edge-policy says so');
    my $before = edge_policy($store, 'dump');

    fill_disk("$dir/small");

    my $long = join ':', ('ECDHE-ECDSA-AES256-GCM-SHA384') x 60;
    my $r = request('/edge/hostnames/settings/bulk', method => 'PUT',
        port => EdgeTest->port(1), data => join '', map {
            qq({"hostname":"p$_.test","settings":{"ciphers":"$long"}}\n)
        } 1 .. 400);

    is($r->{status}, 507, '... so does the API');
    like($r->{body}, qr/"success":false.*the disk is full/, '... in words');
    is(edge_policy($store, 'dump'), $before, '... and nothing of it is there');
    is(tls12('h9.test'), 'alert 70', '... which serves');
    is(join(' ', $edge->workers), "@workers", '... by the same worker');

    unlink "$dir/small/fill";
    like(put('min_tls/later.test', '1.3'), qr/^200/, 'room again: written');
    $edge->stop;
    system "umount $dir/small";
}

done_testing();
