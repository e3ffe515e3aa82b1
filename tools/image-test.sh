#!/bin/bash
# image-test.sh: builds the image, and runs it by podman as an operator would:
# read-only, as another user, with configuration mounted, by examples/container.
# All of it is in namespaces that end with it. IMAGE_PARTS chooses among them.

. "$(dirname "$0")/lib.sh"
. "$top/tools/image-engine.sh"

log=$build/logs/image-test.log
work=$storage/test
site=http://127.0.0.1:8080
passed=0
failed=0

. "$top/tools/image-test-examples.sh"


# check NAME COMMAND...: counts it, and says so when it fails

check() {
    local name=$1
    shift

    echo "== $name: $*" >>"$log"

    if "$@" >>"$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "image: failed: $name"
        tell_of_containers >>"$log" 2>&1
    fi
}


tell_of_containers() {
    local one

    podman ps -a
    for one in $(podman ps -a -q); do
        podman logs --tail 5 "$one"
    done
}


# soon COMMAND...: true within a minute

soon() {
    local end=$((SECONDS + 60))

    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { "$@"; return; }
        sleep 0.2
    done
}


# start NAME OPTION...: a container with nothing that it does not need

start() {
    local name=$1
    shift

    podman run -d --name "$name" --pull never --network "${network:-host}" \
        --read-only --read-only-tmpfs=false --cap-drop all \
        --security-opt no-new-privileges "$@" "$image"
}


# ends_with CODE TEXT OPTION...: it ends by itself, and says why

ends_with() {
    local code=$1 text=$2 got
    shift 2

    timeout 60 podman run --rm --pull never --network host --read-only \
        --read-only-tmpfs=false "$@" "$image" >"$work/said" 2>&1
    got=$?
    cat "$work/said"
    [ $got = "$code" ] && grep -qF -- "$text" "$work/said"
}


config_of() {
    podman image inspect --format "{{$1}}" "$image"
}


is_slim() {
    podman run --rm --pull never --network none --entrypoint sh "$image" -c '
        ! command -v gcc cc clang make ld curl || exit 1
        ! dpkg-query -W -f "\${Package}\n" |
            grep -E "^(gcc|clang|llvm|binutils|libc6-dev)(-[0-9.]+)?$"'
}


has_edge_policy() {
    echo 'a.example min_tls=1.3' | podman run -i --rm --pull never \
        --network none "$image" edge-policy check - 2>&1 | grep '1 records'
}


# The page of the image by each coding, and a line of the log that says so

serves_pages() {
    local page=$top/tools/image/html/index.html out=$work/page

    soon curl -sf -o "$out" $site/ && cmp "$out" "$page" || return 1

    curl -sf -D "$out.head" -o "$out.zst" -H 'Accept-Encoding: zstd' $site/ \
        && grep -qi '^content-encoding: zstd' "$out.head" \
        && zstd -dc "$out.zst" | cmp - "$page" || return 1

    curl -sf -H 'Accept-Encoding: gzip' $site/ | gzip -dc | cmp - "$page" \
        || return 1

    soon says "$1" '"GET / HTTP/1.1" 200 .* zstd '
}


says() {
    podman logs "$1" 2>&1 | grep -- "$2"
}


answers() {
    [ "$(curl -sf --max-time 20 "$site$1")" = "$2" ]
}


# write_site TEXT: what is mounted has another page

write_site() {
    mkdir -p "$work/edge.d"
    cat >"$work/edge.d/new" <<END
server {
    listen 8080;
    root /data;
    location = /page { return 200 "$1"; }
}
END
    mv "$work/edge.d/new" "$work/edge.d/site.conf"
}


# A health check that finds a worker that does nothing. (Stopped from outside:
# podman pauses no container without cgroups.)

health_is_checked() {
    local master worker status

    soon podman healthcheck run edge || return 1
    master=$(podman inspect --format '{{.State.Pid}}' edge)
    worker=$(cat "/proc/$master/task/$master/children")
    kill -STOP $worker
    podman healthcheck run edge
    status=$?
    kill -CONT $worker
    [ $status = 1 ] && soon podman healthcheck run edge
}


# download NAME: begins a slow one, and returns when it is under way

download() {
    curl -sf --limit-rate 3M -o "$work/$1" $site/big &
    download=$!
    soon test -s "$work/$1"
}


is_whole() {
    wait $download && cmp "$work/$1" "$work/data/big"
}


