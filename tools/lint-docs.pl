#!/usr/bin/perl

# lint-docs.pl: the directives and variables of each module are those of its
# reference page, docs/*.md with the title "# Module NAME", and contexts and
# defaults are the same; docs/architecture.md names every source; messages that
# docs/*.md explain, as **`message`**, are in the sources. What differs goes to
# standard output, and the exit code is 1.
#
# A directive stands in a block of the page, under a heading with a name:
#
#     Syntax:   compression off | on | zstd;
#               zstd on | off;
#     Default:  compression off;
#     Context:  http, server, location
#
# A variable stands in the section "Embedded variables", as `$name`.

use strict;
use warnings;

my $wrong = 0;

# In the order of a Context line.
my @contexts = (
    [ NGX_MAIN_CONF      => 'main' ],
    [ NGX_HTTP_MAIN_CONF => 'http' ],
    [ NGX_HTTP_UPS_CONF  => 'upstream' ],
    [ NGX_HTTP_SRV_CONF  => 'server' ],
    [ NGX_HTTP_SIF_CONF  => 'if in server' ],
    [ NGX_HTTP_LOC_CONF  => 'location' ],
    [ NGX_HTTP_LIF_CONF  => 'if in location' ],
    [ NGX_HTTP_LMT_CONF  => 'limit_except' ],
);


sub wrong {
    print "@_\n";
    $wrong = 1;
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return scalar <$in>;
}


# The table of a type, up to its empty entry, comments and white space apart.

