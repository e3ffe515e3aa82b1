#!/bin/bash
# image-test.sh: builds the Dockerfile with buildah, which needs no daemon and
# no registry (a debootstrapped trixie stands for debian:trixie-slim), runs the
# image in a network of its own and asks it for a page.

. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || die "chroots need root: sudo make image-test"

storage=$build/storage
log=$build/logs/image.log
base=docker.io/library/debian:trixie-slim
image=localhost/nginx-edge
passed=0
failed=0

export STORAGE_DRIVER=vfs
export BUILDAH_ISOLATION=chroot
export TMPDIR=$storage/tmp
mkdir -p "$storage/tmp" "$build/logs"


buildah_here() {
    buildah --root "$storage/root" --runroot "$storage/run" "$@"
}


import_base() {
    local container

    tools/root.sh trixie base || return 1
    container=$(buildah_here from scratch) \
        && tar -C "$build/roots/trixie-base" --exclude=./.complete \
            --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' \
            --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
            --exclude='./usr/share/locale/*' --exclude='./dev/*' \
            -cf "$storage/base.tar" . \
        && buildah_here add "$container" "$storage/base.tar" / \
        && buildah_here commit --rm "$container" "$base"
    rm -f "$storage/base.tar"
}


# check NAME COMMAND...: counts it, and says so when it fails

check() {
    local name=$1
    shift

    if "$@" >>"$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "image: failed: $name"
    fi
}


has_no_compiler() {
    ! chroot "$root" sh -c 'command -v gcc cc clang make ld' \
        && ! chroot "$root" dpkg-query -W -f '${Package}\n' \
            | grep -E '^(gcc|clang|llvm|binutils|libc6-dev)(-[0-9.]+)?$'
}


# The command for policies is there, and runs with the libraries that are.

has_edge_policy() {
    echo 'a.example min_tls=1.3' \
        | chroot "$root" edge-policy check - 2>&1 | grep '1 records'
}


# The page by each coding, from inside the network of the container.

ask_for_pages() {
    local page=$top/tools/image/html/index.html out=$storage/tmp/page i

    for i in {1..100}; do
        curl -s -o "$out" http://127.0.0.1:8080/ && break
        sleep 0.1
    done

    cmp "$out" "$page" || return 1

    curl -s -D "$out.head" -o "$out.zst" -H 'Accept-Encoding: zstd' \
        http://127.0.0.1:8080/ || return 1
    cat "$out.head"
    grep -qi '^content-encoding: zstd' "$out.head" || return 1
    zstd -dc "$out.zst" | cmp - "$page" || return 1

    curl -s -H 'Accept-Encoding: gzip' http://127.0.0.1:8080/ | gzip -dc \
        | cmp - "$page"
}


# Runs the image's command as its user in namespaces that end with it: whatever
# it does, no process and no mount outlives the test. (By chroot: buildah run
# gives standard output to root, which engines give to the image's user.)

serve_and_ask() {
    local server status

    ip link set lo up
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    timeout 120 chroot --userspec=www-data:www-data "$root" \
        nginx -g 'daemon off;' >"$said" 2>&1 &
    server=$!

    ask_for_pages
    status=$?
    kill "$server"
    wait "$server" 2>/dev/null
    cat "$said"
    grep -q '"GET / HTTP/1.1" 200 .* zstd ' "$said" || status=1
    return $status
}


: > "$log"
start=$SECONDS

if ! buildah_here inspect --type image "$base" >/dev/null 2>&1; then
    import_base >>"$log" 2>&1 || { tail -5 "$log" >&2; die "no base image"; }
fi

if timeout 1200 buildah --root "$storage/root" --runroot "$storage/run" bud \
    --isolation chroot --network host --pull-never -t "$image" . \
    </dev/null >>"$log" 2>&1
then
    passed=$((passed + 1))
else
    tail -20 "$log" >&2
    tally image-test 0 1
    exit 1
fi

container=$(buildah_here from --pull-never "$image")
root=$(buildah_here mount "$container")

export -f serve_and_ask ask_for_pages
user=$(buildah_here inspect --format '{{.OCIv1.Config.User}}' "$container")

export storage root top said=$storage/tmp/said
: > "$said"
chmod 666 "$said"

check "no compiler in it" has_no_compiler
check "not root" test "$user" = www-data
check "edge-policy" has_edge_policy
check "pages" unshare --net --pid --fork --kill-child --mount-proc \
    bash -c serve_and_ask

size=$(buildah_here images --format '{{.Size}}' "$image")
echo "image: $size, in $((SECONDS - start)) s"

buildah_here umount "$container" >/dev/null
buildah_here rm "$container" >/dev/null
buildah_here rmi --prune --force >/dev/null 2>&1

tally image-test $passed $failed
