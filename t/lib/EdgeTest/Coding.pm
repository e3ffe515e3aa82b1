package EdgeTest::Coding;

# Decoders of all codings under one name, by the real libraries, fed piece by
# piece as a browser does.
#
#   my $d = EdgeTest::Coding->new('br');        # zstd, br, gzip, dcz, dcb
#   $text .= $d->feed($bytes);
#   $d->{error}; $d->ended;     # ended: exactly at the end of the body
#
#   decode('gzip', $bytes)      (text, error): error unless whole
#   encode('gzip', $text)       as one of the usual tools would make it
#
# gzip: one member only, as browsers read; anything behind it is an error.
#
# A suite that runs over every coding has a dictionary:
#
#   dictionary()                a directive for http {}, and what goes to
#                               start(files => ...)
#   codings()                   what the module has: dcb from libbrotli 1.1 on
#   wants('dcz')                header fields of a client that takes this only
#   wants_options('dcz')        the same for the command line of curl

use strict;
use warnings;

use Compress::Raw::Zlib qw(WANT_GZIP Z_OK Z_STREAM_END Z_BUF_ERROR);
use Compress::Zlib ();
use Digest::SHA qw(sha256);
use Exporter 'import';
use FFI::Platypus 0.90;
use FFI::Platypus::Buffer qw(scalar_to_pointer);

use EdgeTest::Check ();
use EdgeTest::Dictionary ();
use EdgeTest::Zstd;

our @EXPORT_OK = qw(codings decode dictionary encode wants wants_options);

use constant { OUT_SIZE => 1 << 17, BR_ERROR => 0, BR_SUCCESS => 1,
    BR_MORE_INPUT => 2, BR_DICTIONARY_RAW => 0 };

# RFC 9842: what stands in front of the SHA-256 of the dictionary

my %magic = (dcz => "\x5e\x2a\x4d\x18\x20\0\0\0", dcb => "\xff\x44\x43\x42");
my $dictionary = EdgeTest::Check::text(30_000);
my @codings;

my $scratch = pack 'x' . OUT_SIZE;

my @dirs = (glob('/usr/lib/*-linux-gnu'), glob('/lib/*-linux-gnu'),
    '/usr/lib64', '/usr/lib', '/usr/local/lib');

my $ffi = FFI::Platypus->new(api => 1, lib => [ grep { -e } map {
    ("$_/libbrotlidec.so.1", "$_/libbrotlienc.so.1") } @dirs ]);

$ffi->attach([ BrotliEncoderMaxCompressedSize => 'br_bound' ]
    => ['size_t'] => 'size_t');
$ffi->attach([ BrotliEncoderCompress => 'br_compress' ]
    => [ 'int', 'int', 'int', 'size_t', 'opaque', 'opaque', 'opaque' ]
    => 'int');

$ffi->attach([ BrotliDecoderCreateInstance => 'br_create' ]
    => [ 'opaque', 'opaque', 'opaque' ] => 'opaque');
$ffi->attach([ BrotliDecoderDestroyInstance => 'br_destroy' ]
    => ['opaque'] => 'void');
$ffi->attach([ BrotliDecoderDecompressStream => 'br_decompress' ]
    => [ ('opaque') x 6 ] => 'int');

my $has_dictionaries = $ffi->find_symbol('BrotliDecoderAttachDictionary');

$ffi->attach([ BrotliDecoderAttachDictionary => 'br_attach' ]
    => [ 'opaque', 'int', 'size_t', 'opaque' ] => 'int') if $has_dictionaries;


sub dictionary {
    return ("compression_dictionary %%ROOT%%/dictionary match=/*;\n",
        dictionary => $dictionary);
}


sub codings {
    @codings = (qw(zstd br gzip dcz), EdgeTest::Dictionary::has_dcb()
        ? 'dcb' : ()) if !@codings;

    return @codings;
}


sub wants {
    my ($coding) = @_;

    return ("Accept-Encoding: $coding", $magic{$coding}
        ? 'Available-Dictionary: ' . EdgeTest::Dictionary::available(
        $dictionary) : ());
}


sub wants_options { return join ' ', map { "-H '$_'" } wants(@_) }


