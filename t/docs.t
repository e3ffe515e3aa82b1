# The examples of the documentation: nginx accepts each ```nginx block of
# README.md and docs/*.md as it is printed, but for where files are.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest;
use EdgeTest::Hello;
use File::Temp qw(tempdir);
use Test::More;

my $dir = tempdir(CLEANUP => 1);
my ($cert, $key) = EdgeTest::Hello::certificate($dir, 'localhost');
my $found = 0;


# load_module lines are ours to write; what is left is either a whole
# configuration, one http block, or the inside of one

sub check {
    my ($name, $text) = @_;
    my $main = '';

    $text =~ s/^load_module .*;\n//mg;
    $main .= $1 while $text =~ s/^((?:user|worker_processes) .*;\n)//m;
    $text =~ s/^events\s*\{[^}]*\}\n//m;

    if ($text =~ /^http\s*\{\n(.*)^\}\n/ms) {
        $text = $1;
    }

    my ($code, $said) = EdgeTest->check_conf(main => $main,
        http => fold($text));

    is($code, 0, $name) or diag($said);
    unlike($said, qr/\[warn\]/, 'without a warning');
    $found++;
}


# EdgeTest has types of its own, and nginx -t would take the ports

sub fold {
    my ($text) = @_;

    $text =~ s/^\s*include\s+mime\.types;\n//m;
    $text =~ s/(\blisten\s+)[\w.:\[\]]*\d/$1%%PORT%%/g;
    $text .= "server { listen %%PORT%%; }\n" if $text !~ /^\s*server\s*\{/m;

    return place($text);
}


# Files and hosts that are not here: a certificate and a place of our own

sub place {
    my ($text) = @_;

    $text =~ s/(\bssl_certificate_key\s+)[^\s;]+/$1$key/g;
    $text =~ s/(\bssl_(?:client_|trusted_)?certificate\s+)[^\s;]+/$1$cert/g;
    $text =~ s/(\bmtls_crl\s+)[^\s;]+/$1$dir/g;
    $text =~ s/(\bcompression_dictionary\s+)\/\S+/$1$cert/g;
    $text =~ s/(\becg_store\s+)[^\s;]+/$1$dir\/store/g;
    $text =~ s/(\blisten\s+unix:)[^\s;]+/$1$dir\/socket/g;
    $text =~ s/(\bproxy_pass\s+http:\/\/)[a-z]+;/${1}127.0.0.1:1;/g;
    $text =~ s/^\s*\.\.\.\n//mg;
    $text = "ecg_store $dir/store;\n$text"
        if $text =~ /\becg_api\b/ && $text !~ /\becg_store\b/;

    return $text;
}


for my $page ('README.md', glob 'docs/*.md') {
    open my $in, '<', $page or die "$page: $!";
    my ($text, $line);

    while (<$in>) {
        if (defined $text && /^```$/) {
            check("$page:$line", $text);
            undef $text;
        } elsif (defined $text) {
            $text .= $_;
        } elsif (/^```nginx$/) {
            ($text, $line) = ('', $.);
        }
    }

    ok(!defined $text, "$page: every block ends");
}

cmp_ok($found, '>', 3, 'there are examples');

done_testing();
