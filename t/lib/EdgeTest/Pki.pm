package EdgeTest::Pki;

# Certificate authorities of a suite, made with the openssl command.
#
#   my $pki = EdgeTest::Pki->new($dir);
#   $pki->ca('ca', '/CN=Test CA');                   # ca.crt, ca.key
#   $pki->issue('ca', 'alice', '/CN=alice',
#       ext => "subjectAltName=DNS:a.example\n", start => -3600, end => 86400);
#   $expires = $pki->brief('ca', 'short', '/CN=short', sub { ... });
#   $pki->ca('mid', '/CN=Mid', by => 'ca');          # an intermediate
#   $pki->crl('ca', 'ca', 'alice');                  # ca.crl names alice
#   $pki->list('ca', 'ca.crl', entries => [ [ '1F', 1 ] ], number => 2);
#   $pki->path('alice.crt'); $pki->text('alice.crt');
#
# Keys are P-256; start and end are seconds from now.

use strict;
use warnings;

use File::Path qw(make_path);
use POSIX qw(strftime);


my $serial = 0x1000;

my %ext = (
    ca => "basicConstraints=critical,CA:TRUE\n"
        . "keyUsage=critical,keyCertSign,cRLSign\n"
        . "subjectKeyIdentifier=hash\n",
    client => "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n"
        . "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
    server => "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
        . "subjectKeyIdentifier=hash\n",
);


sub new {
    my ($class, $dir) = @_;

    make_path($dir);
    return bless { dir => $dir }, $class;
}


sub path { return "$_[0]{dir}/$_[1]" }


sub text {
    my ($self, @names) = @_;

    return join '', map { EdgeTest::slurp($self->path($_)) } @names;
}


sub write {
    my ($self, $name, $text) = @_;
    my $path = $self->path($name);

    open my $out, '>:raw', "$path.new" or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    rename "$path.new", $path or die "$path: $!";

    return $path;
}


sub openssl {
    my ($self, @args) = @_;
    my $log = $self->path('openssl.log');

    my $pid = fork();
    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        open STDOUT, '>', $log or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        exec 'openssl', @args or POSIX::_exit(127);
    }

    waitpid $pid, 0;
    die "openssl @args:\n" . EdgeTest::slurp($log) if $?;
}


# What `openssl ca` wants to find of an authority

sub home {
    my ($self, $name) = @_;
    my $home = $self->path("$name.d");

    if (!-d $home) {
        make_path($home);
        $self->write("$name.d/index", '');
        $self->write("$name.d/index.attr", "unique_subject = no\n");
        $self->write("$name.d/crlnumber", "01\n");
        $self->write("$name.d/serial", sprintf("%04X\n", $serial += 0x100));
        $self->write("$name.d/cnf", <<"        END");
[ca]
default_ca = this
[this]
dir = $home
database = $home/index
serial = $home/serial
crlnumber = $home/crlnumber
new_certs_dir = $home
default_md = sha256
default_days = 365
default_crl_days = 30
policy = any
email_in_dn = yes
unique_subject = no
string_mask = utf8only
[any]
        END
    }

    return $home;
}


