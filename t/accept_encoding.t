# Accept-Encoding (RFC 9110, 12.5.3), one table for every coding: what makes it
# acceptable, what does not, and what the log says of either.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use EdgeTest::Coding qw(codings decode dictionary wants);
use Test::More;

my $page = text(3000);
my ($dictionary, @file) = dictionary();

my $edge = EdgeTest->start(files => { @file, 'html/page.html' => $page },
    http => $dictionary . <<'CONF');
    log_format all '$arg_n $compression_coding $compression_reason '
        '$compression_ratio $compression_bytes_in $compression_bytes_out '
        '$compression_time';
    access_log %%ROOT%%/logs/access.log all;
    large_client_header_buffers 4 32k;

    server {
        listen %%PORT%%;
        root %%HTML%%;
        compression on;
    }
CONF

# C is the coding, in small letters, D in capitals; lines are parted by |

my @yes = ('C', 'D', 'C;q=1', 'C;q=1.', 'C;q=1.000', 'C;q=0.001', 'C; q=0.5',
    'C ;q=0.5', "C\t;\tq=0.5", 'C;Q=0.5', '  C  ', ',C', 'other,,C,', ', ,C',
    '*;q=0, C', 'C, *;q=0', 'identity;q=0, C', 'identity, C',
    'identity;q=0.5, C;q=0.5', 'C, identity;q=0', 'other;q=1.0,C;q=0.1',
    'other|C', 'C|other', 'identity;q=0.1|C;q=0.2', '|C', 'C, C',
    'other;x=y, C', 'a,' x 4000 . 'C');

my @no = ('other', 'identity', 'C;q=0', 'C;q=0.0', 'C;q=0.000', 'C; q=0',
    'C ; q=0', 'C;Q=0', 'other, C;q=0', '*;q=0', 'C;q=0|other', 'y-C', 'Cx',
    'other;C', 'identity;q=0', 'identity;q=1, C;q=0.5', 'C;q=0.5, identity',
    'C, C;q=0', 'C|C;q=0', 'C;q=2', 'C;q=-1', 'C;q=1.001', 'C;q=0.0001',
    'C;q', 'C;q=', 'C;q=x', 'C;q=0.0.0', 'C;q=1;q=0', 'C;q =1', 'C;q= 1',
    'C;x=y;q=1', 'C;x=y', 'C;', '"C"', 'C C', "C\x80", 'a,' x 4000);

# "*" is whatever is not named, but for codings of dictionaries (RFC 9842)

my %any = (yes => ['*', '*;q=0.1', 'identity;q=0, *', 'other;q=0, *'],
    no => ['C;q=0, *', '*, C;q=0', '*|C;q=0', 'identity;q=0.3, *;q=0.2']);

my $n = 0;
my %expected;


# ask(coding, table entry): the response, and what is to be in the log of it

sub ask {
    my ($coding, $accept, $reason) = @_;
    my @dictionary = grep { !/^Accept/ } wants($coding);

    $accept =~ s/C/$coding/g;
    $accept =~ s/D/uc $coding/ge;
    $n++;

    $expected{$n} = [ $reason eq 'coded' ? $coding : '-', $reason ];

    return get("/page.html?n=$n", headers => [ @dictionary,
        map { "Accept-Encoding: $_" } split /\|/, $accept ]);
}


# only(coding): a list in which all others are refused

sub only {
    my ($coding) = @_;

    return join '', map { ", $_;q=0" } grep { $_ ne $coding } codings();
}


for my $coding (codings()) {
    my $of_dictionary = $coding =~ /^dc/;

    subtest "$coding: acceptable" => sub {
        is_coded(ask($coding, $_, 'coded'), $page, sprintf('%.40s', $_),
            $coding) for @yes;
        is_coded(ask($coding, $_ . only($coding), 'coded'), $page, $_,
            $coding) for $of_dictionary ? () : @{ $any{yes} };
    };

    subtest "$coding: not acceptable" => sub {
        is_plain(ask($coding, $_, 'not-accepted'), $page,
            sprintf('%.40s', $_)) for @no;
        is_plain(ask($coding, $_ . only($coding), 'not-accepted'), $page, $_)
            for @{ $any{no} }, $of_dictionary ? '*' : ();
    };
}

subtest 'x-gzip is gzip' => sub {
    is_coded(get('/page.html', headers => ["Accept-Encoding: $_"]), $page, $_,
        'gzip') for 'x-gzip', 'X-GZIP;q=0.5', 'gzip;q=0.1, x-gzip';
    is_plain(get('/page.html', headers => ["Accept-Encoding: $_"]), $page, $_)
        for 'x-gzip;q=0', 'gzip, x-gzip;q=0';
};

is_plain(get('/page.html'), $page, 'no field');

subtest 'what is logged' => sub {
    my %line;

    $edge->wait_for(30, sub {
        %line = map { /^(\d+) (.*)/ } split /\n/,
            EdgeTest::slurp("$edge->{root}/logs/access.log");
        return keys %line >= $n;
    });

    for my $i (1 .. $n) {
        my ($coding, $reason, $ratio, $in, $out, $time) =
            split ' ', $line{$i} // '';
        my $coded = $reason eq 'coded';

        is("$coding $reason", "@{ $expected{$i} }", "$i: @{ $expected{$i} }");
        ok($coded ? $in == 3000 && $out > 0 && $time >= 0
            && abs($ratio - $in / $out) < 0.001 : "$ratio$in$out$time"
            eq '----', "$i: figures") or diag($line{$i});
    }
};

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
