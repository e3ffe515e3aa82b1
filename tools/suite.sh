#!/bin/bash
# suite.sh FILE: runs one Test::Nginx suite in its own place and ports (SLOT
# tells those running side by side apart) and writes "passed failed skipped" to
# $RESULTS/NAME. Called by suites.sh.

. "$(dirname "$0")/lib.sh"

file=$1
name=$(basename "$file" .t)
log=$build/logs/${TALLY_NAME:-suites}-$name.log
slot=${SLOT:-0}

export TEST_NGINX_PORT=$((${TEST_NGINX_PORT:-1984} + 50 * slot))
export TEST_NGINX_SERVROOT=${TEST_NGINX_SERVROOT:-$build/servroot}-$TEST_NGINX_PORT
export TEST_NGINX_BINARY=${TEST_NGINX_BINARY:-/usr/sbin/nginx}
export EDGE_MODULES=${EDGE_MODULES:-$build/modules}
export PERL5LIB=$build/perl/usr/share/perl5${PERL5LIB:+:$PERL5LIB}

reports=$RESULTS/$name.sanitizer

if [ -n "${SANITIZE:-}" ]; then
    # By commas: Test::Nginx looks for log_path and has no other notion.
    export ASAN_OPTIONS="log_path=$reports,$SANITIZE"
    export UBSAN_OPTIONS="log_path=$reports,print_stacktrace=1"
    export LSAN_OPTIONS="suppressions=$top/tools/lsan.txt:print_suppressions=0"
fi


# A suite that was stopped, or died, may leave nginx behind: any that has a file
# of this place open.

stop_nginx() {
    local pid

    for pid in $(pgrep -x nginx); do
        ls -l "/proc/$pid/fd" 2>/dev/null | grep -q " $TEST_NGINX_SERVROOT/" \
            && kill -KILL "$pid"
    done
}


# Runs it; sets passed, failed and skipped, and tells what failed.

run_suite() {
    local status report

    timeout -k 10 "${SUITE_TIMEOUT:-1500}" prove --norc -v -m -It/lib "$file" \
        </dev/null >"$log" 2>&1
    status=$?
    stop_nginx

    skipped=$(grep -aciE '^ok [0-9]+ .*# (skip|todo)' "$log")
    passed=$(($(grep -ac '^ok [0-9]' "$log") - skipped))
    failed=$(grep -a "^not ok [0-9]" "$log" | grep -avic '# todo')

    if [ "$failed" = 0 ] && [ $status != 0 ]; then
        failed=1
        echo "$name: status $status"
        tail -15 "$log"
    elif [ "$failed" != 0 ]; then
        echo "$name: $failed failed"
        grep -a -A12 '^not ok [0-9]' "$log" | cut -c1-200 | head -40
    elif [ "$passed" = 0 ] && [ "$skipped" = 0 ]; then
        echo "$name: $(grep -ao 'skipped:.*' "$log" | head -1)"
        skipped=1
    fi

    for report in "$reports"*; do
        [ -f "$report" ] || continue
        failed=$((failed + 1))
        cp "$report" "$build/logs/"
        echo "$name: sanitizer report, $build/logs/$(basename "$report")"
        head -30 "$report"
    done
}


rm -f "$build/logs/$name".sanitizer*
start=$(date +%s)
run_suite

# What a busy machine did to a suite it does not do twice; what a fault in the
# modules does, it mostly does. A sanitizer's report needs no second opinion.
if [ "$failed" != 0 ] && [ -n "${EDGE_SECOND_TRY:-}" ] \
    && ! compgen -G "$reports*" >/dev/null
then
    cp "$log" "${log%.log}-first.log"
    echo "$name: once more"
    run_suite
    [ "$failed" != 0 ] || echo "$name: passed only when run again"
fi

echo "$name: $passed passed, $failed failed, $skipped skipped," \
    "$(($(date +%s) - start)) s"
echo "$passed $failed $skipped" > "$RESULTS/$name"
