package EdgeTest::Hello;

# A ClientHello made byte by byte, and what the server answers to it before
# any cryptography is needed: version, cipher, group, ALPN, or the alert.
#
#   my $r = hello(port => $p, sni => 'a.example', versions => ['1.3']);
#   $r->{version}  '1.2'; $r->{cipher} 0x1301; $r->{group} 29
#   $r->{retry}    true: HelloRetryRequest, $r->{group} is what it asks for
#   $r->{alpn}     TLSv1.2 and below
#   $r->{session}  length of the session ID in ServerHello
#   $r->{alert}    70: protocol_version, 40: handshake_failure, ...
#   $r->{eof}      true: closed without a word
#
# Options: versions (list), ciphers, groups, shares (groups a key share is
# sent for), alpn (list), sni (undef: none), sni_raw (the extension's bytes),
# record (bytes a record carries, to cut the message up), retry (a hash of
# options that change in the second ClientHello), patience (seconds, 60).
#
#   my $bytes = hello_bytes(%o);    what such a client sends first
#
#   my ($cert, $key) = certificate($dir, 'a.example', 'b.example');
#   my $text = s_client(port => $p, sni => 'a.example', args => ['-tls1_2']);
#   $text = quic_client(port => $p, sni => 'a.example', until => qr/^New/m);

use strict;
use warnings;

use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use IPC::Open3;

our @EXPORT = qw(hello hello_bytes answer certificate s_client quic_client);

my %number = ('1.0' => 0x0301, '1.1' => 0x0302, '1.2' => 0x0303,
    '1.3' => 0x0304);
my %version = reverse %number;

our $patience = 60;

my @ciphers = (0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
    0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014);

# HelloRetryRequest is a ServerHello of this random, RFC 8446, 4.1.3
my $retry_random = pack 'H*', 'cf21ad74e59a6111be1d8c021e65b891'
    . 'c2a211167abb8c5e079e09e2c8a8339c';


sub vector { return pack "$_[0]/a*", $_[1] }

sub extension { return pack('n', $_[0]) . vector('n', $_[1]) }


sub extensions {
    my (%o) = @_;
    my @versions = map { $number{$_} } @{ $o{versions} };
    my $text = '';

    if (defined $o{sni_raw}) {
        $text .= extension(0, $o{sni_raw});

    } elsif (defined $o{sni}) {
        $text .= extension(0, vector('n', "\0" . vector('n', $o{sni})));
    }

    $text .= extension(10, vector('n', pack 'n*', @{ $o{groups} }));
    $text .= extension(11, "\x01\0");
    $text .= extension(13, vector('n', pack 'n*', 0x0403, 0x0804, 0x0401,
        0x0503, 0x0603, 0x0805, 0x0806, 0x0501, 0x0601, 0x0203, 0x0201));
    $text .= extension(16, vector('n', join '', map { vector('C', $_) }
        @{ $o{alpn} })) if $o{alpn};
    $text .= extension(23, '');
    $text .= extension(35, '') if $o{ticket};

    if (grep { $_ == 0x0304 } @versions) {
        $text .= extension(43, vector('C', pack 'n*', @versions));
        $text .= extension(45, "\x01\x01");
        $text .= extension(51, vector('n', join '', map { pack('n', $_)
            . vector('n', share($_)) } @{ $o{shares} }));
    }

    return $text;
}


# any 32 bytes are an X25519 key; other groups are asked for by a retry

sub share { return "\x09" . "\0" x 31 }


sub message {
    my (%o) = @_;
    my ($legacy) = sort { $b <=> $a } map { $number{$_} } @{ $o{versions} };

    $legacy = 0x0303 if $legacy > 0x0303;

    my $body = pack('n', $legacy) . "\x5a" x 32 . vector('C', "\x77" x 32)
        . vector('n', pack 'n*', @{ $o{ciphers} }) . "\x01\0"
        . vector('n', extensions(%o));

    return "\x01" . substr(pack('N', length $body), 1) . $body;
}


sub records {
    my (%o) = @_;
    my $size = $o{record};

    return map { pack('Cnn', 22, 0x0301, length) . $_ }
        unpack "(a$size)*", message(%o);
}


sub defaults {
    return (versions => ['1.3', '1.2'], ciphers => \@ciphers,
        groups => [29, 23, 24], shares => [29], record => 16384,
        patience => 60, @_);
}


sub hello_bytes { return join '', records(defaults(@_)) }


sub read_exactly {
    my ($socket, $n) = @_;
    my $text = '';

    while (length $text < $n) {
        return if !IO::Select->new($socket)->can_read($patience);
        return if !sysread $socket, $text, $n - length $text, length $text;
    }

    return $text;
}


# skips change_cipher_spec; undef at the end of the connection

sub read_record {
    my ($socket) = @_;

    while (1) {
        my $head = read_exactly($socket, 5);
        return if !defined $head;

        my ($type, undef, $n) = unpack 'Cnn', $head;
        my $text = read_exactly($socket, $n);
        return if !defined $text;

        return ($type, $text) if $type != 20;
    }
}