sub key {
    my ($self, $name) = @_;

    if (!-f $self->path("$name.key")) {
        $self->openssl('genpkey', '-algorithm', 'EC', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-out', $self->path("$name.key"));
    }

    return $self->path("$name.key");
}


# Signs name.key's request by the authority, or by itself

sub sign {
    my ($self, $by, $name, $subject, $ext, %o) = @_;
    my $home = $self->home($by);
    my $time = sub { strftime('%Y%m%d%H%M%SZ', gmtime(time + $_[0])) };

    $self->key($name);
    $self->openssl('req', '-new', '-utf8', '-key', $self->path("$name.key"),
        '-subj', '/CN=x', '-out', $self->path("$name.csr"));
    $self->write("$name.ext", $ext . ($o{ext} || ''));

    $self->openssl('ca', '-batch', '-notext', '-preserveDN', '-config', "$home/cnf",
        '-utf8', '-subj', $subject,
        '-startdate', $time->($o{start} || -3600),
        '-enddate', $time->($o{end} || 86400 * 30),
        '-extfile', $self->path("$name.ext"),
        '-in', $self->path("$name.csr"), '-out', $self->path("$name.crt"),
        $by eq $name ? '-selfsign' : ('-cert', $self->path("$by.crt")),
        '-keyfile', $self->path("$by.key"));

    return $self;
}


# same => another authority's: the same key and name, another certificate

sub ca {
    my ($self, $name, $subject, %o) = @_;

    return $self->sign($o{by} || $name, $name, $subject, $ext{ca}, %o);
}


sub issue {
    my ($self, $by, $name, $subject, %o) = @_;

    return $self->sign($by, $name, $subject, $ext{ $o{use} || 'client' }, %o);
}


# brief(authority, name, subject, use): a certificate that expires soon, but not
# before use->() was true, which is tried again with a longer life. When it will
# have expired.

sub brief {
    my ($self, $by, $name, $subject, $use) = @_;
    my $expires;

    for my $seconds (5, 20, 80) {
        $self->issue($by, $name, $subject, end => $seconds);
        $expires = time + $seconds + 1;
        last if $use->();
    }

    return $expires;
}


# crl(authority, file, names...): a CRL that revokes these and all before

sub crl {
    my ($self, $by, $file, @names) = @_;
    my $home = $self->home($by);
    my @as = ('-config', "$home/cnf", '-cert', $self->path("$by.crt"),
        '-keyfile', $self->path("$by.key"));

    $self->openssl('ca', @as, '-revoke', $self->path("$_.crt")) for @names;
    $self->openssl('ca', @as, '-gencrl', '-out', $self->path("$file.crl"));

    return $self->path("$file.crl");
}


# DER of one element

sub tlv {
    my ($tag, $content) = @_;
    my $len = length $content;
    my $head = $len < 0x80 ? chr $len
        : do { (my $n = pack 'N', $len) =~ s/^\0+//; chr(0x80 | length $n) . $n };

    return chr($tag) . $head . $content;
}


sub der_time { return tlv(0x18, strftime('%Y%m%d%H%M%SZ', gmtime $_[0])) }


sub der_number {
    my $hex = length($_[0]) % 2 ? "0$_[0]" : $_[0];

    $hex = "00$hex" if $hex =~ /^[89a-f]/i;
    return tlv(0x02, pack 'H*', $hex);
}


sub der_extension {
    my ($id, $critical, $value) = @_;

    return tlv(0x30, tlv(0x06, $id) . ($critical ? "\x01\x01\xff" : '')
        . tlv(0x04, $value));
}


# list(authority, file, %option): a CRL of any kind, which openssl would not
# make.
#
#   entries     [ serial in hex, reason ] each
#   count       that many more, numbered from 10000000 (hex) on
#   this, next  seconds from now
#   number, base, scope    CRL number, of a delta's base, distribution point
#   only        its certificates: users, cas, reasons (some) or attributes
#   unknown     a critical extension nobody knows
#   pem         as PEM; key: signed by another's key

sub list {
    my ($self, $by, $file, %o) = @_;
    my $id = sub { "\x55\x1d" . chr $_[0] };
    my $date = der_time(time - 60);
    my $algorithm = tlv(0x30, tlv(0x06, pack 'H*', '2a8648ce3d040302'));
    my ($name) = $self->der("$by.crt", 'subject');
    my $path = $self->path($file);
    my $entries = '';

    for (@{ $o{entries} || [] }) {
        my ($serial, $reason) = @$_;

        $entries .= tlv(0x30, der_number($serial) . $date . ($reason
            ? tlv(0x30, der_extension($id->(21), 0, tlv(0x0a, chr $reason)))
            : ''));
    }

    for my $i (1 .. $o{count} || 0) {
        $entries .= "\x30\x19\x02\x06\x10\x00" . pack('N', $i) . $date;
    }

    my $scope = $o{scope} && tlv(0xa0, tlv(0xa0, tlv(0x86, $o{scope})));
    $scope = ($scope || '') . { users => "\x81\x01\xff",
        cas => "\x82\x01\xff", reasons => "\x83\x02\x06\x40",
        attributes => "\x85\x01\xff" }->{ $o{only} } if $o{only};
    my $extensions = join '',
        defined $o{number} ? der_extension($id->(20), 0,
            der_number(sprintf '%x', $o{number})) : '',
        defined $o{base} ? der_extension($id->(27), 1,
            der_number(sprintf '%x', $o{base})) : '',
        $scope ? der_extension($id->(28), 1, tlv(0x30, $scope)) : '',
        $o{unknown} ? der_extension($id->(99), 1, "\x05\x00") : '';

    my $tbs = tlv(0x30, der_number('1') . $algorithm . $name
        . der_time(time + ($o{this} || -60))
        . (exists $o{next} && !defined $o{next} ? ''
            : der_time(time + ($o{next} || 86400)))
        . ($entries eq '' ? '' : tlv(0x30, $entries))
        . ($extensions eq '' ? '' : tlv(0xa0, tlv(0x30, $extensions))));

    $self->write('list.tbs', $tbs);
    $self->openssl('dgst', '-sha256', '-sign',
        $self->path(($o{key} || $by) . '.key'),
        '-out', $self->path('list.sig'), $self->path('list.tbs'));

    my $der = tlv(0x30, $tbs . $algorithm
        . tlv(0x03, "\0" . $self->text('list.sig')));

    unlink map { $self->path($_) } 'list.tbs', 'list.sig';

    if ($o{pem}) {
        require MIME::Base64;
        $der = "-----BEGIN X509 CRL-----\n" . MIME::Base64::encode_base64($der)
            . "-----END X509 CRL-----\n";
    }

    return $self->write($file, $der);
}


# The subject of a certificate as DER

sub der {
    my ($self, $file) = @_;
    my $path = $self->path($file);
    my @lines = `openssl x509 -in $path -outform DER | openssl asn1parse -inform DER`;
    my @at;

    # the sixth element of the inner SEQUENCE
    for (@lines) {
        my ($offset, $depth, $head, $len) =
            /^\s*(\d+):d=(\d+)\s+hl=(\d+)\s+l=\s*(\d+)/ or next;
        push @at, [ $offset, $head + $len ] if $depth == 2;
    }

    my $der = `openssl x509 -in $path -outform DER`;

    return substr $der, $at[5][0], $at[5][1];
}


sub serial {
    my ($self, $name) = @_;
    my $path = $self->path("$name.crt");
    my ($serial) = `openssl x509 -in $path -noout -serial` =~ /=(\w+)/;

    return $serial;
}


1;
