#!/bin/bash
# fuzz.sh: each t/fuzz/fuzz_<name>.c under libFuzzer, ASan and UBSan, for
# FUZZ_SECONDS, in turns of FUZZ_TURN, so that an hour of each is of use long
# before it ends; from t/fuzz/corpus/<name> and what earlier runs have kept.
# What was found is in build/fuzz/<name>, and build/fuzz/report is a table of
# all turns since build/fuzz was made.

. "$(dirname "$0")/lib.sh"

seconds=${FUZZ_SECONDS:-60}
turn=${FUZZ_TURN:-60}
report=$build/fuzz/report
cflags="-g -O1 -Wall -Wextra -Werror -Wno-unused-parameter
    -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined
    -fno-sanitize-recover=undefined"
includes="-I. -Icommon -Icompress -Imtls -Iecg"
limits="-timeout=10 -rss_limit_mb=2048 -max_len=16384"
TIMEFORMAT='%U %S'


compile() {
    mkdir -p "$build/fuzz/$1/corpus"
    clang $cflags $includes -o "$build/fuzz/$1/run" "t/fuzz/fuzz_$1.c" \
        $(needs_of fuzz "t/fuzz/fuzz_$1.c") >"$build/logs/fuzz-$1.log" 2>&1 &&
        return

    echo "fuzz $1: does not compile"
    head -20 "$build/logs/fuzz-$1.log"
    return 1
}


# seeds_of NAME: the folder of those that are part of the project.

seeds_of() {
    [ -d "t/fuzz/corpus/$1" ] && echo "t/fuzz/corpus/$1"
}


# run NAME SECONDS: one turn. -timeout: one input that takes 10 s has found a
# loop.

run() {
    local dir=$build/fuzz/$1

    { time timeout -k 10 $(($2 + 60)) "$dir/run" $limits \
        -max_total_time="$2" -print_final_stats=1 -artifact_prefix="$dir/" \
        "$dir/corpus" $(seeds_of "$1") \
        </dev/null >"$build/logs/fuzz-$1.log" 2>&1; } 2>"$dir/time"
}


# keep_fewer NAME: of the inputs kept, those that are enough to reach what all
# of them reach.

keep_fewer() {
    local dir=$build/fuzz/$1

    rm -rf "$dir/fewer"
    mkdir "$dir/fewer"
    "$dir/run" $limits -merge=1 "$dir/fewer" "$dir/corpus" $(seeds_of "$1") \
        </dev/null >"$build/logs/fuzz-$1-merge.log" 2>&1 || return

    rm -r "$dir/corpus"
    mv "$dir/fewer" "$dir/corpus"
}


# note NAME: a line of figures of the turn that was: seconds of a processor,
# inputs, blocks reached, blocks there are.

note() {
    local log=$build/logs/fuzz-$1.log

    echo "$(awk '{ print $1 + $2 }' "$build/fuzz/$1/time")" \
        "$(awk '/^stat::number_of_executed_units:/ { inputs = $2 }
                { sub(/\r$/, "") }
                match($0, / cov: [0-9]+/) {
                    reached = substr($0, RSTART + 6, RLENGTH - 6) }
                /inline 8-bit counters\)/ {
                    match($0, /\([0-9]+ inline/)
                    blocks = substr($0, RSTART + 1, RLENGTH - 8) }
                END { print inputs + 0, reached + 0, blocks + 0 }' "$log")" \
        >>"$build/fuzz/$1/turns"
}


# summary: the table; minutes are those of a processor.

summary() {
    local dir name

    echo "| target | minutes | inputs | blocks reached, of | inputs kept |" \
        "found |"
    echo "| --- | --- | --- | --- | --- | --- |"

    for dir in "$build"/fuzz/*/; do
        [ -f "$dir/turns" ] || continue
        name=$(basename "$dir")
        awk -v name="$name" -v kept="$(ls "$dir/corpus" | wc -l)" \
            -v found="$(find "$dir" -maxdepth 1 -name '*-*' \
                ! -name 'slow-*' | wc -l)" '
            { seconds += $1; inputs += $2 }
            $3 > reached { reached = $3 }
            { blocks = $4 }
            END {
                printf "| `%s` | %.1f | %d | %d, %d | %d | %d |\n", name,
                    seconds / 60, inputs, reached, blocks, kept, found
            }' "$dir/turns"
    done
}


mkdir -p "$build/logs"
names=
bad=" "

for source in ${FUZZ:-t/fuzz/fuzz_*.c}; do
    name=$(basename "$source" .c)
    name=${name#fuzz_}
    compile "$name" && names="$names $name" || bad="$bad$name "
done

for ((done = 0; done < seconds; done += turn)); do
    left=$((seconds - done))

    for name in $names; do
        if ! run "$name" $((left < turn ? left : turn)); then
            echo "fuzz $name:"
            grep -vE '^(#[0-9]|INFO|NEW)' "$build/logs/fuzz-$name.log" |
                head -30
            bad="${bad/" $name "/ }$name "
        fi
        note "$name"
        keep_fewer "$name"
        summary >"$report.new" && mv "$report.new" "$report"
    done
done

[ -f "$report" ] && cat "$report"
failed=$(wc -w <<<"$bad")
passed=0
for name in $names; do
    [[ "$bad" == *" $name "* ]] || passed=$((passed + 1))
done
tally fuzz $passed $failed
