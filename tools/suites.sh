#!/bin/bash
# suites.sh: the Test::Nginx suites, t/*.t or those TESTS names, JOBS of them
# side by side.

. "$(dirname "$0")/lib.sh"

name=${TALLY_NAME:-suites}
export RESULTS=$build/results/$name-$$
export JOBS=${JOBS:-1}

mkdir -p "$RESULTS" "$build/logs"
trap 'rm -rf "$RESULTS"' EXIT

files=$(ls ${TESTS:-t/*.t} 2>/dev/null)

printf '%s\n' $files | xargs -r -P "$JOBS" -n 1 --process-slot-var=SLOT \
    tools/suite.sh

passed=0
failed=0
skipped=0

for file in $files; do
    # A suite without a result was killed.
    p=0 f=1 s=0
    result=$RESULTS/$(basename "$file" .t)
    [ -f "$result" ] && read -r p f s < "$result"

    passed=$((passed + p))
    failed=$((failed + f))
    skipped=$((skipped + s))
done

[ $skipped = 0 ] || echo "$name: $skipped skipped"
# Nothing run is nothing shown.
[ $((passed + failed)) = 0 ] && failed=1

tally "$name" $passed $failed
