# The attack of 2025 in all its forms: a session made with a certificate that
# is good in one place is offered in another, or later.  Each way of keeping
# sessions, each attack, each mode of mtls_resumption, and stock nginx; the
# answers are those of the table in docs/threat-model.md, which
# EDGE_MTLS_TABLE=1 prints.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'mtls';
use EdgeTest::Pki;
use EdgeTest::TlsClient;
use Test::More;
use Time::HiRes qw(sleep time);

my $pki = EdgeTest::Pki->new("$EdgeTest::ServRoot/pki-$$");
my $dir = $pki->path('');

$pki->ca('ca', '/CN=Test CA');
$pki->ca('twin', '/CN=Test CA');
$pki->issue('ca', 'server', '/CN=localhost', use => 'server');
$pki->issue('ca', 'alice', '/CN=alice');
$pki->crl('ca', 'alice', 'alice');
$pki->write('keys', join '', map { chr(($_ * 37 + 11) % 256) } 1 .. 80);

my @alice = (cert => "${dir}alice.crt", key => "${dir}alice.key");
my @modes = qw(stock off partitioned revalidated);

# How sessions are kept, each on a port of its own
my @stores = (
    'ssl_session_cache none;',
    'ssl_session_cache shared:ids:1m; ssl_session_tickets off;',
    "ssl_session_cache shared:keys:1m; ssl_session_ticket_key ${dir}keys;",
);

# name; port; protocol
my @ways = (
    [ '1.2 ticket', 0, '1.2' ],
    [ '1.3 ticket', 0, '1.3' ],
    [ '1.2 ID', 1, '1.2' ],
    [ '1.3 cache', 1, '1.3' ],
    [ '1.2 key file', 2, '1.2' ],
    [ '1.3 key file', 2, '1.3' ],
);

# name; where the session is from; how it is offered.  h2: by HTTP/2.
my @attacks = (
    [ 'other server, the same trust', 'a.test', sni => 'b.test' ],
    [ 'other server, other CA of the same name', 'a.test',
        sni => 'twin.test' ],
    [ 'other server, whose CRL names the client', 'a.test',
        sni => 'crl.test' ],
    [ 'other server, other verify depth', 'a.test', sni => 'depth.test' ],
    [ 'to a server that verifies nobody', 'a.test', sni => 'plain.test' ],
    [ 'from a server that verifies nobody', 'plain.test', sni => 'a.test' ],
    [ 'no SNI, `Host` of the server', 'a.test', sni => undef,
        host => 'a.test' ],
    [ '`Host` of another server', 'a.test', sni => 'a.test',
        host => 'twin.test' ],
    [ 'HTTP/2, `:authority` of another server', 'a.test', sni => 'a.test',
        host => 'twin.test', h2 => 1 ],
);
my @later = ('CRL that names the client added, reload',
    'certificate expired since');


sub server {
    my ($port, $name, $verify, $more) = @_;

    return <<"    END";
    server {
        listen %%PORT$port%% ssl%%H2%%;
        server_name $name;
        $stores[$port]
        ssl_verify_client $verify;
        @{[ $more || '' ]}
        location / { return 200 "\$ssl_client_verify \$ssl_client_s_dn"; }
    }
    END
}


sub http {
    my ($mode, $crl) = @_;

    return join '', <<"    END", map {
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${dir}server.crt;
    ssl_certificate_key ${dir}server.key;
    ssl_client_certificate ${dir}ca.crt;
    @{[ $mode eq 'stock' ? '' : "mtls_resumption $mode;" ]}
    END
        server($_, 'plain.test', 'off'),
        server($_, 'a.test', 'on', $crl ? "ssl_crl ${dir}alice.crl;" : ''),
        server($_, 'b.test', 'on'),
        server($_, 'twin.test', 'on', "ssl_client_certificate ${dir}twin.crt;"),
        server($_, 'crl.test', 'on', "ssl_crl ${dir}alice.crl;"),
        server($_, 'depth.test', 'on', 'ssl_verify_depth 3;')
    } 0 .. $#stores;
}


sub get {
    my ($way, %o) = @_;

    return EdgeTest::TlsClient::get(port => EdgeTest->port($way->[1]),
        version => $way->[2], @alice, %o);
}


# What came of it, in a word or two

sub outcome {
    my ($r) = @_;
    my $how = $r->{reused} ? 'resumed' : 'full';

    return 'alert' if !$r->{status};
    return $r->{body} =~ /^SUCCESS/ ? "$how, SUCCESS" : "$how, $r->{status}";
}


# {attack}{mode}{way}
my %got;


# Every attack with sessions from before, if there are any, or new ones

sub attack {
    my ($mode, $suffix, $before) = @_;

    for my $way (@ways) {
        for my $attack ($before && !$way->[1] ? () : @attacks) {
            my ($name, $from, %to) = @$attack;
            my $session = $before ? $before->{ $way->[0] }{$name}
                : get($way, sni => $from)->{session};

            $got{$name}{$mode}{"$way->[0]$suffix"} =
                outcome(get($way, %to, session => $session));
        }
    }
}


