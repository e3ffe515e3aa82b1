#!/bin/bash
# all.sh NAME STEP...: runs each make target whatever became of the one before,
# prints the time each took and, last, "N passed, N failed" over all of them.
# May itself be a step of another, which then counts it as NAME.

. "$(dirname "$0")/lib.sh"

name=$1
shift
outer=${TALLY:-}
export TALLY=$build/tally-$$
rm -rf "$TALLY"
mkdir -p "$TALLY"
trap 'rm -rf "$TALLY"' EXIT

passed=0
failed=0
times=

for step; do
    echo "== $step" | tee -a "$TALLY/output"
    start=$SECONDS

    ${MAKE:-make} --no-print-directory "$step" </dev/null 2>&1 \
        | tee -a "$TALLY/output"
    status=${PIPESTATUS[0]}

    # A step without a count of its own counts only when it fails.
    p=0
    f=0
    [ -f "$TALLY/$step" ] && read -r p f < "$TALLY/$step"
    [ $status != 0 ] && [ "$f" = 0 ] && f=1

    passed=$((passed + p))
    failed=$((failed + f))
    times="$times $step $((SECONDS - start)) s,"

    # Nothing that follows could be believed.
    case $status-$step in
        0-*) ;;
        *-deps*|*-modules)
            echo "$step failed: the rest is not run"
            break ;;
    esac
done

[ -n "$outer" ] && echo "$passed $failed" > "$outer/$name"

# Once more, and last: who reads the end of a long log finds them.
if [ $failed != 0 ] && [ -z "$outer" ]; then
    echo "== failures"
    grep -aE -A8 -e '^not ok [0-9]' -e ": status [0-9]+" -e ": [1-9][0-9]* failed\$" -e ': sanitizer report' \
        -e '^== ' -e '^lint [^:]*:$' "$TALLY/output" \
        | grep -avE '^(ok [0-9]|--$|[a-z0-9_]+: [0-9]+ passed, 0 failed)' \
        | cut -c1-160 | head -80
fi

if [ -z "$outer" ]; then
    grep -a ': passed only when run again$' "$TALLY/output"
fi

echo "time:${times%,}"
echo "$passed passed, $failed failed"

[ $failed = 0 ]
