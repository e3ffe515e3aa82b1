#!/bin/bash
# deps.sh TASK...: installs what tools/packages.txt lists for these tasks and
# the machine has not yet. Silent, and no network, when nothing is missing.

. "$(dirname "$0")/lib.sh"


# The lines of the list that name one of the tasks, one package a line.

listed() {
    awk -v tasks=" $* " '
        !/^#/ { for (i = 2; i <= NF; i++) if (index(tasks, " " $i " ")) {
                    print $1; break } }' tools/packages.txt | sort -u
}


is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}


is_known() {
    apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}


# Sets missing, and unknown: those apt has never heard of.

find_missing() {
    missing= unknown=

    for name in $(listed "$@"); do
        bare=${name%\?}
        found= known=

        for one in ${bare//|/ }; do
            is_installed "$one" && found=$one && break
            [ -z "$known" ] && is_known "$one" && known=$one
        done

        if [ -n "$found" ]; then
            continue
        elif [ -n "$known" ]; then
            missing="$missing $known"
        elif [ "$bare" = "$name" ]; then
            unknown="$unknown $name"
        fi
    done
}


install_missing() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        -o Acquire::Retries=5 --no-install-recommends install $missing \
        </dev/null >"$log" 2>&1
}


update_lists() {
    echo "deps: apt-get update"
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=5 \
        update </dev/null >"$log" 2>&1 \
        || { tail -5 "$log" >&2; die "apt-get update failed"; }
}


# Packages bring services (nginx on port 80) that nobody asked for here: while
# they are installed no service may start, and afterwards all is as it was.

policy=/usr/sbin/policy-rc.d

hold_services() {
    [ -e $policy ] && as_root mv $policy $policy.edge
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    trap release_services EXIT
    trap 'exit 1' INT TERM HUP
}


release_services() {
    as_root rm -f $policy
    [ -e $policy.edge ] && as_root mv $policy.edge $policy
    trap - EXIT
}


mkdir -p "$build/logs"
log=$build/logs/deps.log

find_missing "$@"
[ -z "$missing$unknown" ] && exit 0

# One at a time, and what another has installed meanwhile need not be.
exec 9>"$build/deps.lock"
flock 9
find_missing "$@"
[ -z "$missing$unknown" ] && exit 0

if [ -n "$unknown" ]; then
    update_lists
    find_missing "$@"
    [ -n "$unknown" ] && die "this release has no package:$unknown"
fi

is_installed nginx-common && had_nginx=yes || had_nginx=

hold_services
echo "deps: installing$missing"

# Old lists name versions the mirror has dropped: once more with new ones.
if ! install_missing; then
    update_lists
    install_missing || { tail -20 "$log" >&2; die "apt-get install failed"; }
fi

if [ -z "$had_nginx" ] && command -v systemctl >/dev/null; then
    as_root systemctl disable --quiet nginx >/dev/null 2>&1
fi

exit 0
