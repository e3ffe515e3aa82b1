#!/bin/bash
# Test::Nginx into build/perl. Debian has it from forky on; it is Perl, one
# package for all architectures, and runs on older releases as it is.

. "$(dirname "$0")/lib.sh"

perl=$build/perl

[ -f "$perl/usr/share/perl5/Test/Nginx/Socket.pm" ] && exit 0

keys=/usr/share/keyrings/debian-archive-keyring.gpg
rm -f "$build"/apt/forky/*.deb
echo "perl: Test::Nginx from forky"

tools/apt-private.sh forky "deb [signed-by=$keys] $mirror forky main" -- \
    apt-get download libtest-nginx-perl || die "cannot fetch libtest-nginx-perl"

mkdir -p "$perl"
dpkg-deb -x "$build"/apt/forky/libtest-nginx-perl_*.deb "$perl"
