package EdgeTest;

# The ground of every suite: where nginx and the modules are, which ports
# may be used, and an nginx that is started, reloaded, read and always
# stopped.
#
#   use lib 't/lib';
#   use EdgeTest;                       # every module in EDGE_MODULES
#   use EdgeTest 'zstd_filter';         # only ngx_http_zstd_filter_module
#   use Test::Nginx::Socket;            # after EdgeTest: it reads what we set
#
#   my $edge = EdgeTest->start(http => 'server { listen %%PORT%%; ... }');
#
# EDGE_TEST_KEEP=1 leaves the directories of a suite for a look at them.
#
# In configuration text %%PORT%% is the first port of the suite, %%PORT1%%
# to %%PORT49%% the next ones, %%ROOT%% the prefix directory, %%HTML%% its
# html folder, and %%H2%% what `listen` needs for HTTP/2 without TLS.

use strict;
use warnings;

use Cwd qw(cwd abs_path);
use File::Path qw(make_path remove_tree);
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);

use EdgeTest::Client;
use EdgeTest::Upstream;

our ($Binary, $Modules, $Port, $ServRoot, @Load);

my %running;
my @prepared;
my $suite_pid = $$;
my $serial = 0;


BEGIN {
    my $top = cwd();

    $Binary = $ENV{TEST_NGINX_BINARY} || '/usr/sbin/nginx';
    $Modules = $ENV{EDGE_MODULES} || "$top/build/modules";
    $Port = $ENV{TEST_NGINX_PORT} || 1984;
    $ServRoot = $ENV{TEST_NGINX_SERVROOT} || "$top/build/servroot";

    unshift @INC, grep { -d } "$top/build/perl",
        "$top/build/perl/usr/share/perl5";
}


sub import {
    my ($class, @only) = @_;

    @Load = sort glob "$Modules/*.so";
    @Load = map { "$Modules/ngx_http_${_}_module.so" } @only if @only;

    make_path($ServRoot);

    $ENV{TEST_NGINX_BINARY} = $Binary;
    $ENV{TEST_NGINX_PORT} = $Port;
    $ENV{TEST_NGINX_SERVROOT} = "$ServRoot/socket";
    $ENV{TEST_NGINX_LOAD_MODULES} = join ' ', @Load;
    $ENV{TEST_NGINX_WORKER_USER} ||= 'root root' if $> == 0;
    $ENV{TEST_NGINX_NO_SHUFFLE} = 1;
    $ENV{TEST_NGINX_LOG_LEVEL} ||= 'info';
    $ENV{TEST_NGINX_TIMEOUT} ||= 60;
}


sub port { return $Port + ($_[-1] && $_[-1] =~ /^\d+$/ ? $_[-1] : 0) }


# Test::Nginx checks what it expands in a configuration; a suite that wants
# a second port writes $TEST_NGINX_PORT1 there.

$ENV{"TEST_NGINX_PORT$_"} = $Port + $_ for 1 .. 49;


# "1.22.1" as 1022001

sub version {
    my ($v) = `$Binary -v 2>&1` =~ m{/(\d+\.\d+\.\d+)};
    my ($major, $minor, $patch) = split /\./, $v || '0.0.0';

    return ($major * 1000 + $minor) * 1000 + $patch;
}


sub built_with {
    my ($option) = @_;

    return scalar(`$Binary -V 2>&1` =~ /\Q$option\E/);
}


sub expand {
    my ($text, $root) = @_;
    my $h2 = version() >= 1025001 ? '; http2 on' : ' http2';

    $text =~ s/%%PORT(\d*)%%/$Port + ($1 || 0)/ge;
    $text =~ s/%%HTML%%/$root\/html/g;
    $text =~ s/%%ROOT%%/$root/g;
    $text =~ s/%%H2%%/$h2/g;

    return $text;
}


# start(%option): a master with its workers, listening when this returns.
#
#   http, main, events   configuration text of these blocks
#   workers              number of workers, 1
#   files                { 'html/a.txt' => 'content', ... }
#   load                 more load_module paths, before ours
#   env                  { NAME => value } for nginx alone
#   log_level            info
#   wait                 ports to wait for, default: all in `listen`
#
# Dies, with what nginx said, when it does not come up in half a minute.

sub start {
    my ($class, %o) = @_;
    my $self = $class->prepare(%o);

    my ($code, $said) = $self->run_nginx();
    die "nginx did not start ($code):\n$said" . $self->log if $code;

    $running{ $self->{root} } = $self;
    $self->{pid} = $self->wait_for(30, sub { $self->read_pid });
    die "no pid file\n$said" if !$self->{pid};

    $self->wait_for(30, sub { $self->workers >= ($o{workers} || 1) });

    return $self;
}


# prepare(%option): the prefix directory with everything start() needs

sub prepare {
    my ($class, %o) = @_;
    my $root = "$ServRoot/" . $suite_pid . '-' . ++$serial;
    my $self = bless { %o, root => $root }, $class;

    push @prepared, $root;

    if ($serial == 1) {
        $SIG{ALRM} = sub { die "the suite took too long\n" };
        alarm($ENV{EDGE_TEST_SECONDS} || 1400);
    }

    make_path("$root/html", "$root/logs", "$root/conf", "$root/temp");
    $self->write_file($_, $o{files}{$_}) for keys %{ $o{files} || {} };
    $self->write_conf;

    return $self;
}


sub write_file {
    my ($self, $name, $content) = @_;
    my $path = $name =~ m{^/} ? $name : "$self->{root}/$name";
    my ($dir) = $path =~ m{^(.*)/};

    make_path($dir);
    open my $out, '>:raw', "$path.new" or die "$path: $!";
    print $out $content;
    close $out or die "$path: $!";
    rename "$path.new", $path or die "$path: $!";

    return $path;
}


