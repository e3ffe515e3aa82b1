package EdgeTest::Upstream;

# An upstream of one's own: a forked Perl server whose answers are written
# by a handler, byte for byte and pause for pause.
#
#   my $up = EdgeTest::Upstream->start(port => EdgeTest->port(5),
#       handler => sub {
#           my ($conn, $request) = @_;     # { method, path, headers => {} }
#           $conn->send("HTTP/1.1 200 OK\r\n...");
#           $conn->chunk($bytes); $conn->last_chunk;
#           $conn->pause(0.5);
#       });
#   $up->stop;
#
# `sndbuf` keeps what waits in the kernel small.
#
# Each connection has its own process and one request; it is closed when
# the handler returns, reset if that returned 'reset'. Nothing of it
# outlives `life` seconds (1500) or the suite.

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();
use Socket qw(SOL_SOCKET SO_LINGER SO_SNDBUF);
use Time::HiRes ();

my %running;


sub start {
    my ($class, %o) = @_;
    my $listener = listen_on($o{port});

    $listener->sockopt(SO_SNDBUF, $o{sndbuf}) if $o{sndbuf};

    my $pid = fork();
    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        setpgrp 0, 0;
        eval { serve($listener, \%o) };
        warn $@ if $@;
        POSIX::_exit(0);
    }

    setpgrp $pid, $pid;
    CORE::close $listener;

    return $running{$pid} = bless { pid => $pid, port => $o{port} }, $class;
}


# A listening socket. One that was killed a moment ago may not be gone yet.

sub listen_on {
    my ($port) = @_;
    my $end = Time::HiRes::time() + 30;

    while (1) {
        my $listener = IO::Socket::INET->new(Listen => 1024, ReuseAddr => 1,
            LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'tcp');
        return $listener if $listener;

        die "listen on $port: $!" if Time::HiRes::time() > $end;
        Time::HiRes::sleep(0.05);
    }
}


sub serve {
    my ($listener, $o) = @_;

    $SIG{$_} = 'DEFAULT' for qw(TERM INT ALRM);
    $SIG{CHLD} = 'IGNORE';
    alarm($o->{life} || 1500);

    while (1) {
        my $socket = $listener->accept or next;
        my $pid = fork();

        if (defined $pid && $pid == 0) {
            alarm($o->{life} || 1500);
            CORE::close $listener;
            eval { converse($socket, $o) };
            warn $@ if $@;
            POSIX::_exit(0);
        }

        CORE::close $socket;
    }
}


sub converse {
    my ($socket, $o) = @_;
    my $self = bless { socket => $socket }, 'EdgeTest::Upstream::Connection';
    my $request = $self->read_request or return;

    $SIG{PIPE} = 'IGNORE';
    my $how = $o->{handler}->($self, $request);

    if (defined $how && $how eq 'reset') {
        setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    }

    CORE::close $socket;
}


sub stop {
    my ($self) = @_;
    my $pid = $self->{pid};

    return if !delete $running{$pid};

    # the group is ours alone: setpgrp above
    kill 'KILL', -$pid;
    waitpid $pid, 0;
}


sub stop_all { $_->stop for values %running }


package EdgeTest::Upstream::Connection;


sub read_request {
    my ($self) = @_;
    my $text = '';

    while ($text !~ /\r\n\r\n/) {
        sysread $self->{socket}, $text, 65536, length $text or return;
    }

    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    my ($first, @lines) = split /\r\n/, $head;
    my ($method, $path, $version) = split / /, $first;
    my %headers = map { /^([^:]+):\s*(.*)/ ? (lc $1, $2) : () } @lines;

    while (length $body < ($headers{'content-length'} || 0)) {
        sysread $self->{socket}, $body, 65536, length $body or last;
    }

    return { method => $method, path => $path, version => $version,
        headers => \%headers, head => $head, body => $body };
}


# send(bytes): true when the peer took all of it

sub send {
    my ($self, $bytes) = @_;
    my $at = 0;

    while ($at < length $bytes) {
        my $n = syswrite $self->{socket}, $bytes, 1 << 18, $at;
        return 0 if !$n;
        $at += $n;
    }

    return 1;
}


# reply(status, [headers], body): a whole response with Content-Length

sub reply {
    my ($self, $status, $headers, $body) = @_;

    return $self->send(join "\r\n", "HTTP/1.1 $status X", @$headers,
        'Content-Length: ' . length $body, 'Connection: close', '', $body);
}


sub start_chunked {
    my ($self, @headers) = @_;

    return $self->send(join "\r\n", 'HTTP/1.1 200 OK', @headers,
        'Transfer-Encoding: chunked', 'Connection: close', '', '');
}


sub chunk {
    my ($self, $bytes) = @_;

    return $self->send(sprintf "%x\r\n%s\r\n", length $bytes, $bytes);
}


sub last_chunk { return $_[0]->send("0\r\n\r\n") }


sub pause { Time::HiRes::sleep($_[1]) }


1;
