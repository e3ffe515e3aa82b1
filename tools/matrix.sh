#!/bin/bash
# matrix.sh: unit tests and suites on each Debian release, in chroots; where
# this machine runs the release itself and "make test" has passed on it in this
# run (MATRIX_HERE, set by .ci/run), it is not done twice.

. "$(dirname "$0")/lib.sh"

releases=${RELEASES:-bookworm trixie forky}
here=$(. /etc/os-release && echo "$VERSION_CODENAME")
table=
passed=0
failed=0

# Its own ports, as "make test" may run beside it.
export TEST_NGINX_PORT=${TEST_NGINX_PORT:-12000}

for suite in $releases; do
    if [ "$suite" = "$here" ] && [ -n "${MATRIX_HERE:-}" ]; then
        table="$table$suite: this machine, counted in make test\n"
        continue
    fi

    echo "== $suite"
    start=$SECONDS
    log=$build/logs/matrix-$suite.log
    mkdir -p "$build/logs"

    ROOT_ALONE=yes timeout -k 10 2700 tools/in-root "$suite" \
        tools/all.sh "$suite" deps-test modules unit suites </dev/null 2>&1 | tee "$log"

    # A run that does not come to its count has failed.
    p=0 f=1
    read -r p f < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' \
        "$log" | tail -1)

    versions=$(chroot "$build/roots/$suite" sh -c 'nginx -V 2>&1 |
        sed -n "s|^nginx version: ||p; s|built with \(OpenSSL [^ ]*\).*|\1|p"' \
        2>/dev/null | tr '\n' ' ')

    passed=$((passed + ${p:-0}))
    failed=$((failed + ${f:-1}))
    table="$table$suite: $versions${p:-0} passed, ${f:-1} failed,"
    table="$table $((SECONDS - start)) s\n"
done

echo "== matrix"
printf "$table"
tally matrix $passed $failed
