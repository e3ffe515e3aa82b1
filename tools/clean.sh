#!/bin/bash
# clean.sh [all]: removes build/; what took a download to make (chroots, lists,
# Test::Nginx, nginx's source) stays, unless all.

. "$(dirname "$0")/lib.sh"

# A chroot in use has mounts only its own processes see; nothing to undo here.
grep -q " $build/" /proc/mounts && die "something is mounted under build/"

[ -d "$build" ] || exit 0

if [ "${1:-}" = all ]; then
    as_root rm -rf "$build"
    exit
fi

find "$build" -mindepth 1 -maxdepth 1 ! -name roots ! -name apt ! -name perl \
    ! -name asan ! -name storage -exec rm -rf {} +
rm -rf "$build"/asan/unit "$build"/asan/modules
