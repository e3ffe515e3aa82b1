#!/bin/bash
# root.sh SUITE [base]: makes build/roots/SUITE, a minimal Debian of that
# release with git and make in it, once; or SUITE-base, with nothing in it.
# SUITE experimental is sid, whose apt knows experimental as well.

. "$(dirname "$0")/lib.sh"

suite=$1
name=$suite${2:+-$2}
root=$build/roots/$name
include=--include=git,make
[ -n "${2:-}" ] && include=
scripts=/usr/share/debootstrap/scripts

[ -f "$root/.complete" ] && exit 0
[ "$(id -u)" = 0 ] || die "chroots need root: sudo make ..."

mkdir -p "$build/roots" "$build/logs"
exec 9>"$build/roots/$name.lock"
flock 9
[ -f "$root/.complete" ] && exit 0

rm -rf "$root"
echo "root: debootstrap $name"

release=$suite
[ $suite = experimental ] && release=sid

# debootstrap knows the releases of its day; later ones are made as sid is.
script=$scripts/$release
[ -e "$script" ] || script=$scripts/sid

bootstrap() {
    timeout 900 debootstrap --variant=minbase $include "$release" "$root" \
        "$mirror" "$script" >"$build/logs/root-$name.log" 2>&1
}

# Once more, as it gives up when the mirror does not answer.
bootstrap || { rm -rf "$root"; bootstrap; } \
    || { tail -5 "$build/logs/root-$name.log" >&2; die "debootstrap $suite"; }

# The machine's proxy and the like hold inside, too. Mirrors that keep a
# release's files as they were have dates in the past.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null
apt-config dump | grep -E '^Acquire::(http|https|Check)[:-]' \
    > "$root/etc/apt/apt.conf.d/90edge"

[ $suite = $release ] || echo "deb $mirror $suite main" \
    > "$root/etc/apt/sources.list.d/$suite.list"

touch "$root/.complete"
