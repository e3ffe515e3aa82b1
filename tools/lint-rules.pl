#!/usr/bin/perl

# lint-rules.pl CHECK: one rule of the house over the whole tree; what breaks
# it goes to standard output, and the exit code is 1 if anything does.
#
#   plain       edge_* files are plain C: no nginx, no output of their own
#   one-way     rooms include no other room, edge_* nothing above it
#   library     one file touches each library, or those named after it,
#               and one more that decodes
#   config      config names every source, once, by one spelling
#   tested      every edge_*.c has a unit test
#   exports     modules export what nginx looks for, and nothing else

use strict;
use warnings;

my ($check) = @ARGV;
my $wrong = 0;

my @rooms = grep { -d } qw(compress mtls ecg common);
my @files = (glob('*.c'), map { glob "$_/*.[ch]" } @rooms);

# Who may include whom: a door its room, everybody the hall.
my %door = (
    'ngx_http_zstd_filter_module.c' => 'compress',
    'ngx_http_zstd_decode_filter_module.c' => 'compress',
    'ngx_http_mtls_module.c'        => 'mtls',
    'ngx_http_ecg_module.c'         => 'ecg',
);

# A library by its headers.
my %library = (
    zstd    => qr{^(zstd|zstd_errors|zdict)\.h$},
    brotli  => qr{^brotli/},
    zlib    => qr{^zlib\.h$},
    lmdb    => qr{^lmdb\.h$},
    jansson => qr{^jansson\.h$},
);


sub wrong {
    print "@_\n";
    $wrong = 1;
}


sub text_of {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in> // '';
}


# The code of a file without its comments, line numbers kept.

sub code_of {
    my $text = text_of(@_);

    $text =~ s{(/\*.*?\*/)}{ "\n" x ($1 =~ tr/\n//) }gse;
    return $text;
}


sub includes_of {
    return text_of(@_) =~ /^\s*#\s*include\s*[<"]([^>"]+)[>"]/mg;
}


sub room_of {
    my ($file) = @_;

    return $file =~ m{^(\w+)/} ? $1 : $door{$file};
}


sub check_plain {
    for my $file (grep { m{(^|/)edge_} } @files) {
        wrong("$file: includes $_")
            for grep { /^ngx_|^nginx/ } includes_of($file);

        my $code = code_of($file);
        wrong("$file: $1, it may neither know nginx nor log")
            while $code =~ /\b(ngx_\w+|NGX_\w+|v?f?printf|syslog|perror)\b/g;
    }

    wrong("$_: neither edge_ nor ngx_")
        for grep { !m{(^|/)(edge|ngx)_} } @files;
}


sub check_one_way {
    my %home = map { m{^(\w+)/(.*)} ? ($2 => $1) : () } @files;

    for my $file (@files) {
        my $room = room_of($file) // '';

        for my $header (includes_of($file)) {
            my ($name) = $header =~ m{([^/]+)$};
            my $home = $home{$name} or next;

            wrong("$file: includes $header of $home/")
                if $home ne $room && $home ne 'common';
            wrong("$file: includes $header, which is above it")
                if $file =~ m{(^|/)edge_} && $name =~ /^ngx_/;
        }

        wrong("$file: includes a .c file")
            if grep { /\.c$/ } includes_of($file);
    }
}


sub check_library {
    for my $name (sort keys %library) {
        my @users = grep { grep { $_ =~ $library{$name} } includes_of($_) }
                    @files;

        # two directions, two files
        for my $way (0, 1) {
            my @these = grep { m{/edge_decoder_} == $way } @users;
            my ($first) = sort { length $a <=> length $b } @these;
            my $stem = ($first // '') =~ s/\.c$//r;

            wrong("$name is touched by @these")
                if grep { !/^\Q$stem\E[._]/ } @these;
        }

        wrong("$_: a header brings in $name") for grep { /\.h$/ } @users;
    }
}


sub check_config {
    my $config = text_of('config');
    my %count;

    $config =~ s/^\s*#.*$//mg;
    wrong('config: ../ in a path') if $config =~ m{\.\./};

    for my $word (grep { /\.[ch]$/ } split /["\s\\]+/, $config) {
        my ($path) = $word =~ m{^\$edge_dir/(.*)};

        if (!defined $path) {
            wrong("config: $word, not \$edge_dir/...");
        } elsif (!-f $path) {
            wrong("config: $path does not exist");
        } else {
            $count{$path}++;
        }
    }

    for my $file (grep { /\.c$/ } @files) {
        my $times = $count{$file} // 0;
        wrong("config: names $file $times times") if $times != 1;
    }
}


sub check_tested {
    my %tested;

    for my $test (glob 't/unit/test_*.c') {
        my @needs = text_of($test) =~ m{^/\*[\s*]*unit:(.*?)\*/}gms;
        $tested{$_} = 1 for map { split } @needs;
    }

    wrong("$_: no test in t/unit names it")
        for grep { m{(^|/)edge_.*\.c$} && !$tested{$_} } @files;
}


sub check_exports {
    my $dir = $ENV{EDGE_MODULES} || 'build/modules';
    my @modules = glob "$dir/*.so";
    my %wanted = map { $_ => 1 }
                 qw(ngx_modules ngx_module_names ngx_module_order);

    wrong("$dir: no modules") unless @modules;

    for my $so (@modules) {
        my %found = map { /\s(\w+)(?:@.*)?$/ ? ($1 => 1) : () }
                    `nm -D --defined-only $so`;

        wrong("$so: exports $_") for grep { !$wanted{$_} } sort keys %found;
        wrong("$so: lacks $_") for grep { !$found{$_} } sort keys %wanted;
    }
}


my %checks = (
    plain => \&check_plain, 'one-way' => \&check_one_way,
    library => \&check_library, config => \&check_config,
    tested => \&check_tested, exports => \&check_exports,
);

my $function = $checks{$check // ''} or die "no such check\n";
$function->();

exit $wrong;