sub new {
    my ($class, $coding) = @_;
    my $self = bless { coding => $coding }, $class;

    $self->{head} = $magic{$coding} . sha256($dictionary) if $magic{$coding};

    if ($coding eq 'zstd') {
        $self->{zstd} = EdgeTest::Zstd->new;

    } elsif ($coding eq 'dcz') {
        $self->{zstd} = EdgeTest::Zstd->new(dictionary => $dictionary);

    } elsif ($coding eq 'br') {
        $self->{br} = br_create(undef, undef, undef);

    } elsif ($coding eq 'dcb') {
        die "dcb needs libbrotlidec 1.1\n" if !$has_dictionaries;

        $self->{br} = br_create(undef, undef, undef);
        br_attach($self->{br}, BR_DICTIONARY_RAW, length $dictionary,
            scalar_to_pointer($dictionary)) or die "dictionary refused\n";

    } elsif ($coding eq 'gzip') {
        ($self->{gzip}) = Compress::Raw::Zlib::Inflate->new(
            -WindowBits => WANT_GZIP, -ConsumeInput => 1, -AppendOutput => 1);

    } else {
        die "no coding \"$coding\"\n";
    }

    return $self;
}


sub DESTROY { br_destroy($_[0]{br}) if $_[0]{br} }


sub ended {
    my ($self) = @_;

    return $self->{zstd}->between_frames if $self->{zstd};
    return $self->{ended} && !$self->{error};
}


sub feed {
    my ($self, $bytes) = @_;

    $bytes = $self->behind_head($bytes) if length($self->{head} // '');

    return '' if $self->{error} || $bytes eq '';

    if ($self->{ended}) {
        $self->{error} = 'bytes behind the end';
        return '';
    }

    return $self->feed_gzip($bytes) if $self->{gzip};
    return $self->feed_br($bytes) if $self->{br};

    my $text = $self->{zstd}->feed($bytes);
    $self->{error} = $self->{zstd}{error};

    return $text;
}


# behind_head(bytes): what follows the header of dcz or dcb, which is compared

sub behind_head {
    my ($self, $bytes) = @_;
    my $size = length $bytes < length $self->{head} ? length $bytes
        : length $self->{head};

    $self->{error} = 'another header' if substr($bytes, 0, $size)
        ne substr $self->{head}, 0, $size, '';

    return substr $bytes, $size;
}


sub feed_gzip {
    my ($self, $bytes) = @_;
    my $text = '';
    my $status = $self->{gzip}->inflate($bytes, $text);

    if ($status == Z_STREAM_END) {
        $self->{ended} = 1;
        $self->{error} = 'bytes behind the end' if length $bytes;

    } elsif ($status != Z_OK && $status != Z_BUF_ERROR) {
        $self->{error} = "$status";
    }

    return $text;
}


sub feed_br {
    my ($self, $bytes) = @_;
    my $left = pack 'Q', length $bytes;
    my $next = pack 'Q', scalar_to_pointer($bytes);
    my $text = '';

    while (1) {
        my $room = pack 'Q', OUT_SIZE;
        my $out = pack 'Q', scalar_to_pointer($scratch);
        my $rc = br_decompress($self->{br}, map({ scalar_to_pointer($_) }
            $left, $next, $room, $out), undef);

        $text .= substr $scratch, 0, OUT_SIZE - unpack 'Q', $room;

        if ($rc == BR_ERROR) {
            $self->{error} = 'malformed';

        } elsif ($rc == BR_SUCCESS) {
            $self->{ended} = 1;
            $self->{error} = 'bytes behind the end' if unpack 'Q', $left;
        }

        last if $rc <= BR_MORE_INPUT && unpack 'Q', $room;
    }

    return $text;
}


sub decode {
    my ($coding, $bytes) = @_;
    my $d = __PACKAGE__->new($coding);
    my $text = $d->feed($bytes);

    return ($text, $d->{error} || ($d->ended ? undef : 'cut short'));
}


sub encode {
    my ($coding, $text, $level) = @_;

    return EdgeTest::Zstd::encode($text, $level // 3) if $coding eq 'zstd';
    return Compress::Zlib::memGzip($text) if $coding eq 'gzip';

    my $size = br_bound(length $text) || 1024;
    my $out = pack "x$size";
    my $n = pack 'Q', $size;

    br_compress($level // 5, 18, 0, length $text, scalar_to_pointer($text),
        scalar_to_pointer($n), scalar_to_pointer($out))
        or die "Brotli refused\n";

    return substr $out, 0, unpack 'Q', $n;
}


1;
