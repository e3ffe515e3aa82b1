package EdgeTest::Zstd;

# The real zstd library, for tests: an incremental decoder, and a reader of
# frame headers (RFC 8878, 3.1.1) that knows nothing of the module.
#
#   my $d = EdgeTest::Zstd->new;        # refuses windows over 8 MB, as a
#   $text .= $d->feed($bytes);          # browser does (RFC 9659)
#   $d->{error}; $d->between_frames;
#
#   decode($bytes)   (text, error): error unless whole frames, at least one
#   version()        10504 for 1.5.4
#   frames($bytes)   list of { window, content_size, single, dictionary,
#                    checksum, length }

use strict;
use warnings;

use Exporter 'import';
use FFI::Platypus 0.90;
use FFI::Platypus::Buffer qw(scalar_to_pointer);

our @EXPORT_OK = qw(decode frames encode);

use constant WINDOW_LOG_MAX => 100;     # ZSTD_d_windowLogMax
use constant OUT_SIZE => 1 << 17;

# written to by the library, hence unshared

my $scratch = pack 'x' . OUT_SIZE;

my $ffi = FFI::Platypus->new(api => 1, lib => [ library() ]);

$ffi->attach([ ZSTD_versionNumber => 'version' ] => [] => 'unsigned int');
$ffi->attach([ ZSTD_createDCtx => 'create_dctx' ] => [] => 'opaque');
$ffi->attach([ ZSTD_freeDCtx => 'free_dctx' ] => ['opaque'] => 'size_t');
$ffi->attach([ ZSTD_DCtx_setParameter => 'set_parameter' ]
    => [ 'opaque', 'int', 'int' ] => 'size_t');
$ffi->attach([ ZSTD_DCtx_loadDictionary => 'load_dictionary' ]
    => [ 'opaque', 'opaque', 'size_t' ] => 'size_t');
$ffi->attach([ ZSTD_decompressStream => 'decompress_stream' ]
    => [ 'opaque', 'opaque', 'opaque' ] => 'size_t');
$ffi->attach([ ZSTD_isError => 'is_error' ] => ['size_t'] => 'unsigned int');
$ffi->attach([ ZSTD_getErrorName => 'error_name' ] => ['size_t'] => 'string');
$ffi->attach([ ZSTD_findFrameCompressedSize => 'frame_size' ]
    => [ 'opaque', 'size_t' ] => 'size_t');
$ffi->attach([ ZSTD_compress => 'zstd_compress' ]
    => [ 'opaque', 'size_t', 'opaque', 'size_t', 'int' ] => 'size_t');


sub library {
    my @found = grep { -e } map { ("$_/libzstd.so.1") }
        glob('/usr/lib/*-linux-gnu'), glob('/lib/*-linux-gnu'), '/usr/lib64',
        '/usr/lib', '/usr/local/lib';

    die "libzstd.so.1 is not here\n" if !@found;
    return $found[0];
}


# new(dictionary => bytes, window_log => 23)

sub new {
    my ($class, %o) = @_;
    my $self = bless { ctx => create_dctx(), rest => 0, any => 0 }, $class;

    set_parameter($self->{ctx}, WINDOW_LOG_MAX, $o{window_log} || 23);

    if (defined $o{dictionary}) {
        load_dictionary($self->{ctx}, scalar_to_pointer($o{dictionary}),
            length $o{dictionary});
    }

    return $self;
}


sub DESTROY { free_dctx($_[0]{ctx}) }


# between_frames(): nothing is owed: the last frame ended

sub between_frames { return $_[0]{any} && !$_[0]{rest} && !$_[0]{error} }


sub feed {
    my ($self, $bytes) = @_;
    my $size = length $bytes;
    my $text = '';

    return $text if !$size || $self->{error};

    my $in_buffer = pack 'QQQ', scalar_to_pointer($bytes), $size, 0;
    my $consumed = 0;

    $self->{any} = 1;

    while (1) {
        my $out_buffer = pack 'QQQ', scalar_to_pointer($scratch), OUT_SIZE, 0;
        my $rc = decompress_stream($self->{ctx},
            scalar_to_pointer($out_buffer), scalar_to_pointer($in_buffer));

        if (is_error($rc)) {
            $self->{error} = error_name($rc);
            return $text;
        }

        my $made = (unpack 'QQQ', $out_buffer)[2];

        $consumed = (unpack 'QQQ', $in_buffer)[2];
        $self->{rest} = $rc;
        $text .= substr $scratch, 0, $made;

        last if $consumed == $size && ($rc == 0 || $made < OUT_SIZE);
    }

    return $text;
}


sub decode {
    my ($bytes, %o) = @_;
    my $d = __PACKAGE__->new(%o);
    my $text = $d->feed($bytes);
    my $error = $d->{error};

    $error = 'truncated frame' if !$error && !$d->between_frames;

    return wantarray ? ($text, $error) : $error ? undef : $text;
}


sub encode {
    my ($text, $level) = @_;
    my $size = length($text) + length($text) / 128 + 1024;
    my $out = pack 'x' . int $size;
    my $rc = zstd_compress(scalar_to_pointer($out), $size,
        scalar_to_pointer($text), length $text, $level || 3);

    die error_name($rc) if is_error($rc);

    return substr $out, 0, $rc;
}


sub frames {
    my ($bytes) = @_;
    my @frames;
    my $at = 0;

    while ($at < length $bytes) {
        my $rest = substr $bytes, $at;
        my $size = frame_size(scalar_to_pointer($rest), length $rest);
        my $frame = parse_header($rest);

        $frame->{length} = is_error($size) ? undef : $size;
        push @frames, $frame;

        last if !$frame->{length};
        $at += $size;
    }

    return @frames;
}


sub parse_header {
    my ($bytes) = @_;
    my ($magic, $descriptor) = unpack 'VC', $bytes;
    my $frame = { magic => $magic };

    return { %$frame, skippable => 1 } if ($magic & ~0xF) == 0x184D2A50;
    return { %$frame, invalid => 1 } if $magic != 0xFD2FB528;

    my $at = 5;
    my $single = $descriptor >> 5 & 1;
    my $dictionary_bytes = (0, 1, 2, 4)[ $descriptor & 3 ];
    my $content_bytes = ($single, 2, 4, 8)[ $descriptor >> 6 ];

    $frame->{single} = $single;
    $frame->{checksum} = $descriptor >> 2 & 1;

    if (!$single) {
        my $byte = unpack "x$at C", $bytes;
        my $base = 1 << 10 + ($byte >> 3);

        $frame->{window} = $base + ($base >> 3) * ($byte & 7);
        $at++;
    }

    $frame->{dictionary} = little_endian(substr $bytes, $at, $dictionary_bytes);
    $at += $dictionary_bytes;

    if ($content_bytes) {
        my $size = little_endian(substr $bytes, $at, $content_bytes);

        $size += 256 if $content_bytes == 2;
        $frame->{content_size} = $size;
        $frame->{window} = $size if $single;
    }

    return $frame;
}


sub little_endian {
    my ($bytes) = @_;
    my $n = 0;

    $n = $n * 256 + $_ for reverse unpack 'C*', $bytes;
    return $n;
}


1;
