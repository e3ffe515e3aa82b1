package EdgeTest::DictionaryStore;

# What suites ask of compression_dictionary_store. All of it happens in
# threads, so whoever expects something waits for it, long if need be.
#
#   kept($edge)                  names of the files of the store "store"
#   file_of($edge, $content)     the file that keeps this content, or undef
#   wait_kept($edge, $content)   the same, once it is there
#   restart($edge, $between)     stops nginx, calls $between, starts it
#   wait_dcz($path, $content, %get)   the first response to $path that is
#                                coded with it; the last one, if none is
#   is_with($r, $text, $content, $name)     $r is dcz and decodes to $text
#   is_without($r, $text, $name)            $r is not

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use Exporter 'import';
use Test::More ();
use Time::HiRes qw(sleep time);

use EdgeTest ();
use EdgeTest::Client ();
use EdgeTest::Dictionary qw(headers undcz);
use EdgeTest::Zstd ();

our @EXPORT = qw(kept file_of wait_kept wait_dcz is_with is_without
    restart);

use constant PATIENCE => 60;


sub kept {
    my ($edge) = @_;

    opendir my $dir, "$edge->{root}/store" or return;
    return grep { /^[0-9a-f]{64}-/ } readdir $dir;
}


sub file_of {
    my ($edge, $content) = @_;
    my $hash = sha256_hex($content);
    my ($name) = grep { /^$hash-/ } kept($edge);

    return $name ? "$edge->{root}/store/$name" : undef;
}


sub wait_kept {
    my ($edge, $content) = @_;

    return $edge->wait_for(PATIENCE, sub { file_of($edge, $content) });
}


sub restart {
    my ($edge, $between) = @_;
    my $old = $edge->{pid};
    my @all = ($old, EdgeTest::children($old));

    kill 'TERM', $old;
    $edge->wait_for(PATIENCE, sub { !grep { kill 0, $_ } @all }) or return;

    $between->() if $between;

    my ($code, $said) = $edge->run_nginx;
    Test::More::diag($said) if $code;

    return $edge->{pid} = $edge->wait_for(PATIENCE, sub { $edge->read_pid });
}


sub wait_dcz {
    my ($path, $content, %o) = @_;
    my $end = time + PATIENCE;
    my @more = @{ delete $o{headers} || [] };
    my $r;

    do {
        sleep 0.02 if $r;
        $r = EdgeTest::Client::get($path, %o,
            headers => headers($content, @more));
    } until $r->coding eq 'dcz' || time > $end;

    return $r;
}


sub is_with {
    my ($r, $text, $content, $name) = @_;
    my ($got, $error) = undcz($r->{body}, $content);
    my $vary = join ' ', sort map { lc } split /\s*,\s*/,
        $r->line('Vary') // '';

    Test::More::is($r->coding, 'dcz', "$name: dcz");
    Test::More::ok(!$error && $got eq $text, "$name: decodes to it")
        or Test::More::diag($error || 'differs');
    Test::More::like($vary, qr/accept-encoding available-dictionary/,
        "$name: Vary");
}


sub is_without {
    my ($r, $text, $name) = @_;

    Test::More::is($r->coding, 'zstd', "$name: zstd");
    Test::More::ok((EdgeTest::Zstd::decode($r->{body}))[0] eq $text,
        "$name: whole");
}


1;
