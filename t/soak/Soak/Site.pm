package Soak::Site;

# The two edges of a soak, what they serve, and the authority of their clients.
#
# The first edge is reloaded, and its workers are killed; the second serves the
# same traffic with workers that live as long as the soak, so that what traffic
# leaves behind shows in them. They share the store of policies and the
# revocation list, which are on a small disk where this process may mount one.

use strict;
use warnings;

use EdgeTest;
use EdgeTest::Check;
use EdgeTest::Clock;
use EdgeTest::Coding qw(encode);
use EdgeTest::Dictionary;
use EdgeTest::Pki;
use File::Path qw(make_path);
use Soak::Origin;

use constant { DAY => 86400, DISK_KB => 4096, PAGES => 6 };

our @clients = qw(alice bob carol dave erin);


sub new {
    my ($class, %o) = @_;
    my $self = bless { %o, release => 1 }, $class;
    my $dir = "$EdgeTest::ServRoot/soak-$$";

    $self->{dir} = $dir;
    $self->{pki} = EdgeTest::Pki->new($dir);
    make_path("$dir/disk");
    $self->{has_disk} = system('mount -t tmpfs -o size=' . DISK_KB
        . "k tmpfs $dir/disk 2>$dir/mount.log") == 0;

    $self->make_certificates;
    $self->revoke;
    $self->make_dictionary;
    $self->{clock} = EdgeTest::Clock->new($dir);
    $self->{has_h3} = EdgeTest::built_with('--with-http_v3_module')
        && `curl -V` =~ /\bHTTP3\b/;
    $self->{origin} = start_origin(EdgeTest->port(20), $o{life});
    $self->{edges} = [ map { $self->start_edge($_) } 0, 1 ];

    return $self;
}


sub plain_port { return EdgeTest->port(10 * $_[1]) }

sub tls_port { return EdgeTest->port(10 * $_[1] + 1) }


# dates that a clock which is some days wrong does not reach

sub make_certificates {
    my ($self) = @_;
    my $pki = $self->{pki};
    my %dates = (start => -100 * DAY, end => 100 * DAY);

    $pki->ca('ca', '/CN=Soak CA', %dates);
    $pki->issue('ca', 'server', '/CN=localhost', use => 'server', %dates);
    $pki->issue('ca', $_, "/CN=$_", %dates) for @clients;
    $self->{serial} = { map { $_ => $pki->serial($_) } @clients };
}


# bob, and these, are revoked; all others are not

sub revoke {
    my ($self, @names) = @_;

    return $self->{pki}->list('ca', 'disk/ca.crl', number => ++$self->{number},
        this => -100 * DAY, next => 100 * DAY,
        entries => [ map { [ $self->{serial}{$_} ] } 'bob', @names ]);
}


# the release that clients are said to have; the page is a later one

sub make_dictionary {
    my ($self) = @_;

    $self->{pki}->write('dictionary.js', release($self->{release}, 60_000));
    return $self->{release}++;
}


sub start_edge {
    my ($self, $n) = @_;
    my @sizes = (100, 3000, 40_000, 300_000);
    my %files = map { ("html/$_.html" => text($_)) } @sizes;

    for (1 .. PAGES) {
        my ($path, $page) = ("html/pre/$_.html", body_of(0, $_ * 5000));

        $files{$path} = $page;
        $files{"$path.zst"} = encode('zstd', $page);
        $files{"$path.br"} = encode('br', $page);
        $files{"$path.gz"} = encode('gzip', $page);
    }

    $files{'html/dictionary/page.js'} = release(99, 70_000);

    return EdgeTest->start(workers => 2, log_level => 'notice',
        files => \%files, env => { $self->{clock}->env }, http => $self->conf($n));
}


sub conf {
    my ($self, $n) = @_;
    my ($dir, $plain, $tls) = ($self->{dir}, $self->plain_port($n),
        $self->tls_port($n));
    my $origin = 'http://127.0.0.1:' . EdgeTest->port(20);
    my $quic = $self->{has_h3}
        ? "listen 127.0.0.1:$tls quic reuseport;" : '';

    return <<"    END";
    compression on;
    compression_types application/javascript text/event-stream;
    compression_min_length 1;
    compression_memory 6m;
    compression_pool 2;
    compression_idle 100ms;

    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $dir/server.crt;
    ssl_certificate_key $dir/server.key;
    ssl_client_certificate $dir/ca.crt;
    ssl_verify_client optional;
    ssl_session_cache shared:s:4m;
    mtls_resumption revalidated;
    mtls_crl $dir/disk/ca.crl;
    mtls_crl_check 1s;
    mtls_crl_zone 4m;
    mtls_headers cf;

    ecg_store $dir/disk/policy.db map_size=3m;
    ecg_policy strict.test min_tls=1.3;

    proxy_http_version 1.1;
    proxy_max_temp_file_size 0;
    add_header X-Worker \$pid always;

    server {
        listen 127.0.0.1:$plain backlog=1024;
        listen 127.0.0.1:$tls ssl%%H2%%;
        $quic
        server_name localhost;
        root %%HTML%%;

        location /pre/ { compression_static on; }
        location /up/ { proxy_pass $origin/up/; }
        location /raw/ { proxy_pass $origin/up/; proxy_buffering off; }
        location /events/ { proxy_pass $origin; proxy_buffering off; }
        location /edge { ecg_api write; }
        location = /status { ecg_status json; }

        location /dictionary/ {
            compression_dictionary $dir/dictionary.js match=/dictionary/*;
        }

        location = /who {
            compression off;
            return 200 "\$mtls_verified|\$mtls_revoked|\$mtls_subject_dn";
        }

        error_page 495 = \@refused;
        location \@refused { compression off; return 400 "refused"; }
    }
    END
}


sub stop {
    my ($self) = @_;

    $_->stop('QUIT') for @{ $self->{edges} };
    $self->{origin}->stop;
    system "umount $self->{dir}/disk" if $self->{has_disk};
    File::Path::remove_tree($self->{dir}) if !$ENV{EDGE_TEST_KEEP};
}


1;
