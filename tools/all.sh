#!/bin/bash
# all.sh NAME STEP... [+ STEP...]: runs each make target whatever became of the
# one before, prints the time each took and, last, "N passed, N failed" over all
# of them. What "+" parts runs side by side; what came after the first of them
# says is printed when its turn comes. May itself be a step of another, which
# then counts it as NAME.

. "$(dirname "$0")/lib.sh"

name=$1
shift
outer=${TALLY:-}
export TALLY=$build/tally-$$
rm -rf "$TALLY"
mkdir -p "$TALLY"


# run_steps LANE STEP...: leaves "passed failed times" in $TALLY/lane-LANE.

run_steps() {
    local lane=$1 passed=0 failed=0 times= step start status p f
    shift

    for step; do
        echo "== $step"
        start=$SECONDS

        ${MAKE:-make} --no-print-directory "$step" </dev/null 2>&1
        status=$?

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

    echo "$passed $failed $times" > "$TALLY/lane-$lane"
}


# show_failures: once more, and last: who reads the end of a long log finds them.

show_failures() {
    echo "== failures"
    cat "$TALLY"/output-* \
        | grep -aE -A8 -e '^not ok [0-9]' -e ": status [0-9]+" \
            -e ": [1-9][0-9]* failed\$" -e ': sanitizer report' \
            -e '^== ' -e '^lint [^:]*:$' \
        | grep -avE '^(ok [0-9]|--$|[a-z0-9_]+: [0-9]+ passed, 0 failed)' \
        | cut -c1-160 | head -80
}


# Sets here to the steps before the first "+", and starts what comes after it,
# in process groups that end when we do.

start_lanes() {
    local steps=() word

    lanes=0

    for word in "$@" +; do
        if [ "$word" != + ]; then
            steps+=("$word")
            continue
        fi

        lanes=$((lanes + 1))

        if [ $lanes = 1 ]; then
            here=("${steps[@]}")
        else
            set -m
            run_steps $lanes "${steps[@]}" >"$TALLY/output-$lanes" 2>&1 &
            set +m
            pids[$lanes]=$!
        fi

        steps=()
    done
}


pids=()
trap 'for pid in "${pids[@]}"; do kill -- "-$pid"; done 2>/dev/null
    rm -rf "$TALLY"' EXIT
trap 'exit 1' INT TERM

start_lanes "$@"
run_steps 1 "${here[@]}" 2>&1 | tee "$TALLY/output-1"

passed=0
failed=0
times=

for lane in $(seq $lanes); do
    if [ $lane != 1 ]; then
        wait "${pids[$lane]}"
        cat "$TALLY/output-$lane"
    fi

    # A lane that has not come to its end has failed.
    p=0 f=1 t=
    [ -f "$TALLY/lane-$lane" ] && read -r p f t < "$TALLY/lane-$lane"

    passed=$((passed + p))
    failed=$((failed + f))
    times="$times $t"
done

[ -n "$outer" ] && echo "$passed $failed" > "$outer/$name"

if [ -z "$outer" ]; then
    [ $failed = 0 ] || show_failures
    cat "$TALLY"/output-* | grep -a ': passed only when run again$'
fi

echo "time:${times%,}"
echo "$passed passed, $failed failed"

[ $failed = 0 ]
