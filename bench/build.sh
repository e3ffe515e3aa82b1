#!/bin/bash
# build.sh NAME FILE: compiles bench/NAME.c into FILE, with the sources and
# libraries that its own comment "/* bench: ... */" names.

. "$(dirname "$0")/../tools/lib.sh"

mkdir -p "$(dirname "$2")"

${CC:-cc} -O2 -Wall -Wextra -Wno-unused-parameter -Icommon -Icompress -Imtls \
    -Iecg -o "$2" "bench/$1.c" $(needs_of bench "bench/$1.c") \
    || die "bench/$1.c does not build"
