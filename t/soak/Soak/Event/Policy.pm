package Soak::Event::Policy;

# Changes by the API, of either edge: of a hundred names that nobody asks for,
# and of one whose handshakes are watched. Both edges go by it from the answer
# on, as they share the store.

use strict;
use warnings;

use EdgeTest::Client qw(request);
use Soak::Wire;

use constant { PATIENCE => 60, SUBJECT => 'policy of changing.test' };


sub put {
    my ($site, $path, $data) = @_;

    return request("/edge/hostnames/settings/$path", method => 'PUT',
        port => $site->plain_port(int rand 2), data => $data,
        timeout => PATIENCE)->{status};
}


# set(site, version): status; what is true from then on is told

sub set {
    my ($site, $version) = @_;
    my %verdict = ('1.2' => 'accepted', '1.3' => 'refused');
    my $before = $site->{policy};

    say_line('change', 'begin', SUBJECT, now(), $verdict{$version});
    my $status = put($site, 'min_tls/changing.test',
        "{\"value\":\"$version\"}");

    $site->{policy} = $version if $status == 200;
    say_line('change', 'end', SUBJECT, now(), $verdict{ $site->{policy}
        || $before });

    return $status;
}


sub inject {
    my ($class, $site) = @_;
    my $bulk = join '', map { sprintf qq({"hostname":"h%d.bulk.test",)
        . qq("settings":{"min_tls":"1.%d"}}\n), $_, 2 + rand 2 } 1 .. 100;
    my $status = put($site, 'bulk', $bulk);

    say_line('fault', "PUT of a hundred names: $status") if $status != 200;

    $status = set($site, rand() < 0.5 ? '1.2' : '1.3');
    say_line('fault', "PUT: $status") if $status != 200;

    return 'put';
}


1;
