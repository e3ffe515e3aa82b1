# Files that a container has mounted, replaced as kubelet does it, by another
# "..data": the entrypoint of the image has nginx reload when its configuration
# changed, revocation lists are read without.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Client qw(get);
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use File::Path qw(make_path remove_tree);
use Test::More;

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $volumes = "$EdgeTest::ServRoot/volumes-$$";
my $date = 0;

$pki->ca('ca', '/CN=CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'client', '/CN=client');


# mount_files(volume, name => content, ...): as kubelet writes a ConfigMap or a
# Secret: a directory with a date, "..data" that leads to it and is renamed to its
# place, and links to what is in "..data".

sub mount_files {
    my ($volume, %file) = @_;
    my $dir = "$volumes/$volume";
    my $now = sprintf '..2026_11_23_%04d', ++$date;
    my $before = readlink "$dir/..data";

    make_path("$dir/$now");

    for my $name (keys %file) {
        open my $out, '>:raw', "$dir/$now/$name" or die "$name: $!";
        print $out $file{$name};
        close $out or die "$name: $!";
    }

    symlink $now, "$dir/..data_tmp" or die "..data_tmp: $!";
    rename "$dir/..data_tmp", "$dir/..data" or die "..data: $!";

    for my $name (keys %file) {
        -l "$dir/$name" or symlink "..data/$name", "$dir/$name"
            or die "$name: $!";
    }

    remove_tree("$dir/$before") if defined $before;
}


sub site {
    my ($text) = @_;

    return EdgeTest::expand(<<"    END", $volumes);
    server {
        listen %%PORT%%;
        location / { return 200 "$text"; }
    }
    server {
        listen %%PORT1%% ssl;
        ssl_certificate @{[ $pki->path('server.crt') ]};
        ssl_certificate_key @{[ $pki->path('server.key') ]};
        ssl_client_certificate @{[ $pki->path('ca.crt') ]};
        ssl_verify_client on;
        location / { return 200 \$ssl_client_verify; }
    }
    END
}


sub page { return eval { get('/')->{body} } // '' }


sub status {
    return EdgeTest::TlsClient::get(port => EdgeTest->port(1),
        sni => 'localhost', cert => $pki->path('client.crt'),
        key => $pki->path('client.key'))->{status} || 'alert';
}


mount_files('edge.d', 'site.conf' => site('one'));
mount_files('crl', 'ca.pem' => EdgeTest::slurp($pki->crl('ca', 'first')));

my $edge = EdgeTest->prepare(http => <<END, workers => 1);
    mtls_crl $volumes/crl;
    mtls_crl_check 1s;
    include $volumes/edge.d/*.conf;
END


# run_entrypoint(%env): in a process of its own; its pid, and where it says what

my $said = "$edge->{root}/logs/entrypoint";

sub run_entrypoint {
    my (%env) = @_;
    my $pid = fork() // die "fork: $!";

    return $pid if $pid;

    @ENV{ keys %env } = values %env;
    open STDOUT, '>', $said or POSIX::_exit(126);
    open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
    exec 'tools/image/entrypoint', $EdgeTest::Binary, '-p', "$edge->{root}/",
        '-c', "$edge->{root}/conf/nginx.conf", '-g', 'daemon off;'
        or POSIX::_exit(127);
}


sub soon { return EdgeTest->wait_for(60, @_) }


waitpid run_entrypoint(EDGE_RELOAD => 'often'), 0;
is($? >> 8, 78, 'an interval that is none');
like(EdgeTest::slurp($said), qr/^edge: invalid EDGE_RELOAD "often", it must be /,
    'is refused with a reason');

my $pid = run_entrypoint(EDGE_RELOAD => 1,
    EDGE_RELOAD_PATHS => "$volumes/edge.d");

END { kill 'KILL', $pid, EdgeTest::children($pid) if $pid }

ok(soon(sub { page() eq 'one' }), 'nginx serves');
is(EdgeTest::slurp("$edge->{root}/logs/nginx.pid"), "$pid\n",
    'the entrypoint has become nginx');
is(status(), 200, 'a client with a certificate');

mount_files('edge.d', 'site.conf' => site('two'));
ok(soon(sub { page() eq 'two' }), 'another ConfigMap is noticed');
like(EdgeTest::slurp($said), qr/^edge: mounted files have changed, reloading$/m,
    'and it is told');

mount_files('edge.d', 'site.conf' => 'listen on;');
ok(soon(sub { $edge->log =~ /\[emerg\].*"listen" directive is not allowed here/ }),
    'a wrong one is refused');
is(page(), 'two', 'and the one before serves');

mount_files('edge.d', 'site.conf' => site('three'));
ok(soon(sub { page() eq 'three' }), 'the next one is taken');

my $reloads = () = EdgeTest::slurp($said) =~ /reloading/g;
is($reloads, 3, 'one reload for each');

mount_files('crl', 'ca.pem' => EdgeTest::slurp($pki->crl('ca', 'next', 'client')));
ok(soon(sub { status() eq '400' }), 'another Secret with lists is noticed');
is(() = EdgeTest::slurp($said) =~ /reloading/g, 3, 'without a reload');

kill 'QUIT', $pid;
waitpid $pid, 0;
is($?, 0, 'it ends as it is told');
undef $pid;

remove_tree($volumes);
done_testing();
