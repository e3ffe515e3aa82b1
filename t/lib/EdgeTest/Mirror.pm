package EdgeTest::Mirror;

# Upstreams that answer with the request headers they got, one "name: value"
# a line, sorted by arrival: spoken to over HTTP, FastCGI, uwsgi or SCGI.  A
# header of CGI comes as its parameter, HTTP_COOKIE.
#
#   EdgeTest::Mirror->start(port => 13010, protocol => 'fastcgi');
#
# Requests, with their headers, are also kept in the file `log`, if given.

use strict;
use warnings;

use EdgeTest::Upstream;
use POSIX ();

my %mirrors;
my $suite_pid = $$;

my %reader = (
    http => \&read_http,
    fastcgi => \&read_fastcgi,
    uwsgi => \&read_uwsgi,
    scgi => \&read_scgi,
);


sub start {
    my ($class, %o) = @_;
    my $listener = EdgeTest::Upstream::listen_on($o{port});

    my $pid = fork();
    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        $SIG{$_} = 'DEFAULT' for qw(TERM INT ALRM);
        alarm($o{life} || 1500);

        while (my $socket = $listener->accept) {
            eval { answer($socket, %o) };
            warn $@ if $@;
            CORE::close $socket;
        }

        POSIX::_exit(0);
    }

    CORE::close $listener;
    $mirrors{$pid} = 1;

    return $pid;
}


sub answer {
    my ($socket, %o) = @_;
    my $protocol = $o{protocol} || 'http';
    my @headers = $reader{$protocol}->($socket);
    my $body = join '', map { "$_->[0]: $_->[1]\n" } @headers;

    if ($o{log}) {
        open my $log, '>>', $o{log} or die "$o{log}: $!";
        print $log "$body\n";
        close $log;
    }

    my $text = "Content-Type: text/plain\r\nContent-Length: " . length($body)
        . "\r\n\r\n$body";

    if ($protocol eq 'fastcgi') {
        $text = record(6, "Status: 200 OK\r\n$text") . record(6, '')
            . record(3, "\0" x 8);

    } elsif ($protocol eq 'http') {
        $text = "HTTP/1.1 200 OK\r\nConnection: close\r\n$text";

    } else {
        $text = "Status: 200 OK\r\n$text";
    }

    print $socket $text;
    $socket->flush;
}


sub record { return pack('CCnnCC', 1, $_[0], 1, length $_[1], 0, 0) . $_[1] }


sub take {
    my ($socket, $len) = @_;
    my $data = '';

    while (length $data < $len) {
        read($socket, $data, $len - length $data, length $data)
            or die "upstream: request is cut\n";
    }

    return $data;
}


sub read_http {
    my ($socket) = @_;
    my @headers;

    local $/ = "\r\n";
    my $line = <$socket>;

    while (defined($line = <$socket>)) {
        chomp $line;
        last if $line eq '';
        push @headers, [ $line =~ /^([^:]*):\s*(.*)\z/s ];
    }

    return @headers;
}


sub read_fastcgi {
    my ($socket) = @_;
    my ($params, @headers) = ('');

    while (1) {
        my (undef, $type, undef, $len, $pad) = unpack 'CCnnC', take($socket, 8);
        my $data = $len + $pad ? take($socket, $len + $pad) : '';

        $params .= substr $data, 0, $len if $type == 4;
        last if $type == 5 && $len == 0;
    }

    while (length $params) {
        my @len;

        for (0, 1) {
            my $len = unpack 'C', $params;
            $len = $len < 0x80 ? unpack('C', substr $params, 0, 1, '')
                : unpack('N', substr $params, 0, 4, '') & 0x7fffffff;
            push @len, $len;
        }

        push @headers, [ map { substr $params, 0, $_, '' } @len ];
    }

    return @headers;
}


sub read_uwsgi {
    my ($socket) = @_;
    my (undef, $len) = unpack 'Cv', take($socket, 4);
    my $data = take($socket, $len);
    my @headers;

    while (length $data) {
        push @headers, [ map {
            my $n = unpack 'v', substr $data, 0, 2, '';
            substr $data, 0, $n, '';
        } 0, 1 ];
    }

    return @headers;
}


sub read_scgi {
    my ($socket) = @_;
    my ($len, $c) = ('');

    $len .= $c while ($c = take($socket, 1)) ne ':';

    my @parts = split /\0/, take($socket, $len), -1;
    my @headers;

    pop @parts;
    push @headers, [ splice @parts, 0, 2 ] while @parts;

    return @headers;
}


END {
    if ($$ == $suite_pid) {
        my $status = $?;

        for (keys %mirrors) {
            kill 'TERM', $_;
            waitpid $_, 0;
        }

        $? = $status;
    }
}


1;
