# Each directive of each module, taken from its table of commands: a wrong value,
# too few and too many arguments, a block where it does not belong. nginx -t
# refuses it, says where, and of a value what was found and what is allowed.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use Test::More;

# Blocks, in the words of the tables, with what stands around a directive.

my $listen = 'listen %%PORT%%;';

my %block = (
    MAIN => [ '', '' ],
    SRV => [ "server { $listen\n", '}' ],
    LOC => [ "server { $listen location / {\n", '} }' ],
    SIF => [ "server { $listen if (\$arg_x) {\n", '} }' ],
    LIF => [ "server { $listen location / { if (\$arg_x) {\n", '} } }' ],
    LMT => [ "server { $listen location / { limit_except GET {\n", '} } }' ],
    UPS => [ "upstream u { server 127.0.0.1:1;\n", '}' ],
);

# Wrong values where "nonsense" is none, or is not the first argument: what is
# written, and what the message quotes of it.

my %wrong = (
    compression_dictionary => [ 'nginx.conf lever=3', 'lever=3' ],
    compression_dictionary_store => [ '/tmp/store nonsense=1', 'nonsense=1' ],
    ecg_keylog => [ '/tmp/keys nonsense=1', 'nonsense=1' ],
    ecg_origin_frame => [ 'https://a,b', 'https://a,b' ],
    ecg_policy => [ 'www.example.com nonsense', 'nonsense' ],
    ecg_store => [ '/tmp/store nonsense=1', 'nonsense=1' ],
    ecg_ticket_keys => [ 'rotate=nonsense', 'rotate=nonsense' ],
    mtls_header_prefix => [ '"a b"', 'a b' ],
    zstd_bypass_vary => [ '"a b"', 'a b' ],
);

# Whatever is given is a name, a condition or a file to be looked for.

my %any = map { $_ => 1 } qw(compression_types zstd_types brotli_types
    compression_bypass zstd_bypass zstd_dict_file zstd_dcz_dict_file
    mtls_crl);


# Table entries of a source: name => text

sub commands {
    my ($text) = @_;
    my %entry;

    my %macro = $text =~ /^#define (\w+)(?:\([^)]*\))?[ \t\\\n]+((?:.*\\\n)*.*)/mg;
    my ($table) = $text =~ /^(?:static )?ngx_command_t\s+\w+\[\] = \{(.*?)ngx_null_command/ms
        or return;

    for (split /(?=\b\w+\("\w+")/, $table) {
        my ($how, $name) = /^(\w+)\("(\w+)"/ or next;
        my $entry = $_;

        $entry .= $macro{$how} // '';
        $entry =~ s/\b(NGX_HTTP_\w+)\b/$macro{$1} ? "$1 $macro{$1}" : $1/ge
            for 1 .. 3;
        $entry{$name} = $entry;
    }

    return %entry;
}


my %entry = map { commands(EdgeTest::slurp($_)) } glob('*.c'),
    glob('*/ngx_edge_*commands.c');

cmp_ok(keys %entry, '>', 50, 'directives') or diag(join ' ', sort keys %entry);


# said(block, directive): exit status, what nginx said, the line of it

sub said {
    my ($level, $text) = @_;
    my ($before, $after) = @{ $block{$level} };
    my ($code, $output, $conf) = EdgeTest->check_conf(
        http => "$before$text #HERE\n$after");
    my ($lines) = $conf =~ /^(.*)#HERE/s;

    return ($code, $output, 1 + ($lines =~ tr/\n//));
}


sub refused {
    my ($level, $text, @patterns) = @_;
    my ($code, $output, $line) = said($level, $text);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @missing = grep { $output !~ $_ } qr/\[emerg\]/,
        qr{ in \S*/conf/nginx\.conf:$line$}m, @patterns;

    ok($code && !@missing, "$level: $text")
        or diag(join "\n", $output, 'misses:', @missing);
}


# wrong(name, entry): an argument list that is refused for what is in it, and
# what the message is to quote

sub wrong {
    my ($name, $entry) = @_;

    return @{ $wrong{$name} } if $wrong{$name};
    return ('nonsense 4k', 'nonsense') if $entry =~ /NGX_CONF_TAKE2\b/;
    return ('nonsense', 'nonsense');
}


# the numbers of arguments that do not fit

sub numbers {
    my ($entry) = @_;
    my ($least, $most) = $entry =~ /NGX_CONF_(\d)MORE/ ? ($1)
        : $entry =~ /NGX_CONF_TAKE(\d)(\d*)/ ? ($1, substr "$1$2", -1)
        : (1, 1);

    return ($least - 1, defined $most ? $most + 1 : ());
}


my $turn = 0;

for my $name (sort keys %entry) {
    my $entry = $entry{$name};
    my %allowed = map { $_ => 1 }
        $entry =~ /\bNGX_HTTP_(MAIN|SRV|LOC|SIF|LIF|LMT|UPS)_CONF\b/g;
    my ($home) = grep { $allowed{$_} } qw(MAIN SRV LOC);
    my ($wrong, $found) = wrong($name, $entry);

    subtest $name => sub {
        refused($home, "$name $wrong;", qr/\Q"$found/,
            qr/\bmust\b/) if !$any{$name};

        refused($home, join(' ', $name, ('x') x $_) . ';',
            qr/invalid number of arguments in "$name" directive/)
            for numbers($entry);

        # each in another of them
        my @elsewhere = grep { !$allowed{$_} } sort keys %block;

        refused($elsewhere[ $turn++ % @elsewhere ], "$name $wrong;",
            qr/"$name" directive is not allowed here/);
    };
}

done_testing();
