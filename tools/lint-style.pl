#!/usr/bin/perl

# lint-style.pl CHECK FILE...: one check over C files; what is wrong goes to
# standard output as file:line: text, and the exit code is 1 if anything is.
#
#   text       tabs, trailing space, 80 columns, // comments, end of file
#   layout     function heads, two blank lines between functions
#   length     functions over 100 lines, doors over 900, other files over 400
#   format     what clang-format would change, its line breaks and runs of
#              spaces aside

use strict;
use warnings;

my ($check, @files) = @ARGV;
my $wrong = 0;


sub wrong {
    my ($file, $line, $text) = @_;

    print "$file:$line: $text\n";
    $wrong = 1;
}


sub lines_of {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!\n";
    return <$in>;
}


sub check_text {
    my ($file) = @_;
    my $n = 0;
    my @lines = lines_of($file);

    for (@lines) {
        $n++;
        my $width = length() - (/\n$/ ? 1 : 0);

        wrong($file, $n, 'tab') if /\t/;
        wrong($file, $n, 'carriage return') if /\r/;
        wrong($file, $n, 'trailing space') if / $/;
        wrong($file, $n, 'not ASCII') if /[^\x00-\x7f]/;
        wrong($file, $n, "$width columns") if $width > 80 && !m{^/\* unit:};
        wrong($file, $n, '// comment') if m{(^|\s)//};
    }

    wrong($file, $n, 'no newline at the end') if @lines && $lines[-1] !~ /\n$/;
    wrong($file, $n, 'blank line at the end') if @lines && $lines[-1] =~ /^$/;
}


# Functions as [name, first line, last line]: a body opens and closes with a
# brace in the first column, which tables and structures do not.

sub functions_of {
    my @lines = @_;
    my (@found, $start, $name);

    for my $i (0 .. $#lines) {
        if ($lines[$i] =~ /^\{/) {
            $start = $i;
            $start-- while $start > 0 && $lines[$start - 1] !~ /^\s*$|^#/;
            my $head = join ' ', @lines[$start .. $i];
            ($name) = $head =~ /(\w+)\s*\(/;

        } elsif ($lines[$i] =~ /^\}$/ && defined $start) {
            push @found, [$name || '?', $start + 1, $i + 1];
            undef $start;
        }
    }

    return @found;
}


sub check_layout {
    my ($file) = @_;
    my @lines = lines_of($file);

    for (functions_of(@lines)) {
        my ($name, $first, $last) = @$_;

        wrong($file, $first, "$name: its type stands on a line of its own")
            if $lines[$first - 1] =~ /\Q$name\E\s*\(/;

        my $blank = 0;
        $blank++ while defined $lines[$last + $blank]
                       && $lines[$last + $blank] =~ /^$/;
        my $next = $lines[$last + $blank];

        wrong($file, $last, "$name: two blank lines between functions")
            if defined $next && $next !~ /^#/ && $blank != 2;
    }

    for my $i (0 .. $#lines) {
        wrong($file, $i + 1, 'more than two blank lines')
            if $i > 2 && !grep { $lines[$i - $_] !~ /^$/ } 0 .. 2;
    }
}


sub check_length {
    my ($file) = @_;
    my @lines = lines_of($file);
    my $limit = $file =~ m{^ngx_http_\w+_module\.c$} ? 900 : 400;

    wrong($file, scalar @lines, "over $limit lines") if @lines > $limit;

    for (functions_of(@lines)) {
        my ($name, $first, $last) = @$_;
        my $length = $last - $first + 1;

        wrong($file, $first, "$name has $length lines, over 100")
            if $length > 100;
    }
}


# The words of a file with their lines, and their indents where they begin a
# line that continues no other.

sub words_of {
    my @words;
    my ($n, $fresh, $comment, $depth) = (0, 1, 0, 0);

    for (@_) {
        $n++;
        my $begins = $fresh && !$comment && $depth == 0;
        my $text = $_;

        # A ";" within brackets ends no statement.
        (my $bare = $text) =~ s{"(\\.|[^"])*"|'(\\.|[^'])*'|/\*.*?\*/}{}g;
        $depth += ($bare =~ tr/(//) - ($bare =~ tr/)//);
        $depth = 0 if $depth < 0 || /^[{}]/;

        $fresh = 1 if /[;{}:]\s*$|^\s*#|\*\/\s*$/;
        $fresh = 0 if /[^;{}:\s]\s*$/ && !/^\s*#|\*\/\s*$/;
        $comment = 1 if m{/\*};
        $comment = 0 if m{\*/(?!.*/\*)};

        my ($indent) = $text =~ /^( *)/;

        # Both ways are nginx's.
        $text =~ s/\\$//;
        $text =~ s/\( *;; *\)/(;;)/g;
        $text =~ s/ *([|:?]+) */ $1 /g;
        $text =~ s/([(\[{]) +/$1/g;
        $text =~ s/ +([)\]}])/$1/g;
        $text =~ s/\) \(/)(/g;
        $text =~ s/ +\(\*/(*/g;
        $text =~ s/([{}])/ $1 /g;

        for my $word (split ' ', $text) {
            push @words, [$word, $n, $begins ? length $indent : undef];
            $begins = 0;
        }
    }

    return @words;
}


sub check_format {
    my ($file) = @_;
    my @ours = words_of(lines_of($file));
    my @theirs = words_of(`clang-format --style=file $file`);
    my ($i, $said) = (0, 0);

    for (my $j = 0; $i < @ours && $j < @theirs; $i++, $j++) {
        my ($word, $line, $indent) = @{$ours[$i]};
        my ($want, undef, $want_indent) = @{$theirs[$j]};

        if ($word ne $want) {
            wrong($file, $line, "\"$word\" where clang-format has \"$want\"");
            return;
        }

        if (defined $indent && defined $want_indent
            && $indent != $want_indent && $said++ < 5)
        {
            wrong($file, $line, "\"$word\" indented by $indent, "
                                . "clang-format has $want_indent");
        }
    }

    wrong($file, 1, 'clang-format ends elsewhere') if @ours != @theirs;
}


my %checks = (
    text => \&check_text, layout => \&check_layout,
    length => \&check_length, format => \&check_format,
);

# A report, of no consequence.

if ($check eq 'report') {
    my @all = sort { $a <=> $b } map { $_->[2] - $_->[1] + 1 }
              map { functions_of(lines_of($_)) } @files;

    printf "functions: %d, lines median %d, p90 %d, longest %d\n",
           scalar @all, $all[$#all / 2], $all[$#all * 0.9], $all[-1] if @all;
    exit 0;
}

my $function = $checks{$check} or die "no check $check\n";
$function->($_) for @files;

exit $wrong;
