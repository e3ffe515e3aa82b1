package EdgeTest::Client;

# A plain HTTP/1 client that hides nothing: it says how the message ended,
# keeps repeated headers apart, and can stop reading for as long as it likes.
#
#   my $r = get('/path', port => $p, headers => ['Accept-Encoding: zstd']);
#   $r->{status} $r->{version} $r->{body} $r->{trailers}
#   $r->{end}     'length', 'chunked', 'close', 'none' (no body is allowed),
#                 or 'cut': the message ended before its end
#   $r->header('Vary')      all lines of that name, in order
#   $r->line('ETag')        joined by ", "; undef when there is none
#
#   my $c = EdgeTest::Client->new(port => $p);
#   $c->send($bytes);
#   my $h = $c->head;       # reads up to the empty line
#   my $piece = $c->some;   # de-chunked body as it comes; '' at its end,
#                           # undef on timeout, and before head()
#   $c->{end};
#
# No call waits longer than `timeout` seconds (60).

use strict;
use warnings;

use Exporter 'import';
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_RCVBUF pack_sockaddr_in inet_aton);
use Time::HiRes qw(time);

our @EXPORT_OK = qw(get request);


sub new {
    my ($class, %o) = @_;
    my $socket = IO::Socket::INET->new(Proto => 'tcp', Type => SOCK_STREAM)
        or die "socket: $!";

    # before connect: the window is agreed upon there
    $socket->sockopt(SO_RCVBUF, $o{rcvbuf}) if $o{rcvbuf};
    $socket->connect(pack_sockaddr_in($o{port} || EdgeTest::port(),
        inet_aton('127.0.0.1'))) or die "connect: $!";
    $socket->autoflush(1);

    return bless { socket => $socket, buffer => '', chunk => 0,
        timeout => $o{timeout} || 60, method => 'GET' }, $class;
}


sub send {
    my ($self, $bytes) = @_;

    local $SIG{PIPE} = 'IGNORE';
    syswrite $self->{socket}, $bytes;

    return $self;
}


# ask(path, option): one request; see request()

sub ask {
    my ($self, $path, %o) = @_;
    my $version = $o{version} || '1.1';

    $self->{method} = $o{method} || 'GET';
    @$self{qw(end left)} = ();
    $self->{chunk} = 0;

    my @lines = ("$self->{method} $path HTTP/$version",
        $version eq '1.0' && !$o{host} ? () : 'Host: ' . ($o{host} || 'edge'),
        @{ $o{headers} || [] });

    push @lines, 'Connection: close' if $o{close};
    push @lines, 'Content-Length: ' . length $o{data} if defined $o{data};

    return $self->send(join("\r\n", @lines) . "\r\n\r\n"
        . (defined $o{data} ? $o{data} : ''));
}


# fill(): one more read into the buffer; 0 at the end, undef when late

sub fill {
    my ($self, $most) = @_;
    my $bits = '';

    vec($bits, fileno $self->{socket}, 1) = 1;
    return if !select $bits, undef, undef, $self->{timeout};

    my $n = sysread $self->{socket}, $self->{buffer}, $most || 65536,
        length $self->{buffer};

    $self->{reset} = 1 if !defined $n;
    return $n || 0;
}


sub head {
    my ($self) = @_;
    my $text;

    do {
        while ($self->{buffer} !~ /\r\n\r\n/) {
            return if !$self->fill;
        }

        $self->{buffer} =~ s/^(.*?)\r\n\r\n//s;
        $text = $1;
    } while ($text =~ m{^HTTP/1\.1 100 });

    my ($first, @lines) = split /\r\n/, $text;
    my ($version, $status) = $first =~ m{^HTTP/(\d\.\d) (\d{3})};
    my $r = bless { version => $version, status => $status, first => $first,
        fields => [ map { [ split /:\s*/, $_, 2 ] } @lines ] },
        'EdgeTest::Response';

    $self->{response} = $r;
    $self->frame($r);

    return $r;
}


# frame(response): how its body is delimited, RFC 9112, section 6.3

