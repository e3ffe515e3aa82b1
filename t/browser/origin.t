# ecg_origin_frame in a headless Firefox: a connection is used for the hosts
# that the frame tells, and not for others of the same certificate and address.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Pki;
use File::Path qw(make_path);
use POSIX ();
use Test::More;

plan skip_all => 'no firefox-esr, or no certutil'
    if system('command -v firefox-esr certutil >/dev/null');

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/origin-$$");
my @hosts = ('page.test', 'told.test', 'other.test');

$pki->ca('ca', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=page.test', use => 'server',
    ext => 'subjectAltName=' . join(',', map { "DNS:$_" } @hosts) . "\n");

my $dir = $pki->path('');
my $port = EdgeTest->port;
my $page = '<!doctype html><title>x</title>' . join '', map {
    "<script src='https://$_:$port/x.js'></script>" } @hosts[1, 2];


# a profile that trusts the authority, knows the hosts and asks nobody else

sub profile {
    my ($name) = @_;
    my $profile = "$dir$name";
    my %preference = (
        'network.dns.localDomains' => '"' . join(',', @hosts) . '"',
        'network.dns.disableIPv6' => 'true',
        'network.http.http3.enable' => 'false',
        'app.update.enabled' => 'false',
        'datareporting.policy.dataSubmissionEnabled' => 'false',
        'network.captive-portal-service.enabled' => 'false',
        'network.connectivity-service.enabled' => 'false',
    );

    make_path($profile);
    $pki->write("$name/user.js", join '', map {
        "user_pref(\"$_\", $preference{$_});\n" } sort keys %preference);
    system("certutil -N --empty-password -d sql:$profile && certutil -A -n ca "
        . "-t C,, -i ${dir}ca.crt -d sql:$profile") == 0 or die 'certutil';

    return $profile;
}


sub firefox {
    my ($profile, $url) = @_;
    my $pid = fork();

    if (!$pid) {
        POSIX::setsid();
        $ENV{HOME} = $profile;
        open STDOUT, '>', "$profile/said" or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        exec 'firefox-esr', '--headless', '--no-remote', '--profile', $profile,
            '--screenshot', "$profile/shot.png", $url;
    }

    return $pid;
}


# which connection each host was asked for on, by the number of that of the page

sub connections {
    my ($name, $directive) = @_;
    my $edge = EdgeTest->start(http => <<"C", files =>
    log_format hosts '\$connection \$host \$server_protocol';
    access_log %%ROOT%%/logs/hosts.log hosts;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    server {
        listen %%PORT%% ssl%%H2%%;
        server_name @hosts;
        $directive
        root %%HTML%%;
    }
C
        { 'html/index.html' => $page, 'html/x.js' => '' });
    my $pid = firefox(profile($name), "https://$hosts[0]:$port/");
    my %on;

    $edge->wait_for(180, sub {
        %on = map { /^(\d+) (\S+) HTTP\/2\.0$/ ? ($2, $1) : () } split /\n/,
            EdgeTest::slurp("$edge->{root}/logs/hosts.log");
        return @hosts == grep { $on{$_} } @hosts;
    });

    kill 'TERM', -$pid;
    waitpid $pid, 0;
    diag(EdgeTest::slurp("$dir$name/said")) if !%on;
    is(join('', $edge->complaints), '', 'no complaints');
    $edge->stop;

    return map { !$on{$_} ? 'none' : $on{$_} == $on{$hosts[0]} ? 'same'
        : 'own' } @hosts;
}


is(join(' ', connections('without', 'ecg_origin_frame off;')),
    'same same same', 'without the frame: one connection for all');
is(join(' ', connections('with', "ecg_origin_frame $hosts[1];")),
    'same same own', 'with it: the page and the host told');

done_testing();