sub table {
    my ($text, $type, $end) = @_;
    my ($table) = $text =~ /^static\s+$type\s+\w+\[\]\s*=\s*\{(.*?)\b$end\b/ms;

    return $table // '';
}


# Its entries, by the name in each: name => text of the entry.

# A macro may put a prefix in front: ngx_string("prefix_" name).

sub entries {
    my ($table, $macros) = @_;
    my @parts = split /(?=\b\w+\("[a-z]\w*")/, $table;
    my %entry;

    for (@parts) {
        next if !/^(\w+)\("([a-z]\w*)"/;

        my ($macro, $name) = ($1, $2);
        my ($prefix) = ($macros->{$macro} // '') =~ /ngx_string\("(\w+)"\s/;

        $entry{($prefix // '') . $name} = $_;
    }

    return \%entry;
}


# The contexts in an entry, with the macros of the file written out.

sub context_of {
    my ($text, $macros) = @_;

    for (1 .. 4) {
        $text =~ s/\b(\w+)\b/$macros->{$1} ? "$1 $macros->{$1}" : $1/ge
            or last;
    }

    return join ', ', map { $_->[1] } grep { $text =~ /\b$_->[0]\b/ } @contexts;
}


# The field that a directive sets: the last name of its path.

sub field_of {
    my ($entry) = @_;
    my ($path) = $entry =~ /\boffsetof\(\w+,\s*([\w.]+)\)/;

    ($path) = $entry =~ /^\w+\((?:[^,()]+,\s*){3}([\w.]+)\s*[,)]/
        if !defined $path;

    return defined $path ? $path =~ s/.*\.//r : '';
}


# "4, 16384", "256 * 1024 * 1024" or "NAME" as numbers; undef: something else

sub numbers_of {
    my ($values, $macros) = @_;
    my @numbers;

    for (split /,\s*/, $values) {
        s/\b([A-Z]\w*)\b/$macros->{$1} \/\/ $1/ge;
        return if !/^[\d\s*()]+$/;
        push @numbers, eval;
    }

    return join ' ', @numbers;
}


# The default that the merging or init function gives a field.

sub default_of {
    my ($text, $field, $macros) = @_;
    my $name = qr/(?:\w+->)+(?:\w+\.)*\Q$field\E/;

    return if $field eq '' || $text !~ /_value\(\s*$name,\s*
        (?:$name,\s*)?([^;]*)\);/x;

    return numbers_of($1, $macros);
}


# The same of a Default line: sizes, times in milliseconds, on and off.

sub described_default {
    my ($line) = @_;
    my %unit = (k => 1024, m => 1024 ** 2, g => 1024 ** 3, ms => 1,
        s => 1000, h => 3_600_000);
    my ($values) = $line =~ /^\w+ (.*);$/ or return;
    my @numbers;

    for (split ' ', $values) {
        s/^\w+=//;
        $_ = $_ eq 'on' ? 1 : $_ eq 'off' ? 0 : $_;
        return if !/^(\d+)(k|m|g|ms|s|h)?$/;
        push @numbers, $1 * ($2 ? $unit{$2} : 1);
    }

    return join ' ', @numbers;
}


# A door, with the sources behind it that have a table of its own in them.

sub door_text {
    my ($file) = @_;
    my $text = slurp($file);

    for ($text =~ /^#include "(ngx_edge_\w+)\.h"$/mg) {
        for (glob "*/$_.c") {
            my $part = slurp($_);
            $text .= $part
                if $part =~ /^static\s+ngx_(?:command|http_variable)_t\s+\w+\[\]/m;
        }
    }

    return $text;
}


sub read_door {
    my ($file) = @_;
    my $text = door_text($file);
    my %macros;

    $text =~ s|/\*.*?\*/| |gs;
    $macros{$1} = $2 while $text =~ /^#define\s+(\w+)((?:.*\\\n)*.*)/mg;

    my $commands = entries(table($text, 'ngx_command_t', 'ngx_null_command'),
        \%macros);
    my $variables = entries(table($text, 'ngx_http_variable_t',
        'ngx_http_null_variable'), \%macros);

    for (keys %$commands) {
        my $entry = $commands->{$_};

        $commands->{$_} = {
            context => context_of($entry, \%macros),
            default => scalar default_of($text, field_of($entry),
                \%macros),
        };
    }

    return ($commands, [ keys %$variables ]);
}


# name => { context, default } of the blocks of a page

sub read_blocks {
    my ($page, $text) = @_;
    my %block;

    while ($text =~ /^    Syntax:(.*\n(?:     +.*\n)*)((?:    \w+:.*\n(?:     +.*\n)*)*)/mg)
    {
        my ($syntax, $rest) = ($1, $2);
        my ($default) = $rest =~ /^    Default:\s*(\S.*)/m;
        my ($context) = $rest =~ /^    Context:\s*(\S.*)/m;

        for (split /;\s*/, $syntax) {
            my ($name) = /^\s*(\w+)/ or next;

            wrong("$page: $name is described twice") if $block{$name};
            wrong("$page: $name has no default") if !defined $default;
            $block{$name} = {
                context => $context // '',
                default => scalar described_default($default // ''),
            };
        }

        my @names = $syntax =~ /^\s*(\w+)/mg;
        wrong("$page: no heading \"### $names[0]\"")
            if $text !~ /^### \Q$names[0]\E$/m;
    }

    return \%block;
}


sub compare {
    my ($page, $door) = @_;
    my $text = slurp($page);
    my ($commands, $variables) = read_door($door);
    my $blocks = read_blocks($page, $text);

    for (sort keys %$commands) {
        my ($said, $is) = ($blocks->{$_}, $commands->{$_});

        if (!$said) {
            wrong("$page: directive $_ is missing");
            next;
        }

        wrong("$page: $_ is for \"$said->{context}\", in $door for"
            . " \"$is->{context}\"") if $said->{context} ne $is->{context};

        wrong("$page: $_ is $said->{default} by default, in $door"
            . " $is->{default}") if defined $said->{default}
            && defined $is->{default} && $said->{default} ne $is->{default};
    }

    for (sort keys %$blocks) {
        wrong("$page: $door has no directive $_") if !$commands->{$_};
    }

    my ($section) = $text =~ /^## Embedded variables\n(.*?)(?=^## |\z)/ms;
    my %described = map { $_ => 1 } ($section // '') =~ /`\$(\w+)`/g;

    for (@$variables) {
        wrong("$page: variable \$$_ is missing") if !delete $described{$_};
    }

    wrong("$page: $door has no variable \$$_") for sort keys %described;
}


for my $page (glob 'docs/*.md') {
    my $text = slurp($page);
    my %anchor = map { $_ => 1 } map { tr/ /-/r } map { lc =~ s/[^\w -]//gr }
        $text =~ /^#+ (.*)/mg;

    for ($text =~ /\]\(#([^)]*)\)/g) {
        wrong("$page: no heading for #$_") if !$anchor{$_};
    }
}

# The house: its picture has every source in it.

my $house = slurp('docs/architecture.md');

for (glob '*.c {compress,mtls,ecg,common}/*.[ch]') {
    my ($stem) = m{(?:.*/)?(\w+)\.[ch]$};
    wrong("docs/architecture.md: $_ is not named") if $house !~ /\b$stem\b/;
}

my %page = map { (slurp($_) =~ /\A# Module (\w+)$/m ? $1 : '') => $_ }
    glob 'docs/*.md';

for my $door (glob 'ngx_http_*_module.c') {
    my $name = $door =~ s/\.c$//r;
    my ($commands, $variables) = read_door($door);

    if ($page{$name}) {
        compare($page{$name}, $door);
    } elsif (%$commands || @$variables) {
        wrong("$door: no page in docs/ begins with \"# Module $name\"");
    }
}

# The texts in a source: neighbours are one, what is put in is a zero byte.

sub texts_of {
    my ($text) = @_;
    my $string = qr/"(?:[^"\\]|\\.)*"/;
    my @texts;

    $text =~ s|/\*.*?\*/| |gs;

    while ($text =~ /($string(?:\s+(?:[A-Z_]+\s+)?$string)*)/g) {
        my $joined = join '', map { /^"(.*)"$/s } $1 =~ /$string/g;

        $joined =~ s/\\(.)/$1/gs;
        $joined =~ s/%[\d.*]*l*u?[a-zA-Z]/\0/g;
        push @texts, $joined if length $joined > 6;
    }

    return @texts;
}


# Messages of docs/: "..." stands for what differs, the end may be left out.
# Those of nginx itself cannot be looked up, its source may not be here.

my @texts = map { texts_of(slurp($_)) }
    glob '*.c {compress,mtls,ecg,common,tools/edge-policy}/*.c';
my %is_text = map { $_ => 1 } @texts;

my $of_nginx = qr/^(?:unknown\ directive\ "|dlopen\(\)\ "
    |module\ ".*?"\ (?:version\ |is\ (?:not\ binary|already\ loaded))
    |"\.\.\."\ directive\ (?:is\ duplicate|invalid\ value)|\.\.\.\ invalid\ number
    )/x;


# Is the message the beginning of a text, with ten of its characters at least?
# What was put in is one word, or is a text itself.

sub begins {
    my ($message, $text, $same) = @_;

    while (length $message) {
        if ($message =~ s/^\.\.\.//) {
            return grep { begins($message, substr($text, $_), $same) }
                0 .. length $text;
        }

        if ($text =~ s/^\0//) {
            return grep { is_put_in(substr $message, 0, $_)
                && begins(substr($message, $_), $text, $same) }
                1 .. length $message;
        }

        return 0 if substr($message, 0, 1, '') ne substr($text, 0, 1, '');
        $same++;
    }

    return $same >= 10;
}


# A word or two in common: begins() takes its time.

sub shares {
    my ($message, $text) = @_;

    return grep { /\w.{5}/ && index($message, substr $_, 0, 8) >= 0 }
        split /\0/, $text;
}


sub is_put_in {
    my ($words) = @_;

    return $words !~ / / || $is_text{$words};
}


for my $page (glob 'docs/*.md') {
    for (slurp($page) =~ /\*\*`(.+?)`\*\*/gs) {
        my $message = s/\s+/ /gr;
        my $like = join '.*?', map { quotemeta } split /\.\.\./, $message;

        # the quick way finds nearly all
        next if $message =~ $of_nginx || grep { /^$like/s } @texts
            or grep { shares($message, $_) && begins($message, $_, 0) }
                @texts;
        wrong("$page: no source says \"$message\"");
    }
}

exit $wrong;
