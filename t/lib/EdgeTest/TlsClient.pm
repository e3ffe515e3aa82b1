package EdgeTest::TlsClient;

# A TLS client that shows certificates and offers sessions as it is told.
#
#   my $r = EdgeTest::TlsClient::get(port => ..., sni => 'a.example',
#       host => 'a.example', cert => $pem_path, key => $key_path,
#       version => '1.3', session => $r->{session}, path => '/',
#       headers => "X: y\r\n", chain => $pem_path_of_leaf_and_issuers);
#
# gives { status, head, body, session, reused, version, error }.  `get` is
# open(), request() and close(); a connection from open() takes several
# requests.

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
    my $self = bless { %o }, $class;

    $self->{socket} = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $o{port}, Proto => 'tcp', Timeout => 10)
        or die "connect to $o{port}: $!";

    $self->{ctx} = context(%o);
    $self->{ssl} = Net::SSLeay::new($self->{ctx});

    Net::SSLeay::set_fd($self->{ssl}, fileno $self->{socket});
    Net::SSLeay::set_tlsext_host_name($self->{ssl}, $o{sni}) if $o{sni};
    Net::SSLeay::set_session($self->{ssl}, $o{session}) if $o{session};

    local $SIG{ALRM} = sub { die "TLS handshake timed out\n" };
    alarm 15;
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

    my $request = ($o{method} || 'GET') . ' ' . ($o{path} || '/')
        . " HTTP/1.1\r\nHost: $host\r\n" . ($o{headers} || '')
        . ($o{close} ? "Connection: close\r\n" : '') . "\r\n";

    local $SIG{ALRM} = sub { die "no answer in time\n" };
    alarm 15;

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
    Net::SSLeay::CTX_free($self->{ctx});
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
