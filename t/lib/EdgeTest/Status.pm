package EdgeTest::Status;

# What ecg_status answers.
#
#   my $s = EdgeTest::Status->json(port => $p, path => '/json');
#   $s->value('compression_responses_total', server => 'a.test');
#                     sum of the samples that have these labels; undef: none
#   $s->count(...)    the same of a histogram's count
#   $s->labels('tls_handshakes_total', 'group')    sorted values of a label
#
#   my $s = EdgeTest::Status->text(...);    of the Prometheus format, likewise
#
#   EdgeTest::Status::settles(\&ask, 'text', 3, 'responses_total', ...)
#                     a test: the value is 3 at last, as &ask has it; what is
#                     sent is counted a moment later

use strict;
use warnings;

use EdgeTest::Client qw(request);
use JSON ();
use Test::More ();


sub settles {
    my ($ask, $text, $want, @query) = @_;
    my $got;

    EdgeTest->wait_for(30, sub {
        $got = $ask->()->value(@query) // 0;
        return $got == $want;
    });

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return Test::More::is($got, $want, $text);
}


sub ask {
    my ($class, %o) = @_;
    my $r = request($o{path}, port => $o{port} || EdgeTest->port,
        close => 1, %o);

    return bless { response => $r, body => $r->{body} }, $class;
}


sub json {
    my ($class, %o) = @_;
    my $self = $class->ask(path => '/json', %o);

    $self->{families} = JSON::decode_json($self->{body})->{families};

    return $self;
}


sub text {
    my ($class, %o) = @_;
    my $self = $class->ask(path => '/metrics', %o);
    my (%family, $type);

    for (split /\n/, $self->{body}) {
        $type = $1, next if /^# TYPE \S+ (\w+)$/;
        next if /^#/;
        /^(\w+)(?:\{(.*)\})? ([0-9.]+)$/ or die "not a sample: $_";

        my ($name, $labels, $value) = ($1, $2 // '', $3);
        my %label;
        $label{$1} = $2 =~ s/\\(.)/$1/gr
            while $labels =~ /(\w+)="((?:\\.|[^"\\])*)"/g;

        $name =~ s/_count$// if $type eq 'histogram';
        push @{ $family{$name}{samples} }, { labels => \%label,
            value => $value, count => $value };
    }

    $self->{families} = \%family;

    return $self;
}


sub samples {
    my ($self, $name, %label) = @_;
    my $family = $self->{families}{"nginx_edge_$name"} or return;

    return grep {
        my $have = $_->{labels};
        !grep { ($have->{$_} // '') ne $label{$_} } keys %label;
    } @{ $family->{samples} };
}


sub sum {
    my ($self, $what, @query) = @_;
    my @samples = $self->samples(@query) or return;
    my $sum = 0;

    $sum += $_->{$what} for @samples;
    return $sum;
}


sub value { my $self = shift; return $self->sum('value', @_) }

sub count { my $self = shift; return $self->sum('count', @_) }


sub labels {
    my ($self, $name, $label) = @_;
    my %seen = map { $_->{labels}{$label} => 1 } $self->samples($name);

    return sort keys %seen;
}


1;