sub frame {
    my ($self, $r) = @_;
    my $length = $r->line('Content-Length');

    if ($self->{method} eq 'HEAD' || $r->{status} =~ /^(?:1..|204|304)$/) {
        @$self{qw(framing end)} = ('none', 'none');

    } elsif (lc($r->line('Transfer-Encoding') || '') eq 'chunked') {
        $self->{framing} = 'chunked';

    } elsif (defined $length) {
        @$self{qw(framing left)} = ('length', $length);
        $self->{end} = 'length' if $length == 0;

    } else {
        $self->{framing} = 'close';
    }
}


# some(): the next piece of the body

sub some {
    my ($self, $most) = @_;

    return '' if $self->{end};
    return if !$self->{framing};

    while (1) {
        my $piece = $self->take($most || 1 << 20);
        return $piece if length $piece;
        return '' if $self->{end};

        my $n = $self->fill($most);
        return if !defined $n;

        if ($n == 0) {
            $self->{end} = $self->{framing} eq 'close' && !$self->{reset}
                ? 'close' : 'cut';
            return '';
        }
    }
}


sub take {
    my ($self, $most) = @_;

    if ($self->{framing} eq 'close') {
        return substr $self->{buffer}, 0, $most, '';
    }

    if ($self->{framing} eq 'length') {
        my $n = $self->{left} < $most ? $self->{left} : $most;
        my $piece = substr $self->{buffer}, 0, $n, '';

        $self->{left} -= length $piece;
        $self->{end} = 'length' if $self->{left} == 0;
        return $piece;
    }

    my $text = '';

    while (length $text < $most) {
        if (!$self->{chunk}) {
            last if $self->{buffer} !~ s/^([0-9a-fA-F]+)\r\n//;
            $self->{chunk} = hex $1;

            if ($self->{chunk} == 0) {
                $self->{buffer} = "0\r\n$self->{buffer}";
                last if $self->{buffer}
                    !~ s/^0\r\n((?:[^\r\n]+\r\n)*)\r\n//;
                $self->{trailers} = $1;
                $self->{end} = 'chunked';
                last;
            }

            $self->{chunk} += 2;
        }

        # the CRLF behind the data belongs to the chunk
        my $data = $self->{chunk} > 2 ? $self->{chunk} - 2 : 0;
        my $piece = substr $self->{buffer}, 0, $data, '';

        $text .= $piece;
        $self->{chunk} -= length $piece;

        last if $self->{chunk} > 2;
        last if length $self->{buffer} < $self->{chunk};

        substr $self->{buffer}, 0, $self->{chunk}, '';
        $self->{chunk} = 0;
    }

    return $text;
}


# body(): all the rest; undef $self->{end} means that time ran out

sub body {
    my ($self) = @_;
    my $body = '';

    while (defined(my $piece = $self->some)) {
        last if $piece eq '';
        $body .= $piece;
    }

    return $body;
}


# hurry(): the end of reading through a straw (rcvbuf)

sub hurry {
    my ($self) = @_;

    $self->{socket}->sockopt(SO_RCVBUF, 1 << 20);
    return $self;
}


sub close { close $_[0]{socket} }


# request(path, port, method, version, headers, data, host, timeout, rcvbuf)

sub request {
    my ($path, %o) = @_;
    my $self = __PACKAGE__->new(%o);

    $self->ask($path, close => 1, %o);

    my $r = $self->head;
    return bless { status => 0, fields => [], body => '', end => 'cut' },
        'EdgeTest::Response' if !$r;

    $r->{body} = $self->body;
    $r->{end} = $self->{end} || 'timeout';
    $r->{trailers} = $self->{trailers};
    $self->close;

    return $r;
}


sub get { return request(@_) }


package EdgeTest::Response;

sub header {
    my ($self, $name) = @_;

    return map { $_->[1] } grep { lc $_->[0] eq lc $name }
        @{ $self->{fields} };
}


sub line {
    my ($self, $name) = @_;
    my @lines = $self->header($name);

    return @lines ? join ', ', @lines : undef;
}


sub coding {
    my ($self) = @_;
    my $line = $self->line('Content-Encoding');

    return defined $line ? $line : 'identity';
}


1;
