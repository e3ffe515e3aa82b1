# What "explain" says: the API, the command and a handshake agree.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'ecg';
use EdgeTest::Client qw(request);
use EdgeTest::Hello;
use JSON;
use Test::More;

my $command = $ENV{EDGE_POLICY} || 'build/bin/edge-policy';

plan skip_all => "no $command" if !-x $command;

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'x.test');
my $db = "$dir/policy.db";

$prepared->write_file('policies', <<'P');
default groups=X25519:P-256
no-sni max_tls=1.2
new.test min_tls=1.3 ciphersuites=TLS_AES_128_GCM_SHA256
old.test max_tls=1.2 ciphers=ECDHE-ECDSA-AES256-GCM-SHA384
*.w.test min_tls=1.3 http2=off
a.w.test resumption=off
*.b.w.test min_tls=1.2
shut.test action=reject
*.shut.test action=reject preset=modern
open.shut.test action=accept
set.test preset=intermediate groups=P-256
P

system("$command -s $db -m 16m load $dir/policies 2>/dev/null") == 0
    or die 'load';

my $edge = EdgeTest->start(http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ecg_store $db map_size=16m;

    server { listen %%PORT%% ssl; location / { ecg_api read; } }
    server { listen %%PORT1%%; location / { ecg_api read; } }
C


# the answer of the API, in the words of the command

sub api {
    my ($name, $versions) = @_;
    my $r = request("/explain/$name?versions=$versions",
        port => EdgeTest->port(1), close => 1);
    my $said = decode_json($r->{body})->{result};
    my $handshake = $said->{handshake};
    my %setting = %{ $said->{settings} };

    for (values %setting) {
        my $value = ref $_->{value} ? join ':', @{ $_->{value} } : $_->{value};

        $_ = "$value from $_->{from}" . ($_->{preset} ? ', preset' : '');
    }

    return join "\n", "policy $said->{policy}", "source $said->{source}",
        (map { "$_ $setting{$_}" } sort keys %setting),
        $handshake->{reason} ? "handshake refused: $handshake->{reason}"
        : "handshake TLSv$handshake->{version}", '';
}


sub command {
    my ($name, $versions) = @_;
    my ($head, $settings, $end) = `$command -s $db explain '$name' $versions`
        =~ /^(policy .*?\nsource .*?\n)(.*\n)(handshake .*\n)/s or return '';

    return join '', $head, (sort grep { !/ - from the server$/ }
        split /^/, $settings), $end;
}


# the outcome of a handshake, in the same words

sub handshake {
    my ($name, $versions) = @_;
    my $said = answer(versions => [split /,/, $versions],
        $name eq 'no-sni' ? () : (sni => $name));

    # a retry is for a key share of another group
    $said =~ s/^retry/1.3/;

    return $said =~ /^1\.[23] / ? 'TLSv' . substr $said, 0, 3
        : $said eq 'alert 70' ? 'refused: no common version'
        : $said eq 'alert 40' ? 'refused: rejected by policy' : $said;
}


for my $name (qw(x.test no-sni new.test NEW.test. old.test w.test a.w.test
    x.a.w.test z.b.w.test shut.test q.shut.test open.shut.test set.test))
{
    for my $versions ('1.2', '1.3', '1.3,1.2') {
        my $said = api($name, $versions);

        is(command($name, $versions), $said,
            "$name, $versions: command and API");
        is(handshake($name, $versions), $said =~ /^handshake (.*)$/m && $1,
            '... and a client');
    }
}

is(join('', $edge->complaints), '', 'no complaints');

done_testing();
