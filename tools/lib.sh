# Read by the other scripts: where we are, and how results are counted.

set -u

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$top/build
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

cd "$top" || exit 1


die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}


# as_root command...: by sudo where we are not root.

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "must be root (or have sudo) for: $*"
    fi
}


# tally NAME PASSED FAILED: says it, and leaves it for tools/all.sh to add up.

tally() {
    mkdir -p "${TALLY:-$build/tally}"
    echo "$2 $3" > "${TALLY:-$build/tally}/$1"
    echo "$1: $2 passed, $3 failed"
    [ "$3" = 0 ]
}


# needs_of unit|fuzz|bench FILE: the sources and libraries that the file's
# comments "/* unit: ... */", each of one line or several, name.

needs_of() {
    perl -0777 -ne 'while (m{^/\*[\s*]*'"$1"':(.*?)\*/}gms) {
            ($needs = $1) =~ s/\n\s*\*?/ /g;
            print "$needs ";
        }' "$2"
}
