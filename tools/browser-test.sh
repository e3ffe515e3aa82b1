#!/bin/bash
# browser-test.sh: t/browser/*.t, with a headless Chromium and bundles from
# npm, two releases of each, and with a headless Firefox.
# BROWSER_ROOTS="trixie ..." runs them in these chroots, too, whose libbrotlienc
# knows dictionaries.

. "$(dirname "$0")/lib.sh"

bundles=$build/browser
passed=0
failed=0


# fetch NAME VERSION FILE: that file of the package, as NAME-VERSION.js

fetch() {
    local to=$bundles/$1-$2.js

    [ -s "$to" ] && return
    (cd "$bundles" && npm pack --silent "$1@$2" >/dev/null \
        && tar -xzf "$1-$2.tgz" -O "package/$3" > "$to.new" \
        && mv "$to.new" "$to" && rm -f "$1-$2.tgz") \
        || die "npm has no $1@$2"
}


# count LOG STATUS: adds what a run of prove came to

count() {
    local p f

    p=$(grep -c '^ok ' "$1")
    f=$(grep -c '^not ok ' "$1")
    [ "$2" = 0 ] || [ "$f" != 0 ] || f=1
    passed=$((passed + p)) failed=$((failed + f))
    grep -E '^# \S+ \S+ -> |^not ok' "$1"
    [ "$2" = 0 ] || tail -20 "$1"
}


mkdir -p "$bundles" "$build/logs"
command -v npm >/dev/null || tools/deps.sh bundles || exit 1

for release in d3:7.8.5:dist/d3.min.js d3:7.9.0:dist/d3.min.js \
    jquery:3.7.0:dist/jquery.min.js jquery:3.7.1:dist/jquery.min.js \
    video.js:8.17.3:dist/video.min.js video.js:8.17.4:dist/video.min.js
do
    IFS=: read -r name version file <<< "$release"
    fetch "$name" "$version" "$file"
done

export EDGE_TEST_SECONDS=600

echo "== here"
timeout -k 10 700 prove -v t/browser/*.t >"$build/logs/browser.log" 2>&1 \
    </dev/null
count "$build/logs/browser.log" $?

for root in ${BROWSER_ROOTS:-}; do
    echo "== $root"
    into=$build/roots/$root/${ROOT_EDGE:-edge}/build/browser
    tools/root.sh "$root" || exit 1
    mkdir -p "$into"
    cp "$bundles"/*.js "$into"

    timeout -k 10 1500 tools/in-root "$root" bash -c \
        'make -s deps-browser deps-test modules >&2 && export \
         EDGE_TEST_SECONDS=600 && prove -v t/browser/*.t' \
        >"$build/logs/browser-$root.log" 2>&1 </dev/null
    count "$build/logs/browser-$root.log" $?
done

tally browser $passed $failed
