#!/bin/bash
# deb.sh: the Debian packages of each of RELEASES, built in its chroot in the
# manner of the distribution's own modules and looked at by lintian, into
# build/deb/RELEASE. "deb.sh here" does it on this machine, for in-root.

. "$(dirname "$0")/lib.sh"


build_here() {
    local work=$build/deb/work out=$build/deb/out

    rm -rf "$work" "$out"
    mkdir -p "$work/tree" "$out"
    tar -c --exclude=./build --exclude=./.git . | tar -x -C "$work/tree"

    (cd "$work/tree" && dpkg-buildpackage -us -uc -b) \
        >"$build/deb/build.log" 2>&1 \
        || { tail -40 "$build/deb/build.log" >&2; die "packages: not built"; }

    cp "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$out/"

    lintian --tag-display-limit 0 --fail-on error,warning "$out"/*.changes \
        || die "lintian complains"
}


if [ "${1:-}" = here ]; then
    tools/deps.sh build deb || exit 1
    build_here
    exit
fi

status=0

for suite in ${RELEASES:-bookworm trixie forky}; do
    echo "== $suite"

    ROOT_ALONE=yes timeout -k 10 1800 tools/in-root "$suite" tools/deb.sh here \
        </dev/null || { status=1; continue; }

    mkdir -p "$build/deb/$suite"
    rm -f "$build/deb/$suite"/*
    cp "$build/roots/$suite/${ROOT_EDGE:-edge}/build/deb/out/"* \
        "$build/deb/$suite/"
    (cd "$build/deb/$suite" && ls -l *.deb | awk '{ print $5, $9 }')
done

exit $status
