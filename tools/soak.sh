#!/bin/bash
# soak.sh: t/soak/soak.pl for SOAK_MINUTES, on loopback; with SOAK_ASAN=yes
# under sanitizers. In a mount namespace of its own, for a small disk that can
# be full and is gone with it.

. "$(dirname "$0")/lib.sh"

export TEST_NGINX_PORT=${TEST_NGINX_PORT:-1984}
export TEST_NGINX_SERVROOT=${TEST_NGINX_SERVROOT:-$build/servroot}-soak
export PERL5LIB=$build/perl/usr/share/perl5${PERL5LIB:+:$PERL5LIB}

if [ "${SOAK_ASAN:-no}" = yes ]; then
    . tools/asan-build.sh

    export SOAK_REPORTS=$build/logs/soak.sanitizer
    export TEST_NGINX_BINARY=$binary EDGE_MODULES=$MODULES EDGE_SANITIZER=yes
    # little in quarantine, so that memory can be flat
    options=detect_leaks=1,quarantine_size_mb=16
    export ASAN_OPTIONS="log_path=$SOAK_REPORTS,$options"
    export UBSAN_OPTIONS="log_path=$SOAK_REPORTS,print_stacktrace=1"
    export LSAN_OPTIONS="suppressions=$top/tools/lsan.txt:print_suppressions=0"
    mkdir -p "$build/logs"
    rm -f "$SOAK_REPORTS".*
fi

# nginx opens modules at each reload, and they may be built anew meanwhile.
modules=$TEST_NGINX_SERVROOT-modules-$$
mkdir -p "$modules"
cp "${EDGE_MODULES:-$build/modules}"/*.so "$modules/" || exit 1
trap 'rm -rf "$modules"' EXIT
export EDGE_MODULES=$modules

alone=--mount
[ "$(id -u)" = 0 ] || alone="--mount --map-root-user"
unshare $alone true 2>/dev/null || alone=

[ -z "$alone" ] || alone="unshare $alone --propagation private"
$alone perl t/soak/soak.pl
