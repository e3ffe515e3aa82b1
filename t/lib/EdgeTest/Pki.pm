package EdgeTest::Pki;

# Certificate authorities of a suite, made with the openssl command.
#
#   my $pki = EdgeTest::Pki->new($dir);
#   $pki->ca('ca', '/CN=Test CA');                   # ca.crt, ca.key
#   $pki->issue('ca', 'alice', '/CN=alice',
#       ext => "subjectAltName=DNS:a.example\n", start => -3600, end => 86400);
#   $pki->ca('mid', '/CN=Mid', by => 'ca');          # an intermediate
#   $pki->crl('ca', 'ca', 'alice');                  # ca.crl names alice
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


1;
