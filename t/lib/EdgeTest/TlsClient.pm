package EdgeTest::TlsClient;

# A TLS client that shows certificates and offers sessions as it is told.
#
#   my $r = EdgeTest::TlsClient::get(port => ..., sni => 'a.example',
#       host => 'a.example', cert => $pem_path, key => $key_path,
#       version => '1.3', session => $r->{session}, path => '/',
#       headers => "X: y\r\n", chain => $pem_path_of_leaf_and_issuers,
#       h2 => 1, patience => 60);
#
# gives { status, head, body, session, reused, version, error }.  `get` is
# open(), request() and close(); a connection from open() takes several
# requests.  With many connections, ctx => context(version => ..., cert => ...,
# key => ...) saves making one for each; it stays the caller's.

use strict;
use warnings;

use IO::Socket::INET;
use Net::SSLeay;


BEGIN {
    Net::SSLeay::load_error_strings();
    Net::SSLeay::SSLeay_add_ssl_algorithms();
    Net::SSLeay::randomize();
    $SIG{PIPE} = 'IGNORE';
}

my %protocol = ('1.2' => 0x0303, '1.3' => 0x0304);


sub context {
    my (%o) = @_;
    my $ctx = Net::SSLeay::CTX_new_with_method(Net::SSLeay::TLS_method());
    my $file = $o{chain} || $o{cert};

    if (my $version = $protocol{ $o{version} || '' }) {
        Net::SSLeay::CTX_set_min_proto_version($ctx, $version);
        Net::SSLeay::CTX_set_max_proto_version($ctx, $version);
    }

    # SSL_OP_NO_TICKET: TLS 1.2 then resumes by session ID
    Net::SSLeay::CTX_set_options($ctx, Net::SSLeay::OP_NO_TICKET())
        if $o{no_ticket};

    Net::SSLeay::CTX_set_alpn_protos($ctx, ['h2']) if $o{h2};

    if ($file) {
        Net::SSLeay::CTX_use_certificate_chain_file($ctx, $file)
            or die "$file: " . Net::SSLeay::print_errs();
        Net::SSLeay::CTX_use_PrivateKey_file($ctx, $o{key},
            Net::SSLeay::FILETYPE_PEM())
            or die "$o{key}: " . Net::SSLeay::print_errs();
    }

    return $ctx;
}


sub open {
    my ($class, %o) = @_;
    my $self = bless { frames => '', %o }, $class;

    $self->{socket} = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $o{port}, Proto => 'tcp', Timeout => 60)
        or die "connect to $o{port}: $!";

    $self->{context} = $o{ctx} || context(%o);
    $self->{ssl} = Net::SSLeay::new($self->{context});

    Net::SSLeay::set_fd($self->{ssl}, fileno $self->{socket});
    Net::SSLeay::set_tlsext_host_name($self->{ssl}, $o{sni}) if $o{sni};
    Net::SSLeay::set_session($self->{ssl}, $o{session}) if $o{session};

    local $SIG{ALRM} = sub { die "TLS handshake timed out\n" };
    alarm($self->{patience} || 60);
    my $rc = Net::SSLeay::connect($self->{ssl});
    alarm 0;

    $self->{error} = failure() if $rc != 1;
    $self->{reused} = Net::SSLeay::session_reused($self->{ssl}) ? 1 : 0;
    $self->{negotiated} = Net::SSLeay::get_version($self->{ssl});

    return $self;
}


sub failure {
    my $code = Net::SSLeay::ERR_get_error();

    return $code ? Net::SSLeay::ERR_error_string($code) : 'closed';
}


# request(%option): one request and its answer, by Content-Length, chunks
# undone, or up to the end.

