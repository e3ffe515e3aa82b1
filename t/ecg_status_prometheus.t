# ecg_status as Prometheus takes it: promtool has nothing to say of it, and a
# Prometheus that scrapes it answers questions about the edge.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use EdgeTest::Status;
use JSON;
use POSIX ();
use Test::More;

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'x.test');

my $edge = EdgeTest->start(workers => 2, http => <<"C",
    compression zstd;
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ecg_store $dir/policy.db map_size=1m;
    ecg_policy old.test max_tls=1.2;

    server {
        listen %%PORT%%;
        listen %%PORT1%% ssl;
        server_name x.test;
        location / { root %%HTML%%; }
        location /metrics { ecg_status prometheus; }
    }

    # of the same name, elsewhere

    server { listen %%PORT2%% ssl; server_name x.test; }
C
    files => { 'html/x.html' => 'something ' x 1000 });

my $port = EdgeTest->port;


sub load {
    request('/x.html', close => 1, headers => ['Accept-Encoding: zstd'])
        for 1 .. $_[0];
    answer(port => EdgeTest->port(1), sni => 'old.test', versions => ['1.3']);
    s_client(port => EdgeTest->port(1), sni => 'x.test');
}


# 1. promtool

load(7);

my $text = EdgeTest::Status->text;
my $file = $edge->write_file('metrics', $text->{body});
my $said = `promtool check metrics < $file 2>&1`;

is($?, 0, 'promtool accepts it');
is($said, '', 'and says nothing');

my @families = $text->{body} =~ /^# TYPE (\w+)/mg;
cmp_ok(@families, '>', 15, 'of many families');

my %seen;
my @twice = grep { $seen{$_}++ } $text->{body} =~ /^(\w+(?:\{.*\})?) /mg;
is("@twice", '', 'no sample is there twice');

# 2. docs/status.md has the families of the sources, and no others

{
    my %told = map { $_ => 1 }
        EdgeTest::slurp('docs/status.md') =~ /^\| `nginx_edge_(\w+)`/mg;
    my $sources = join '', map { EdgeTest::slurp($_) }
        glob 'ecg/ngx_edge_status*.c';
    my %made = map { $_ => 1 } $sources =~ /"((?:compression|tls|mtls|policy
        |certificate|start|series)_\w+_(?:total|seconds|bytes|busy|pooled|up
        |names|entries|success|problems)|info)"/gx;

    is(join(' ', grep { !$told{$_} } sort keys %made), '',
        'all families are in docs/status.md');
    is(join(' ', grep { !$made{$_} } sort keys %told), '',
        'and no others are');
    is(join(' ', grep { !$made{s/^nginx_edge_//r} } @families), '',
        'those of an answer are among them');
}

# 3. a Prometheus

my $prometheus = EdgeTest->port(20);

$edge->write_file('prometheus.yml', <<"C");
global:
  scrape_interval: 2s
scrape_configs:
  - job_name: edge
    static_configs:
      - targets: ['127.0.0.1:$port']
C

my $pid = fork();
die "fork: $!" if !defined $pid;

if ($pid == 0) {
    my $root = $edge->{root};

    open STDOUT, '>', "$root/logs/prometheus.log" or POSIX::_exit(126);
    open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
    exec qw(timeout -k 5 600 prometheus), "--config.file=$root/prometheus.yml",
        "--storage.tsdb.path=$root/tsdb",
        "--web.listen-address=127.0.0.1:$prometheus" or POSIX::_exit(127);
}


# The value that an expression has there, when it is one.

sub asked {
    my ($query) = @_;
    my $escaped = $query =~ s/([^\w])/sprintf '%%%02X', ord $1/ger;
    my $r = eval { request("/api/v1/query?query=$escaped",
        port => $prometheus, close => 1) } or return '';
    my $answer = eval { decode_json($r->{body}) } or return '';

    return $answer->{data}{result}[0]{value}[1] // '';
}


sub becomes {
    my ($want, $query, $what) = @_;
    my $got = '';

    $edge->wait_for(60, sub { ($got = asked($query)) eq $want });
    is($got, $want, $what);
}


becomes(1, 'up{job="edge"}', 'it scrapes');
becomes(7, 'sum(nginx_edge_compression_responses_total{coding="zstd"})',
    'responses');
load(5);
becomes(12, 'sum(nginx_edge_compression_responses_total{coding="zstd"})',
    'responses since');
becomes(2, 'nginx_edge_tls_refused_total{reason="no common version"}',
    'refusals');
becomes(12, 'nginx_edge_compression_encoder_seconds_count', 'a histogram');

ok($edge->wait_for(60, sub { (asked('histogram_quantile(0.5, sum by (le) '
    . '(nginx_edge_compression_encoder_seconds_bucket))') || 0) > 0 }),
    'and its median');

diag(EdgeTest::slurp("$edge->{root}/logs/prometheus.log"))
    if !Test::More->builder->is_passing;

kill 'TERM', $pid;
waitpid $pid, 0;

is(join('', $edge->complaints), '', 'nothing to complain of');
$edge->stop;

done_testing();
