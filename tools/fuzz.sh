#!/bin/bash
# fuzz.sh: each t/fuzz/fuzz_<name>.c under libFuzzer, ASan and UBSan, for
# FUZZ_SECONDS, starting from t/fuzz/corpus/<name>. What was found is kept
# in build/fuzz/<name>.

. "$(dirname "$0")/lib.sh"

seconds=${FUZZ_SECONDS:-60}
cflags="-g -O1 -Wall -Wextra -Werror -Wno-unused-parameter
    -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined
    -fno-sanitize-recover=undefined"
includes="-I. -Icommon -Icompress -Imtls -Iecg"

mkdir -p "$build/logs"
passed=0
failed=0

for source in ${FUZZ:-t/fuzz/fuzz_*.c}; do
    [ -f "$source" ] || continue

    name=$(basename "$source" .c)
    name=${name#fuzz_}
    dir=$build/fuzz/$name
    log=$build/logs/fuzz-$name.log
    needs=$(needs_of fuzz "$source")
    seeds=
    [ -d "t/fuzz/corpus/$name" ] && seeds=t/fuzz/corpus/$name
    mkdir -p "$dir/corpus"

    if ! clang $cflags $includes -o "$dir/run" "$source" $needs >"$log" 2>&1
    then
        echo "fuzz $name: does not compile"
        head -20 "$log"
        failed=$((failed + 1))
        continue
    fi

    # -timeout: one input that takes 10 s has found a loop.
    if timeout -k 10 $((seconds + 60)) "$dir/run" -max_total_time="$seconds" \
        -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
        -artifact_prefix="$dir/" "$dir/corpus" $seeds </dev/null >"$log" 2>&1
    then
        passed=$((passed + 1))
        echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' \
            "$log") inputs in $seconds s"
    else
        failed=$((failed + 1))
        echo "fuzz $name:"
        grep -vE '^(#[0-9]|INFO|NEW)' "$log" | head -30
    fi
done

tally fuzz $passed $failed