sub request {
    my ($self, %o) = @_;
    my $host = $o{host} || $self->{host} || $self->{sni} || 'localhost';
    my %r = (reused => $self->{reused}, version => $self->{negotiated});

    if ($self->{error}) {
        return { %r, error => $self->{error} };
    }

    return { %r, $self->request_h2($host, $o{path} || '/') } if $self->{h2};

    my $request = ($o{method} || 'GET') . ' ' . ($o{path} || '/')
        . " HTTP/1.1\r\nHost: $host\r\n" . ($o{headers} || '')
        . ($o{close} ? "Connection: close\r\n" : '') . "\r\n";

    local $SIG{ALRM} = sub { die "no answer in time\n" };
    alarm($self->{patience} || 60);

    Net::SSLeay::write($self->{ssl}, $request);
    my $text = $self->read_answer;

    alarm 0;

    # an alert that refuses the certificate comes here in TLS 1.3
    return { %r, error => failure() } if $text !~ m{^HTTP/1\.\d (\d+)};

    $r{status} = $1;
    ($r{head}, $r{body}) = split /\r\n\r\n/, $text, 2;
    $r{body} = unchunk($r{body}) if $r{head} =~ /^Transfer-Encoding: chunked/mi;
    $r{session} = Net::SSLeay::get1_session($self->{ssl});

    return \%r;
}


# The one request of an HTTP/2 connection, without HPACK's tables

sub request_h2 {
    my ($self, $host, $path) = @_;
    my $frame = sub { substr(pack('N', length $_[3]), 1)
        . pack('CCN', @_[0 .. 2]) . $_[3] };
    my $field = sub { "\0" . join '', map { chr(length) . $_ } @_ };
    my %r = (status => undef, body => '');

    local $SIG{ALRM} = sub { die "no answer in time\n" };
    alarm($self->{patience} || 60);

    Net::SSLeay::write($self->{ssl}, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        . $frame->(4, 0, 0, '') . $frame->(1, 5, 1, join '',
            $field->(':method', 'GET'), $field->(':scheme', 'https'),
            $field->(':authority', $host), $field->(':path', $path)));

    while (my ($type, $flags, $data) = $self->read_frame) {
        if ($type == 1) {
            my %indexed = (8 => 200, 9 => 204, 10 => 206, 11 => 304,
                12 => 400, 13 => 404, 14 => 500);

            # a change of the table's size may go before
            $data =~ s/^[\x20-\x3f]//;
            $r{status} = $data =~ /^[\x48\x08]\x03(\d{3})/ ? $1
                : $indexed{ ord($data) & 0x7f };
        }

        $r{body} .= $data if $type == 0;
        last if $type < 2 && $flags & 1;
    }

    alarm 0;
    return %r;
}


# Type, flags and content of the next frame; nothing at the end

sub read_frame {
    my ($self) = @_;

    while (1) {
        if (length $self->{frames} >= 9) {
            my ($high, $low, $type, $flags) = unpack 'nCCC', $self->{frames};
            my $len = $high << 8 | $low;

            if (length $self->{frames} >= 9 + $len) {
                my $frame = substr $self->{frames}, 0, 9 + $len, '';
                return ($type, $flags, substr $frame, 9);
            }
        }

        my ($data, $rc) = Net::SSLeay::read($self->{ssl}, 65536);
        return if !defined $data || $data eq '' || $rc <= 0;
        $self->{frames} .= $data;
    }
}


sub read_answer {
    my ($self) = @_;
    my $text = '';

    while (1) {
        my ($data, $rc) = Net::SSLeay::read($self->{ssl}, 65536);

        last if !defined $data || $data eq '' || $rc <= 0;
        $text .= $data;

        my ($head, $body) = split /\r\n\r\n/, $text, 2;
        next if !defined $body;
        last if $head =~ /^Content-Length: (\d+)/mi && length($body) >= $1;
        last if $head =~ /^Transfer-Encoding: chunked/mi
            && $body =~ /(?:^|\r\n)0\r\n\r\n\z/;
    }

    return $text;
}


sub unchunk {
    my ($body) = @_;
    my $text = '';

    while ($body =~ s/^([0-9a-f]+)[^\r]*\r\n//i && hex $1) {
        $text .= substr $body, 0, hex $1, '';
        $body =~ s/^\r\n//;
    }

    return $text;
}


sub close {
    my ($self) = @_;

    Net::SSLeay::shutdown($self->{ssl}) if !$self->{error};
    Net::SSLeay::free($self->{ssl});
    Net::SSLeay::CTX_free($self->{context}) if !$self->{ctx};
    CORE::close $self->{socket};
}


sub get {
    my (%o) = @_;
    my $self = __PACKAGE__->open(%o);
    my $answer = $self->request(close => 1,
        map { $_ => $o{$_} } grep { exists $o{$_} }
            qw(host path headers method));

    $self->close;

    return $answer;
}


1;
