# Wrong values: nginx -t refuses each, and says where, what it found and what it
# would take. What holds for all directives alike is in config_directives.t.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use Test::More;

my $place = EdgeTest->prepare->{root};


# said(level, directive): exit status, what nginx said, the directive's line

sub said {
    my ($level, $text) = @_;
    my %block = (
        http => [ '', "server { listen %%PORT%%; }\n" ],
        server => [ "server {\nlisten %%PORT%%;\n", "}\n" ],
        location => [ "server {\nlisten %%PORT%%;\nlocation / {\n", "}\n}\n" ],
        if => [ "server {\nlisten %%PORT%%;\nlocation / {\nif (\$arg_x) {\n",
            "}\n}\n}\n" ],
    );
    my ($before, $after) = @{ $block{$level} || [] };
    my ($code, $output, $conf) = EdgeTest->check_conf($level eq 'main'
        ? (main => "\n$text #HERE\n")
        : (http => "$before$text #HERE\n$after"));
    my ($lines) = $conf =~ /^(.*)#HERE/s;

    return ($code, $output, 1 + ($lines =~ tr/\n//));
}


sub refused {
    my ($level, $text, @patterns) = @_;
    my $name = length $text > 60 ? substr($text, 0, 60) . '...' : $text;

    subtest "$level: $name" => sub {
        my ($code, $output, $line) = said($level, $text);

        isnt($code, 0, 'refused') or diag($output);
        like($output, qr/\[emerg\]/, 'as an error');
        like($output, qr{nginx\.conf:$line\b}, "names line $line");
        like($output, $_, "says $_") for @patterns;
        unlike($output, qr/AddressSanitizer|runtime error|Segmentation/,
            'in good health');
    };
}


# a mistake that only shows when all of the block has been read

sub refused_late {
    my ($level, $text, @patterns) = @_;

    subtest "$level: $text" => sub {
        my ($code, $output) = said($level, $text);

        isnt($code, 0, 'refused') or diag($output);
        like($output, qr/\[emerg\].*nginx\.conf:\d+/, 'as an error');
        like($output, $_, "says $_") for @patterns;
    };
}


sub accepted {
    my ($level, $text) = @_;
    my ($code, $output) = said($level, $text);

    is($code, 0, "$level: $text") or diag($output);
}


subtest 'these are right' => sub {
    accepted(@$_) for (
        [ http => 'compression on;' ], [ http => 'compression off;' ],
        [ server => 'compression zstd;' ], [ location => 'compression on;' ],
        [ if => 'compression on;' ], [ if => 'compression off;' ],
        [ if => 'compression_bypass $arg_x;' ],
        [ http => 'compression_types text/css application/json;' ],
        [ http => 'compression_types *;' ],
        [ http => 'compression_min_length 0;' ],
        [ location => 'compression_max_length 10m;' ],
        [ location => 'compression_max_length 0;' ],
        (map { [ location => "compression_level $_;" ] } 1, 3, 22, 'zstd=1',
            'zstd=22'),
        [ http => 'compression_buffers 4 16k;' ],
        [ http => 'compression_buffers 1 1k;' ],
        (map { [ http => "compression_window $_;" ] } '1k', '256k', '1m',
            '8m'),
        [ http => 'compression_memory 64m;' ],
        [ http => 'compression_memory 0;' ],
        [ http => 'compression_pool 16;' ], [ http => 'compression_pool 0;' ],
        [ http => 'compression_idle 500ms;' ],
        [ location => 'compression_bypass $http_x 0 $arg_y;' ],
    );
};

# what is found is quoted, what is allowed is named

refused(http => 'compression maybe;', qr/maybe/, qr/zstd/, qr/\boff\b/);
refused(http => 'compression zstd zstd;', qr/zstd/);
refused(http => 'compression on off;', qr/off/);
refused(http => 'compression off zstd;', qr/zstd|off/);
refused(http => 'compression ZSTD2;', qr/ZSTD2/, qr/zstd/);
refused(http => 'compression "";', qr/compression/);
refused(http => 'compression on; compression off;', qr/duplicate/);
refused(server => 'compression zstd; compression zstd;', qr/duplicate/);

refused(http => "compression_level $_;", qr/\Q$_\E/, qr/22/)
    for qw(99 23 zstd=99 zstd=23);
refused(http => 'compression_level fast;', qr/fast/, qr/22/);
refused(http => 'compression_level zstd=;', qr/zstd=/, qr/22/);
refused(http => 'compression_level zstd=x;', qr/zstd=x/, qr/22/);
refused(http => 'compression_level brotli2=3;', qr/brotli2/, qr/zstd/);
refused(http => 'compression_level -200000;', qr/200000/);
refused(http => 'compression_level 99999999999999999999;', qr/9999/);
refused(http => 'compression_level "";', qr/compression_level/);
refused(http => 'compression_level 3; compression_level 4;', qr/duplicate/);

refused(http => "compression_window $_;", qr/\Q$_\E/, qr/8m|8388608|8M/i)
    for qw(16m 9m 512 0 3m 1000k);
refused(http => 'compression_window wide;', qr/wide/);
refused(http => 'compression_window -1m;', qr/-1m/);

refused(http => "compression_min_length $_;", qr/"\Q$_\E".*must be/)
    for qw(-1 many 10x);
refused(http => "compression_max_length $_;", qr/"\Q$_\E".*must be/)
    for qw(-1 many);
refused(http => 'compression_buffers 0 4k;', qr/must be/);
refused(http => 'compression_buffers 4 0;', qr/must be/);
refused(http => 'compression_buffers -4 4k;', qr/"-4 4k".*must be/);
refused(http => 'compression_buffers 4 -4k;', qr/"4 -4k".*must be/);

refused(http => "compression_memory $_;", qr/"\Q$_\E".*must be/)
    for qw(-1 much 1x);
refused(http => "compression_pool $_;", qr/"\Q$_\E".*must be/) for qw(-1 deep);
refused(http => "compression_idle $_;", qr/"\Q$_\E".*must be/)
    for qw(-1 soon 1parsec);

refused(main => 'compression on;', qr/not allowed here/);

# the old spellings

refused(http => 'zstd maybe;', qr/maybe/, qr/"on"/, qr/"off"/);
refused(http => 'zstd_comp_level 99;', qr/99/, qr/22/);
refused(http => 'zstd_comp_level best;', qr/best.*must be/);
refused(http => 'zstd_window_log 40;', qr/40/);
refused(http => 'zstd_window_log 9;', qr/\b9\b/, qr/10/);
refused(http => 'zstd_window_log wide;', qr/wide.*must be/);
refused(http => 'zstd_long maybe;', qr/maybe/, qr/"on"/);
refused(http => 'zstd_min_length -1;', qr/-1.*must be/);
refused(http => 'zstd_static maybe;', qr/maybe/);
refused(http => 'compression_static maybe;',
    qr/maybe.*"off", "on" or "always"/);
refused(http => 'compression_decode maybe;',
    qr/maybe.*"off", "on" or "always"/);
refused(http => 'compression_decode_max_ratio -1;', qr/-1/, qr/"200"/);
refused(http => 'compression_decode_max_size large;', qr/large/, qr/"100m"/);
refused(http => 'compression_decode_buffers 1 16;', qr/256|16/);

my $dictionary = 'zstd on; zstd_dict_file_unsafe on; zstd_dict_file';

refused_late(http => "$dictionary /no/such/file;", qr{/no/such/file});
refused_late(http => "$dictionary $place;", qr{\Q$place\E});
refused_late(http => "$dictionary /dev/null;", qr{/dev/null});
refused_late(http => 'zstd on; zstd_dict_file /etc/passwd;',
    qr/zstd_dict_file_unsafe/);
refused_late(location => 'zstd on; zstd_comp_level 22;'
    . ' zstd_max_cctx_memory 1m;', qr/zstd_max_cctx_memory/);
refused(http => 'zstd_target_cblock_size 65536;', qr/1\.5\.6/)
    if EdgeTest::Zstd::version() < 10506;
refused(http => 'zstd_target_cblock_size 1;', qr/zstd_target_cblock_size/);
refused(http => 'zstd on; zstd off;', qr/duplicate/);
refused(http => 'compression on; zstd off;', qr/duplicate|compression/);


done_testing();