sub parse_server_hello {
    my ($text) = @_;
    my ($type, $n, $legacy, $random, $session, $cipher, undef, $rest)
        = unpack 'C x1 n n a32 C/a n C a*', $text;
    my %r = (version => $version{$legacy}, cipher => $cipher,
        session => length $session, downgrade =>
        substr($random, 24) =~ /^DOWNGRD([\0\1])/ ? 1 : 0);

    return { unexpected => $type } if $type != 2;

    $r{retry} = 1 if $random eq $retry_random;
    $rest = length $rest >= 2 ? unpack('n/a', $rest) : '';

    while (length $rest >= 4) {
        my ($id, $body) = unpack 'n n/a', $rest;
        substr $rest, 0, 4 + length $body, '';

        $r{version} = $version{ unpack 'n', $body } if $id == 43;
        $r{group} = unpack 'n', $body if $id == 51;
        $r{alpn} = unpack 'x2 C/a', $body if $id == 16;
        $r{ticket} = 1 if $id == 35;
    }

    return \%r;
}


sub read_answer {
    my ($socket) = @_;
    my ($type, $text) = read_record($socket);

    return { eof => 1 } if !defined $type;
    return { alert => unpack 'x C', $text } if $type == 21;
    return { unexpected => $type } if $type != 22;

    return parse_server_hello($text);
}


sub hello {
    my (%o) = defaults(@_);
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $o{port} || EdgeTest::port(), Proto => 'tcp')
        or return { eof => 1 };

    local $SIG{PIPE} = 'IGNORE';
    local $patience = $o{patience};

    syswrite $socket, $_ for records(%o);
    my $r = read_answer($socket);

    if ($r->{retry} && $o{retry}) {
        syswrite $socket, $_ for records(%o, shares => [$r->{group}],
            %{ $o{retry} });
        $r = { %{ read_answer($socket) }, retried => 1 };
    }

    return $r;
}


# the same in a word: "1.3 1301 29", "retry 23", "alert 70", "closed"

sub answer {
    my $r = hello(@_);

    return "alert $r->{alert}" if defined $r->{alert};
    return 'closed' if !$r->{version};

    return join ' ', $r->{retry} ? 'retry' : $r->{version},
        sprintf('%04x', $r->{cipher}),
        defined $r->{group} ? $r->{group} : (),
        defined $r->{alpn} ? $r->{alpn} : ();
}


# a self-signed certificate and its key; paths of the two files

sub certificate {
    my ($dir, @names) = @_;
    my ($cert, $key) = ("$dir/$names[0].pem", "$dir/$names[0].key");
    my $names = join ',', map { "DNS:$_" } @names;

    system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
        . "-nodes -days 30 -subj /CN=$names[0] -addext subjectAltName=$names "
        . "-keyout $key -out $cert 2>/dev/null") == 0
        or die 'openssl req';

    return ($cert, $key);
}


# What openssl s_client says of a connection that asks for / of the host, or
# of the server name, and is closed.

sub s_client {
    my (%o) = @_;
    my @name = defined $o{sni} ? ('-servername', $o{sni}) : '-noservername';
    my $name_of = defined $o{host} ? $o{host} : $o{sni};
    my $host = defined $name_of ? "Host: $name_of\r\n" : '';
    my $port = $o{port} || EdgeTest::port();
    my $command = join ' ', 'timeout 60 openssl s_client -connect',
        "127.0.0.1:$port", @name, @{ $o{args} || [] }, '-ign_eof 2>&1';

    return scalar `printf 'GET / HTTP/1.0\r\n$host\r\n' | $command`;
}


# What it says of a handshake over QUIC, without a request. Its input stays
# open, and ending it is up to us, as a handshake takes its time on a busy
# machine: a minute at most. A client that gave up is started anew, twice.
#
#   until    what it says when the outcome is there, default: of success
#   saves    file that holds the session when there is a ticket

sub quic_client {
    my (%o) = @_;
    my $until = $o{until}
        || qr/^(?:New|Reused), TLSv1\.3.*^ +Verify return code/ms;
    my ($text, $gave_up);

    unlink $o{saves} if $o{saves};

    for (1 .. 3) {
        ($text, $gave_up) = watch_client([ quic_command(%o) ], sub {
            return $_[0] =~ $until && (!$o{saves} || -s $o{saves});
        });
        last if !$gave_up;
    }

    return $text;
}


sub quic_command {
    my (%o) = @_;
    my $port = $o{port} || EdgeTest::port();

    return (qw(openssl s_client -quic -alpn h3 -connect), "127.0.0.1:$port",
        defined $o{sni} ? ('-servername', $o{sni}) : '-noservername',
        $o{saves} ? ('-sess_out', $o{saves}) : (), @{ $o{args} || [] });
}


# what the command said, and whether it ended by itself before it was done

sub watch_client {
    my ($command, $is_done) = @_;
    my $pid = open3(my $in, my $out, undef, @$command);
    my $select = IO::Select->new($out);
    my $deadline = time + 60;
    my $text = '';
    my $gave_up;

    while (!$is_done->($text) && time < $deadline) {
        next if !$select->can_read(0.2);
        next if sysread $out, $text, 65536, length $text;
        $gave_up = !$is_done->($text);
        last;
    }

    kill 'TERM', $pid;
    waitpid $pid, 0;

    return ($text, $gave_up);
}


1;