# write_conf(%option): writes nginx.conf anew, with what changed in %option;
# reload() makes it take effect.

sub write_conf {
    my ($self, %change) = @_;
    my $o = $self;
    my $root = $self->{root};
    my @temp = map { "    ${_}_temp_path %%ROOT%%/temp/$_;\n" }
        qw(client_body proxy fastcgi uwsgi scgi);

    %$self = (%$self, %change);

    $self->write_file('conf/nginx.conf', expand(join('',
        (map { "load_module $_;\n" } @{ $o->{load} || [] }, @Load),
        $> == 0 ? "user root;\n" : '',
        'worker_processes ', $o->{workers} || 1, ";\n",
        "pid %%ROOT%%/logs/nginx.pid;\n",
        'error_log %%ROOT%%/logs/error.log ', $o->{log_level} || 'info',
        ";\n",
        (map { "env $_;\n" } sort keys %{ $o->{env} || {} }),
        $o->{main} || '',
        "\nevents {\n    worker_connections ",
        $o->{worker_connections} || 4096, ";\n    ",
        $o->{events} || '', "\n}\n\n",
        "http {\n", @temp,
        "    access_log off;\n" x !(($o->{http} || '') =~ /^\s*access_log/m),
        "    types { text/html html; text/plain txt; text/css css;\n",
        "            application/javascript js; image/png png; }\n",
        "    default_type application/octet-stream;\n",
        $o->{http} || '', "\n}\n"), $root));

    return $self;
}


sub run_nginx {
    my ($self, @args) = @_;

    local %ENV = (%ENV, %{ $self->{env} || {} });

    my @command = ($Binary, '-p', "$self->{root}/",
        '-c', "$self->{root}/conf/nginx.conf", @args);
    my $out = "$self->{root}/logs/said";

    my $pid = fork();
    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        open STDOUT, '>', $out or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        alarm 120;
        exec @command or POSIX::_exit(127);
    }

    waitpid $pid, 0;
    my $code = $?;

    return ($code, slurp($out));
}


# check_conf(%option): what `nginx -t` makes of a configuration; returns its
# exit status, what it said, and the text of nginx.conf.

sub check_conf {
    my ($class, %o) = @_;
    my $self = $class->prepare(%o);
    my ($code, $said) = $self->run_nginx('-t');
    my $conf = slurp("$self->{root}/conf/nginx.conf");

    remove_tree($self->{root});

    return ($code, $said, $conf);
}


sub slurp {
    my ($path) = @_;

    open my $in, '<:raw', $path or return '';
    local $/;
    my $text = <$in>;

    return defined $text ? $text : '';
}


sub read_pid {
    my ($self) = @_;
    my ($pid) = slurp("$self->{root}/logs/nginx.pid") =~ /^(\d+)/;

    return $pid && kill(0, $pid) ? $pid : undef;
}


# wait_for(seconds, sub): the first true value of sub, undef when late

sub wait_for {
    my ($self, $seconds, $sub) = @_;
    my $end = time + $seconds;

    while (1) {
        my $value = $sub->();
        return $value if $value;
        return if time > $end;
        sleep 0.01;
    }
}


# pids of the workers that do not shut down

sub workers {
    my ($self) = @_;

    return grep { cmdline($_) =~ /^nginx: worker process\s*\z/ }
        children($self->{pid});
}


sub old_workers {
    my ($self) = @_;

    return grep { cmdline($_) =~ /^nginx: worker process is shutting/ }
        children($self->{pid});
}


sub children {
    my ($pid) = @_;

    return if !$pid;
    return split ' ', slurp("/proc/$pid/task/$pid/children");
}


sub cmdline {
    my ($pid) = @_;
    my $text = slurp("/proc/$pid/cmdline");

    $text =~ s/\0+$//;
    return $text;
}


# resident memory of one process in KB: all of it, or what it alone dirtied

sub rss_kb {
    my ($self, $pid) = @_;
    my ($kb) = slurp("/proc/$pid/status") =~ /^VmRSS:\s+(\d+)/m;

    return $kb || 0;
}


# reload(seconds): SIGHUP; true when new workers are there in time, half a minute

sub reload {
    my ($self, $seconds) = @_;
    my %before = map { $_ => 1 } $self->workers;

    kill 'HUP', $self->{pid};

    return $self->wait_for($seconds || 30, sub {
        my @now = $self->workers;
        return @now && !grep { $before{$_} } @now;
    });
}


sub log { return slurp("$_[0]{root}/logs/error.log") }


# lines of error.log that no healthy run writes

sub complaints {
    my ($self) = @_;

    return grep { /\[(?:alert|emerg|crit)\]|AddressSanitizer|runtime error:/ }
        split /^/, $self->log . slurp("$self->{root}/logs/said");
}


sub stop {
    my ($self, $signal) = @_;

    return if !$self || !delete $running{ $self->{root} };

    my $pid = $self->{pid};
    my @all = ($pid, children($pid));

    kill $signal || 'TERM', $pid;
    $self->wait_for(30, sub { !grep { kill 0, $_ } @all });

    for (@all) {
        kill 'KILL', $_ if kill(0, $_) && cmdline($_) =~ /nginx/;
    }

    return 1;
}


END {
    if ($$ == $suite_pid) {
        my $status = $?;

        $_->stop for values %running;
        EdgeTest::Upstream->stop_all;
        remove_tree(@prepared, { error => \my $ignored })
            if !$ENV{EDGE_TEST_KEEP};

        $? = $status;
    }
}


1;
