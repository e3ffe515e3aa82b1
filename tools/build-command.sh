#!/bin/bash
# build-command.sh: the edge-policy command, build/bin/edge-policy.

. "$(dirname "$0")/lib.sh"

bin=${BIN:-$build/bin}
sources="tools/edge-policy/command_*.c
    ecg/edge_fault.c
    ecg/edge_hostname.c ecg/edge_lmdb.c ecg/edge_policy.c
    ecg/edge_policy_json.c ecg/edge_policy_record.c ecg/edge_policy_resolve.c
    ecg/edge_policy_store.c ecg/edge_policy_store_format.c
    ecg/edge_policy_store_open.c ecg/edge_policy_store_write.c
    ecg/edge_policy_table.c ecg/edge_policy_text.c
    ecg/edge_tls_ciphers.c ecg/edge_tls_group.c ecg/edge_tls_policy.c
    ecg/edge_tls_policy_cache.c ecg/edge_tls_policy_compile.c"

[ -x "$bin/edge-policy" ] && [ -z "$(find ecg tools/edge-policy \
    tools/build-command.sh -newer "$bin/edge-policy" -print -quit)" ] && exit 0

mkdir -p "$bin"

${CC:-cc} -O2 -g -Wall -Wextra -Wno-unused-parameter ${CFLAGS:-} -Icommon -Iecg \
    -o "$bin/edge-policy" $sources -llmdb -ljansson -lssl -lcrypto \
    || die "edge-policy does not build"

echo "built ${bin#"$top"/}/edge-policy"
