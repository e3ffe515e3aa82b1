#!/bin/bash
# asan.sh: unit tests and suites under AddressSanitizer (leaks, too) and
# UndefinedBehaviorSanitizer; see asan-build.sh.

. "$(dirname "$0")/lib.sh"

start=$SECONDS
. tools/asan-build.sh

echo "asan: built in $((SECONDS - start)) s"
start=$SECONDS

export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1

TALLY_NAME=asan-unit UNIT_DIR=$build/asan/unit \
    UNIT_FLAGS="-fno-omit-frame-pointer -fsanitize=address,undefined
                -fno-sanitize-recover=all" tools/unit.sh

echo "asan: unit tests in $((SECONDS - start)) s"
start=$SECONDS

# EDGE_SANITIZER tells a suite that time and memory are not what they were.
EDGE_SANITIZER=yes TALLY_NAME=asan-suites SANITIZE=detect_leaks=1 \
    TEST_NGINX_BINARY=$binary EDGE_MODULES=$MODULES tools/suites.sh

echo "asan: suites in $((SECONDS - start)) s"

total=0 bad=0
for part in asan-unit asan-suites; do
    read -r p f < "${TALLY:-$build/tally}/$part"
    total=$((total + p)) bad=$((bad + f))
done

tally asan $total $bad
