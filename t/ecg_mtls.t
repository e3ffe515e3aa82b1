# The guard and mutual TLS in one nginx: both are asked on each ClientHello.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest qw(ecg mtls);
use EdgeTest::Hello;
use Test::More;

plan skip_all => 'no mtls module'
    if !-f "$EdgeTest::Modules/ngx_http_mtls_module.so";

my $prepared = EdgeTest->prepare;
my $dir = $prepared->{root};
my ($cert, $key) = certificate($dir, 'x.test');
my ($client, $client_key) = certificate($dir, 'client.test');


sub server {
    my ($name, $text) = @_;

    return "server { listen %%PORT%% ssl; server_name $name; $text "
        . "return 200 \"\$ssl_client_verify \$ecg_policy\\n\"; }\n";
}


# either order of load_module, as either may come first to the callback

for my $order ([0, 1], [1, 0]) {
    local @EdgeTest::Load = @EdgeTest::Load[@$order];

    my $edge = EdgeTest->start(http => <<"C"
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_client_certificate $client;
    ssl_verify_client on;
    mtls_resumption partitioned;

    ecg_policy strict.test min_tls=1.3;
    ecg_policy once.test resumption=off;
C
        . server('x.test', '') . server('strict.test', '')
        . server('once.test', '') . server('mtls.test',
            'mtls_resumption off;'));
    my @with = ('-cert', $client, '-key', $client_key);
    my $first = $EdgeTest::Load[0] =~ /ecg_module/ ? 'ecg first' : 'mtls first';

    is(answer(sni => 'strict.test', versions => ['1.2']), 'alert 70',
        "$first: the policy holds");
    like(s_client(sni => 'strict.test', args => [@with]),
        qr/^SUCCESS strict\.test$/m, '... with a client certificate');
    like(s_client(sni => 'x.test', args => []), qr/400|alert|required/,
        '... and without one');

    for my $version ('tls1_2', 'tls1_3') {
        for my $name ('x.test', 'once.test', 'mtls.test') {
            my $file = "$dir/$version.$name";
            unlink $file;

            s_client(sni => $name, args => ["-$version", @with, '-sess_out',
                $file]);
            my $said = -s $file ? s_client(sni => $name, args =>
                ["-$version", @with, '-sess_in', $file]) : 'New,';

            like($said, $name eq 'x.test' ? qr/^Reused, /m : qr/^New,/m,
                "$first: $version $name");
        }
    }

    is(join('', $edge->complaints), '', 'no complaints');
    $edge->stop;
}

# the API: a verified certificate is access control

{
    my $other = EdgeTest->prepare->{root};
    my ($stranger, $stranger_key) = certificate($other, 'other.test');
    my $edge = EdgeTest->start(http => <<"C");
    ssl_certificate $cert;
    ssl_certificate_key $key;
    ssl_client_certificate $client;
    ecg_store $dir/policy.db map_size=16m;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;

    server { listen %%PORT%% ssl; server_name on.test; ssl_verify_client on;
        location /edge { ecg_api write; } }
    server { listen %%PORT1%% ssl; server_name optional.test;
        ssl_verify_client optional; location /edge { ecg_api write; } }
C

    # put(port, value, certificate): the status that a remote client gets

    my $put = sub {
        my ($port, $value, @with) = @_;
        my $url = 'https://127.0.0.1:' . EdgeTest->port($port)
            . '/edge/hostnames/settings/min_tls/a.test';

        return `curl -sk --max-time 60 @with -o /dev/null -w '%{http_code}' -H 'X-Real-IP: 192.0.2.1' -X PUT -d '{"value":"$value"}' $url`;
    };
    my @with = ('-E', $client, '--key', $client_key);

    is($put->(0, '1.3'), 400, 'API: without a certificate');
    is($put->(0, '1.3', '-E', $stranger, '--key', $stranger_key), 400,
        '... with that of a stranger');
    is($put->(1, '1.3', @with), 403, '... where it may be left out');
    like(answer(sni => 'a.test', versions => ['1.2']), qr/^1\.2 /,
        'nothing is written');
    is($put->(0, '1.3', @with), 200, 'API: with a certificate');
    is(answer(sni => 'a.test', versions => ['1.2']), 'alert 70',
        'it is written');
    is(join('', $edge->complaints), '', 'no complaints');
    $edge->stop;
}

done_testing();