reload_keeps_downloads() {
    download reloaded || return 1
    write_site second
    podman kill --signal HUP edge || return 1
    soon answers /page second && ! cmp -s "$work/reloaded" "$work/data/big" \
        && is_whole reloaded
}


stop_keeps_downloads() {
    local stop status

    download stopped || return 1
    podman stop --time 60 edge &
    stop=$!
    soon refuses && ! cmp -s "$work/stopped" "$work/data/big" \
        && is_whole stopped
    status=$?
    wait $stop && [ $status = 0 ] || return 1

    podman ps -a --filter name=edge --format '{{.Status}}' | grep 'Exited (0)'
}


refuses() {
    ! curl -s --max-time 20 -o /dev/null $site/page
}


# What a container that was killed leaves in a /tmp that stays

starts_after_a_kill() {
    mkdir -p -m 1777 "$work/tmp"
    chmod 1777 "$work/tmp"
    cat >"$work/edge.d/site.conf" <<END
server { listen 8080; listen unix:/tmp/api.sock; location /edge { return 204; } }
END
    start killed -v "$work/edge.d:/etc/nginx/edge.d:ro" -v "$work/tmp:/tmp" \
        && soon curl -sf --unix-socket "$work/tmp/api.sock" http://x/edge \
        && podman kill killed && soon refuses && podman start killed \
        && soon curl -sf --unix-socket "$work/tmp/api.sock" http://x/edge
}


test_alone() {
    check "numeric user" test "$(config_of .User)" = 33:33
    check "signal to stop" test "$(config_of .Config.StopSignal)" = SIGQUIT
    check "no compiler in it" is_slim
    check "edge-policy" has_edge_policy

    check "started read-only" start plain --tmpfs /tmp
    check "pages" serves_pages plain
    check "not root" test "$(podman exec plain id -u)" = 33
    podman rm -f -t 0 plain >>"$log" 2>&1

    check "started as another user" start other --tmpfs /tmp --user 12345:12345
    check "pages of another user" serves_pages other
    podman rm -f -t 0 other >>"$log" 2>&1
}


test_mistakes() {
    echo 'server { listen 8080; root; }' >"$work/wrong.conf"
    check "wrong configuration" ends_with 1 \
        'invalid number of arguments in "root" directive in /etc/nginx/edge.d/wrong.conf:1' \
        --tmpfs /tmp -v "$work/wrong.conf:/etc/nginx/edge.d/wrong.conf:ro"
    check "nowhere to write" ends_with 73 \
        'user 33 cannot write to /tmp: mount a tmpfs there'
    check "wrong interval" ends_with 78 \
        'invalid EDGE_RELOAD "1m", it must be seconds' \
        --tmpfs /tmp -e EDGE_RELOAD=1m
}


test_mounted() {
    mkdir -p "$work/data"
    head -c 30000000 /dev/urandom >"$work/data/big"
    write_site first

    check "started with a site" start edge --tmpfs /tmp \
        -v "$work/edge.d:/etc/nginx/edge.d:ro" -v "$work/data:/data:ro"
    check "the site" soon answers /page first
    check "health" health_is_checked
    check "reload" reload_keeps_downloads
    check "stop" stop_keeps_downloads
    podman rm -f -t 0 edge >>"$log" 2>&1

    check "started after a kill" starts_after_a_kill
    podman rm -f -t 0 killed >>"$log" 2>&1
}


inside() {
    # crun refuses version 2 beside version 1
    mountpoint -q /sys/fs/cgroup/unified && umount /sys/fs/cgroup/unified
    mount -t tmpfs tmpfs /run
    ip link set lo up

    rm -rf "$work"
    mkdir -p "$work"
    podman rm -a -f -t 0 >>"$log" 2>&1

    for part in ${IMAGE_PARTS:-alone mistakes mounted compose kubernetes}; do
        declare -F "test_$part" >/dev/null || die "no such part: $part"
        test_$part
    done

    podman rm -a -f -t 0 >>"$log" 2>&1
    rm -rf "$work"
    echo "$passed $failed" >"$storage/result"
}


if [ "${1:-}" = inside ]; then
    inside
    exit
fi

: >"$log"
rm -f "$storage/result"

if ! tools/image.sh; then
    tally image-test 0 1
    exit 1
fi

timeout -k 10 900 unshare --mount --net --pid --fork --kill-child \
    --mount-proc "$0" inside </dev/null

read -r passed failed <"$storage/result" || { passed=0; failed=1; }

tally image-test "$passed" "$failed"
