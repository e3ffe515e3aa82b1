#!/bin/bash
# nginx-source.sh: the distribution's source package of the nginx installed
# here, patched, into build/asan/source, with its flags as conf_flags. Prints
# the directory.

. "$(dirname "$0")/lib.sh"

version=$(dpkg-query -W -f '${source:Version}' nginx) || die "no nginx"
upstream=$(nginx -v 2>&1 | sed 's|.*/||; s| .*||')
dir=$build/asan/source
tree=$dir/nginx-$upstream
log=$build/logs/nginx-source.log


# fetch ARCHIVE SUITE PACKAGE [OPTION]: from one suite of one archive

fetch() {
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg

    rm -rf "$dir"
    mkdir -p "$dir"
    APT_DIR=$dir tools/apt-private.sh "source-$2" \
        "deb-src [signed-by=$keys] $1 $2 main" -- \
        apt-get ${4:-} --only-source source "$3" >>"$log" 2>&1
}


# Mirrors drop a version's patches sooner than what it was made from.

fetch_unpatched() {
    fetch "$mirror" "$suite" nginx --tar-only \
        && tar -C "$dir" -xf "$dir/nginx_$upstream".orig.tar.*z
}


if [ "$(cat "$tree/.version" 2>/dev/null)" != "$version" ]; then
    . /etc/os-release
    suite=$VERSION_CODENAME
    mkdir -p "$build/logs"
    : > "$log"

    # This very version where it is kept, else the release's own, else without
    # Debian's patches.
    fetch "$mirror" "$suite" "nginx=$version" \
        || fetch "${mirror%/debian}/debian-security" "$suite-security" \
                 "nginx=$version" \
        || fetch "$mirror" "$suite" nginx \
        || fetch_unpatched

    [ -f "$tree/src/core/nginx.h" ] \
        || { tail -5 "$log" >&2; die "no source of nginx $version"; }
    echo "$version" > "$tree/.version"
    echo "asan: nginx from $(cd "$dir" && ls *.dsc 2>/dev/null \
        || ls nginx_*.orig.tar.*z)" >&2
fi

tools/nginx-flags.sh "$tree"
echo "$tree"
