#!/bin/bash
# dictionaries.sh [build]: compiles bench/dictionaries.c with the sources that
# it measures, and runs it.

cd "$(dirname "$0")/.." || exit 1
mkdir -p build/bench
program=build/bench/dictionaries

cc -O2 -Icompress -Icommon -o $program bench/dictionaries.c \
    compress/edge_codec_{dictionary,zstd,zstd_search,zstd_size}.c \
    compress/edge_codec_zstd_dictionary.c \
    compress/edge_codec_{zstd_stored,brotli,brotli_size}.c \
    compress/edge_codec_brotli_{dictionary,stored}.c \
    compress/edge_{dictionary,arena,match_finder,memory,spill,stored}.c \
    common/edge_structured_{field,item,value}.c \
    -lzstd -lbrotlienc -lcrypto || exit 1

[ "${1:-}" = build ] || exec $program
