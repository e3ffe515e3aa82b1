#!/bin/bash
# unit.sh: compiles and runs each t/unit/test_*.c with the sources and
# libraries that its own "/* unit: ... */" line names. UNIT_FLAGS adds compiler
# flags (sanitizers), UNIT_DIR is where the programs go, UNITS picks some.

. "$(dirname "$0")/lib.sh"

dir=${UNIT_DIR:-$build/unit}
logs=$build/logs
name=${TALLY_NAME:-unit}
cflags="-g -O1 -Wall -Wextra -Wno-unused-parameter"
includes="-I. -Icommon -Icompress -Imtls -Iecg -It/unit"

mkdir -p "$dir" "$logs"
exec 9>"$dir/lock"
flock 9

passed=0
failed=0


# A program is stale once any source, header or script of ours is newer.

is_stale() {
    [ ! -x "$1" ] || [ -n "$(find common compress mtls ecg t/unit tools/unit.sh \
        -type f -newer "$1" -print -quit)" ]
}


compile() {
    needs=$(needs_of unit "$1")
    [ -n "$needs" ] || { echo "$1: no /* unit: ... */ line"; return 1; }

    ${CC:-cc} $cflags ${UNIT_FLAGS:-} $includes -o "$2" "$1" $needs -lcmocka
}


for source in ${UNITS:-t/unit/test_*.c}; do
    [ -f "$source" ] || continue

    test=$(basename "$source" .c)
    program=$dir/$test
    log=$logs/$name-$test.log

    if is_stale "$program" && ! compile "$source" "$program" >"$log" 2>&1; then
        echo "$test: does not compile"
        head -20 "$log"
        rm -f "$program"
        failed=$((failed + 1))
        continue
    fi

    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 900 "$program" </dev/null \
        >"$log" 2>&1
    status=$?

    p=$(grep -c '^ok [0-9]' "$log")
    f=$(grep -c '^not ok [0-9]' "$log")

    # A crash, a time-out, a sanitizer's report, or no test at all.
    if [ $f = 0 ] && { [ $status != 0 ] || [ "$p" = 0 ]; }; then
        f=1
        echo "$test: status $status after $p tests"
        tail -30 "$log"
    elif [ $f != 0 ]; then
        echo "$test: $f failed"
        grep -A6 '^not ok [0-9]' "$log" | head -40
    fi

    passed=$((passed + p))
    failed=$((failed + f))
done

# Nothing run is nothing shown.
[ $((passed + failed)) = 0 ] && failed=1

tally "$name" $passed $failed
