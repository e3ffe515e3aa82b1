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


# fetch ARCHIVE SUITE PACKAGE: from one suite of one archive

fetch() {
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg

    rm -rf "$dir"
    mkdir -p "$dir"
    APT_DIR=$dir tools/apt-private.sh "source-$2" \
        "deb-src [signed-by=$keys] $1 $2 main" -- \
        apt-get --only-source source "$3" >>"$log" 2>&1
}


if [ "$(cat "$tree/.version" 2>/dev/null)" != "$version" ]; then
    . /etc/os-release
    suite=$VERSION_CODENAME
    mkdir -p "$build/logs"
    : > "$log"

    # This very version where it is kept, else the release's own.
    fetch "$mirror" "$suite" "nginx=$version" \
        || fetch "${mirror%/debian}/debian-security" "$suite-security" \
                 "nginx=$version" \
        || fetch "$mirror" "$suite" nginx

    [ -f "$tree/src/core/nginx.h" ] \
        || { tail -5 "$log" >&2; die "no source of nginx $version"; }
    echo "$version" > "$tree/.version"
    echo "asan: nginx from $(cd "$dir" && echo *.dsc)" >&2
fi

# All that the packaged nginx has built in; what it has as modules stays out.
nginx -V 2>&1 | sed -n 's/^configure arguments: //p' > "$dir/arguments"
eval "set -- $(cat "$dir/arguments")"

flags=
for flag; do
    case $flag in
        --with-cc-opt=*|--with-ld-opt=*|--add-*|--override-*|*=dynamic) ;;
        *) flags="$flags $(printf %q "$flag")" ;;
    esac
done

echo "NGX_CONF_FLAGS=($flags )" > "$tree/conf_flags"
echo "$tree"
