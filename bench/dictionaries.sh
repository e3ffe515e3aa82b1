#!/bin/bash
# dictionaries.sh: compiles bench/dictionaries.c and runs it.

cd "$(dirname "$0")/.." || exit 1
program=build/bench/dictionaries

bench/build.sh dictionaries $program && $program
