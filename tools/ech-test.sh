#!/bin/bash
# ech-test.sh: t/ecg_ech.t, or TESTS, where there is Encrypted ClientHello: in
# a chroot of sid with the OpenSSL of Debian experimental, and nginx built with
# that from its source, which is NGINX_SRC or else fetched from Debian. It
# calls itself, "inside", in the chroot.

. "$(dirname "$0")/lib.sh"

suite=experimental
copy=/usr/src/nginx


prepare_root() {
    tools/root.sh $suite || exit 1
    rm -rf "$build/roots/$suite$copy"

    if [ -n "${NGINX_SRC:-}" ]; then
        cp -r "$NGINX_SRC" "$build/roots/$suite$copy" || exit 1
    fi
}


install_packages() {
    if [[ $(openssl version 2>/dev/null) != "OpenSSL 4"* ]]; then
        echo "ech: installing OpenSSL of $suite"
        (apt-get -qq update && apt-get -qq -y --no-install-recommends \
            -t $suite install openssl libssl-dev) >"$build/logs/ech.log" 2>&1 \
            || { tail -5 "$build/logs/ech.log" >&2; die "no OpenSSL"; }
    fi

    tools/deps.sh build test || exit 1
    tools/perl.sh
}


run_suites() {
    local source=$copy

    [ -d $source ] || source=$(tools/nginx-source.sh) || exit 1
    tools/nginx-flags.sh "$source"

    export MODULES=$build/ech
    NGINX_SRC=$source WITH_NGINX=yes tools/build.sh || exit 1

    TALLY_NAME=ech EDGE_MODULES=$MODULES \
        TEST_NGINX_BINARY=$(ls -t "$build"/nginx/*/src/objs/nginx | head -1) \
        TESTS=${TESTS:-t/ecg_ech.t} tools/suites.sh
}


mkdir -p "$build/logs"

if [ "${1:-}" = inside ]; then
    install_packages
    run_suites
else
    prepare_root
    ROOT_ALONE=yes timeout -k 10 1800 tools/in-root $suite \
        tools/ech-test.sh inside </dev/null
fi
