#!/bin/bash
# lint.sh: each check by its name, counted; what a failed one says is shown.

. "$(dirname "$0")/lib.sh"

sources=$(ls *.c {compress,mtls,ecg,common}/*.c 2>/dev/null)
headers=$(ls {compress,mtls,ecg,common}/*.h 2>/dev/null)
tests=$(ls t/unit/*.[ch] t/fuzz/*.[ch] 2>/dev/null)
tree=build/nginx/stock/src
log=$build/logs/lint.log

passed=0
failed=0


check() {
    local name=$1
    shift

    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "lint $name:"
        head -40 "$log" | sed 's/^/    /'
    fi
}


# Every source by one compiler, optimised, as only then all is looked at.

compile_all() {
    local compiler=$1 incs= file extra status=0

    [ -d $tree/objs ] || { echo "no $tree: run make"; return 1; }

    for file in core event event/modules event/quic os/unix http http/modules \
        http/v2 http/v3
    do
        incs="$incs -isystem $tree/src/$file"
    done

    for file in $sources; do
        case $file in
            ngx_*|*/ngx_*)  extra="-isystem $tree/objs $incs
                                   -Wno-unused-parameter" ;;
            *)              extra=-Wwrite-strings ;;
        esac

        $compiler -c -O2 -o /dev/null -Wall -Wextra -Werror -Wpointer-arith \
            -Wdeclaration-after-statement -Wmissing-prototypes -Wvla \
            $extra -Icommon -Icompress -Imtls -Iecg "$file" \
            || status=1
    done

    return $status
}


# ctunullpointer sees a NULL argument, but no condition it passes on its way.

run_cppcheck() {
    cppcheck --quiet --inline-suppr --error-exitcode=1 --std=c99 \
        --enable=warning,performance,portability \
        --suppress=missingIncludeSystem --suppress=unknownMacro \
        --suppress=ctunullpointer --suppress=normalCheckLevelMaxBranches \
        -Icommon -Icompress -Imtls -Iecg $sources
}


# Programs of bench/ name the sources that they measure: all that these need
# must be there, and nothing else that runs by itself would tell.

link_bench() {
    local file status=0

    for file in bench/*.c; do
        [ -z "$(needs_of bench "$file")" ] \
            || bench/build.sh "$(basename "$file" .c)" build/bench/linked \
            || status=1
    done

    return $status
}


# Fuzz targets likewise, without libFuzzer, which has their main().

link_fuzz() {
    local file status=0

    for file in t/fuzz/fuzz_*.c; do
        cc -shared -fPIC -Wl,-z,defs -Wall -Wextra -Werror \
            -Wno-unused-parameter -I. -Icommon -Icompress -Imtls -Iecg \
            -o /dev/null "$file" $(needs_of fuzz "$file") || status=1
    done

    return $status
}


parse_scripts() {
    local file status=0

    for file in tools/*.sh tools/in-root .ci/run $(ls bench/run demo/run \
        2>/dev/null)
    do
        case $(head -1 "$file") in
            *python*|*perl*) ;;
            *) bash -n "$file" || status=1 ;;
        esac
    done

    return $status
}


mkdir -p "$build/logs"

for rule in plain one-way library config tested exports; do
    check $rule tools/lint-rules.pl $rule
done

for rule in text layout length; do
    check $rule tools/lint-style.pl $rule $sources $headers
done

check docs tools/lint-docs.pl
check figures tools/lint-figures.pl
check text-of-tests tools/lint-style.pl text $tests
check format tools/lint-style.pl format $sources $headers
check gcc compile_all gcc
check clang compile_all clang
check cppcheck run_cppcheck
check bench link_bench
check fuzz link_fuzz
check scripts parse_scripts

tools/lint-style.pl report $sources
tally lint $passed $failed
