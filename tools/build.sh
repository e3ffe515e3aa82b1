#!/bin/bash
# build.sh: the modules, as .so files, against the nginx tree NGINX_SRC (that
# of nginx-dev unless told otherwise), into MODULES. The tree is copied first.
# EDGE_CFLAGS and EDGE_LDFLAGS are added to all that is compiled, ADDON_CFLAGS
# to our own sources; WITH_NGINX=yes builds nginx itself, too.

. "$(dirname "$0")/lib.sh"

stock=/usr/share/nginx/src
src=${NGINX_SRC:-$stock}
# nginx says -Werror, which "make lint" is for: a compiler newer than the code
# may warn, and must not stop whoever builds it.
cflags="${EDGE_CFLAGS:--O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2}"
cflags="$cflags -Wno-error"
ldflags=${EDGE_LDFLAGS:--Wl,-z,relro -Wl,-z,now}

if [ "$src" = $stock ]; then
    work=$build/nginx/stock
    modules=${MODULES:-$build/modules}
else
    src=$(cd "$src" && pwd) || die "NGINX_SRC=$NGINX_SRC: no such directory"
    work=$build/nginx/$(basename "$src")-$(echo "$src" | cksum | cut -d' ' -f1)
    modules=${MODULES:-$work/modules}
fi

tree=$work/src
log=$work/build.log


# What the configuration depends on: the tree, its flags, our config.

fingerprint() {
    cat config common/exports.map tools/build.sh "$src"/conf_flags \
        "$src"/src/core/nginx.h "$src"/auto/module "$src"/auto/make 2>/dev/null
    echo "$src" "${CC:-cc}" "$cflags" "$ldflags" "${ADDON_CFLAGS:-}"
}


# As the tree has it, "nginx 1.22.1".

nginx_version() {
    sed -n 's/^#define NGINX_VERSION *"\(.*\)"/nginx \1/p' "$src/src/core/nginx.h"
}


run_configure() {
    # conf_flags is how the distribution's own nginx was configured.
    NGX_CONF_FLAGS=(--with-compat --with-threads --with-http_ssl_module
                    --with-http_v2_module)
    [ -f "$src/conf_flags" ] && . "$src/conf_flags"

    configure=./configure
    [ -f "$tree/configure" ] || configure=auto/configure

    # -MMD: auto/make knows nothing of our headers.
    (cd "$tree" && $configure "${NGX_CONF_FLAGS[@]}" \
        --with-cc="${CC:-cc}" --with-cc-opt="$cflags -MMD -MP" \
        --with-ld-opt="$ldflags" \
        --add-dynamic-module="$top") >"$log" 2>&1
}


mkdir -p "$work"
exec 9>"$work/lock"
flock 9

now=$(fingerprint | cksum)

if [ "$(cat "$work/configured" 2>/dev/null)" != "$now" ]; then
    echo "building for $(nginx_version), which takes a minute"
    rm -rf "$tree" "$work/configured"
    mkdir -p "$tree"
    cp -r "$src/." "$tree" || die "cannot copy $src"
    run_configure || { tail -15 "$log" >&2; die "configure failed: $log"; }
    echo "$now" > "$work/configured"
fi

cat > "$work/ours.mk" <<'END'
-include $(wildcard objs/addon/*/*.d objs/*.d objs/src/*/*.d)
objs/addon/%: CFLAGS += $(ADDON_CFLAGS)
END

targets=modules
[ -n "${WITH_NGINX:-}" ] && targets="binary modules"

# -k: one module that does not build leaves the others to be tried.
(cd "$tree" && unset MAKEFLAGS MFLAGS && timeout 1800 make -k -j"$(nproc)" \
    -f objs/Makefile -f "$work/ours.mk" $targets) >"$log" 2>&1
status=$?

mkdir -p "$modules"

for so in "$tree"/objs/*.so; do
    name=$(basename "$so")
    if ! cmp -s "$so" "$modules/$name"; then
        cp "$so" "$modules/.$name" && mv "$modules/.$name" "$modules/$name"
        echo "built ${modules#"$top"/}/$name"
    fi
done

if [ $status != 0 ]; then
    grep -E -A4 'error:|warning:|undefined reference' "$log" >&2 \
        || tail -20 "$log" >&2
    die "make failed: $log"
fi

tools/build-command.sh