for my $mode (@modes) {
    local @EdgeTest::Load = $mode eq 'stock' ? () : @EdgeTest::Load;
    my $edge = EdgeTest->start(http => http($mode));

    my @brief = (cert => "${dir}brief.crt", key => "${dir}brief.key");
    my (%brief, %before);
    my $expires = $pki->brief('ca', 'brief', '/CN=brief', sub {
        %brief = map { $_->[0] => get($_, @brief, sni => 'a.test') } @ways;
        return !grep { ($_->{status} || 0) != 200 } values %brief;
    });

    for my $way (@ways) {
        is($brief{ $way->[0] }{status}, 200,
            "$mode, $way->[0]: not expired yet");

        # one each: a session is good for one attack only, and OpenSSL makes
        # new keys of its own at a reload
        $before{ $way->[0] }{ $_->[0] } = get($way, sni => $_->[1])->{session}
            for $way->[1] ? (@attacks, [ $later[0], 'a.test' ]) : ();
    }

    attack($mode, '');

    sleep 0.1 while time <= $expires;
    $got{ $later[1] }{$mode}{ $_->[0] } = outcome(get($_, @brief,
        sni => 'a.test', session => $brief{ $_->[0] }{session})) for @ways;

    ok($edge->reload, "$mode: reloaded, nothing changed");
    attack($mode, ', reload', \%before);

    $edge->write_conf(http => http($mode, 1));
    ok($edge->reload, "$mode: reloaded with a CRL");
    $got{ $later[0] }{$mode}{ $_->[0] } = outcome(get($_, sni => 'a.test',
        session => $before{ $_->[0] }{ $later[0] })) for grep { $_->[1] } @ways;

    is_deeply([ $edge->complaints ], [], "$mode: nothing bad in the log");
    $edge->stop;
}


# One cell: what all ways have in common, or which ways lead to what

sub cell {
    my ($by_way) = @_;
    my %ways;

    push @{ $ways{ $by_way->{$_} } }, $_ for sort keys %$by_way;

    my @outcomes = sort { @{ $ways{$b} } <=> @{ $ways{$a} } || $a cmp $b }
        keys %ways;

    return join '; ', map {
        (/^resumed, SUCCESS/ ? "**$_**" : $_)
            . (@outcomes > 1 ? ': ' . ways($ways{$_}, [ keys %$by_way ]) : '')
    } @outcomes;
}


# As few words for them as there may be

sub ways {
    my ($are, $of) = @_;
    my %is = map { $_ => 1 } @$are;
    my @said;

    for my $all ('1.2', '1.3') {
        my @all = grep { /^\Q$all/ } @$of;

        if (@all && !grep { !$is{$_} } @all) {
            push @said, "TLSv$all";
            delete @is{@all};
        }
    }

    for (map { $_->[0] } @ways) {
        push @said, $_ if $is{$_} || $is{"$_, reload"};
        $said[-1] .= $is{$_} ? ' at once' : ' after a reload'
            if grep({ $_ eq "$said[-1], reload" } @$of)
            && ($is{$_} xor $is{"$_, reload"});
    }

    return join ', ', @said;
}


# The table of the threat model: by attack and column

my %table;

{
    my @columns;

    for (split /\n/, EdgeTest::slurp('docs/threat-model.md')) {
        my @cells = /^\| (.*) \|$/ ? split / \| /, $1 : next;

        @columns = @cells, next if $cells[0] eq 'attack';
        @{ $table{ $cells[0] } }{@columns} = @cells if @columns;
    }
}

my ($version) = `$EdgeTest::Binary -v 2>&1` =~ m{nginx/([\d.]+)};

for my $name ((map { $_->[0] } @attacks), @later) {
    my @row;

    for my $mode (@modes) {
        my $ways = $got{$name}{$mode};
        my $column = $mode eq 'stock' ? "stock $version" : "`$mode`";
        my $cell = cell($ways);

        push @row, $cell;

        SKIP: {
            skip "the table has no stock $version", 1
                if $mode eq 'stock' && $table{$name}
                && !exists $table{$name}{$column};
            is($cell, $table{$name}{$column}, "$column: $name");
        }

        next if $mode eq 'stock';

        for my $way (sort keys %$ways) {
            my $may = $name eq 'certificate expired since'
                && $mode eq 'partitioned' || $name =~ /verifies nobody$/
                || $name =~ /the same trust|verify depth/ ;

            ok($ways->{$way} !~ /^resumed/ || $may && $mode ne 'off'
                || $ways->{$way} eq 'resumed, 421',
                "$mode, $way: $name: not resumed");
            unlike($ways->{$way}, qr/SUCCESS/, "$mode, $way: $name: refused")
                if $name =~ /CRL|other CA|`Host`|authority|no SNI/;
        }
    }

    diag join ' | ', '', $name, @row if $ENV{EDGE_MTLS_TABLE};
}

done_testing();
