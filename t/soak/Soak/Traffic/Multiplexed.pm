package Soak::Traffic::Multiplexed;

# curl over HTTP/2, and HTTP/3 where nginx and curl have it: several requests at
# a time on one connection, with a certificate or without.

use strict;
use warnings;

use EdgeTest::Check;
use Soak::Request;
use Soak::Site;
use Soak::Traffic::Identity;
use Soak::Traffic::Pages;
use Soak::Wire;

use constant { PROCESSES => 2, TOLD => join('|', map { "%{$_}" } qw(urlnum
    exitcode http_code http_version local_port)) };


# run(site, options, requests): of each request a hash of what curl tells

sub run {
    my ($site, $edge, $options, @requests) = @_;
    my $dir = "$site->{dir}/curl-$$";
    my $base = 'https://localhost:' . $site->tls_port($edge);

    mkdir $dir;
    unlink glob "$dir/*";

    open my $config, '>', "$dir/config" or die "$dir: $!";
    print $config "url = \"$base$requests[$_][0]\"\noutput = \"$dir/$_\"\n"
        for 0 .. $#requests;
    close $config;

    # with -Z, curl shows its progress whatever it is told
    open my $out, '-|', 'sh', '-c', 'exec "$@" 2>/dev/null',
        'sh', 'curl', '-sk', '--max-time', PATIENCE, '-K',
        "$dir/config", '-w', TOLD . '|%header{content-encoding}'
        . "|%header{x-worker}|%{errormsg}\n", @$options or die "curl: $!";
    my @said = <$out>;
    close $out;

    return map { told($dir, $_) } @said;
}


sub told {
    my ($dir, $line) = @_;
    my %r;

    chomp $line;
    @r{qw(n exit status version port coding worker error)} = split /\|/, $line,
        -1;
    $r{body} = EdgeTest::slurp("$dir/$r{n}");

    return \%r;
}


# became(response, text): outcome, and what was wrong

sub became {
    my ($r, $text) = @_;

    return ($r->{status} eq '000' ? 'unanswered' : 'cut',
        "curl $r->{exit}: $r->{error}") if $r->{exit};
    return ('wrong', "status $r->{status}") if $r->{status} ne '200';

    my ($body, $error) = $r->{coding} eq '' ? $r->{body}
        : EdgeTest::Check::decoded($r->{coding}, $r->{body});

    $error = EdgeTest::Check::difference($body, $text)
        if !defined $error && $body ne $text;

    return (outcome($error), $error);
}


sub converse {
    my ($class, $site) = @_;
    my $edge = int rand 2;
    my $proto = $site->{has_h3} ? any('h2', 'h3') : 'h2';
    my @options = ($proto eq 'h3' ? '--http3-only' : '--http2',
        '-H', 'Accept-Encoding: ' . any(@Soak::Traffic::Pages::accept));

    if (rand() < 0.4) {
        claim_identity($site, $edge, $proto, @options);
        return;
    }

    push @options, '-Z' if rand() < 0.5;

    my @pages = map { Soak::Traffic::Pages::some_page() } 1 .. 1 + int rand 6;
    my @again = ask($site, $edge, $proto, 'multiplexed', \@options, @pages);

    ask($site, $edge, $proto, 'repeated', \@options, @again) if @again;
}


# Those that were not answered

sub ask {
    my ($site, $edge, $proto, $kind, $options, @pages) = @_;
    my $start = now();
    my @unanswered;

    for my $r (run($site, $edge, $options, @pages)) {
        my $page = $pages[ $r->{n} ];
        my ($outcome, $detail) = became($r, $page->[1]);

        report(start => $start, edge => $edge, proto => $proto, kind => $kind,
            port => $r->{port}, worker => $r->{worker}, outcome => $outcome,
            detail => $page->[0] . ($detail ? ": $detail" : ''));
        push @unanswered, $page if $outcome eq 'unanswered';
    }

    return @unanswered;
}


sub claim_identity {
    my ($site, $edge, $proto, @options) = @_;
    my $who = any(@Soak::Site::clients);
    my %certificate = Soak::Traffic::Identity::certificate($site, $who);
    my $start = now();
    my ($r) = run($site, $edge, [ @options, '-E', $certificate{cert}, '--key',
        $certificate{key} ], ['/who']);

    say_line('claim', $start, now(), $edge, $proto, "certificate of $who",
        $r->{port}, $r->{exit} ? 'closed'
        : Soak::Traffic::Identity::verdict($who, $r),
        "curl $r->{exit}: $r->{error}");
}


1;
