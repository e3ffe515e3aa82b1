#!/bin/bash
# image.sh: builds the Dockerfile with buildah, and puts the image where
# "docker load" and "podman load" take it from, build/image/nginx-edge.tar. A
# debootstrapped trixie stands for debian:trixie-slim.

. "$(dirname "$0")/lib.sh"
. "$top/tools/image-engine.sh"

log=$build/logs/image.log
archive=$build/image/nginx-edge.tar


import_base() {
    local container

    tools/root.sh trixie base || return 1
    container=$(buildah from scratch) \
        && tar -C "$build/roots/trixie-base" --exclude=./.complete \
            --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' \
            --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
            --exclude='./usr/share/locale/*' --exclude='./dev/*' \
            -cf "$storage/base.tar" . \
        && buildah add "$container" "$storage/base.tar" / \
        && buildah commit --rm "$container" "$base"
    rm -f "$storage/base.tar"
}


# The format is Docker's: the other one has no place for a health check.

build_image() {
    timeout 1200 buildah bud --format docker --network host --pull-never \
        -t "$image" . </dev/null
}


: > "$log"
buildah inspect --type image "$base" >/dev/null 2>&1 \
    || import_base >>"$log" 2>&1 \
    || { tail -5 "$log" >&2; die "no base image"; }

build_image >>"$log" 2>&1 || { tail -20 "$log" >&2; die "no image"; }

mkdir -p "${archive%/*}"
rm -f "$archive"
buildah push -q "$image" "docker-archive:$archive:nginx-edge:latest" \
    >>"$log" 2>&1 || { tail -5 "$log" >&2; die "no archive"; }

buildah rmi --prune >>"$log" 2>&1
buildah images --format '{{.Name}}:{{.Tag}} {{.Size}}'
echo "built ${archive#"$top"/}"
