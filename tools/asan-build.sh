# asan-build.sh, sourced: nginx and the modules with AddressSanitizer and
# UndefinedBehaviorSanitizer, and the environment in which they are used. nginx
# is built from the distribution's source package, its pools as single
# allocations, so that a byte past one is seen.

source=$(tools/nginx-source.sh) || exit 1

# clang has one run-time library for both sanitizers, and so one log_path.
export CC=clang
export NGINX_SRC=$source
export MODULES=$build/asan/modules
export WITH_NGINX=yes
# Every module has an ngx_modules of its own, which is nginx's by name: the
# indicator keeps ASan from taking one for the other.
export EDGE_CFLAGS="-O1 -g -fno-omit-frame-pointer -DNGX_DEBUG_PALLOC=1
    -fsanitize=address -fsanitize-address-use-odr-indicator"
export EDGE_LDFLAGS="-fsanitize=address,undefined"

# The data of an empty ngx_str_t is often NULL, and copied all the same; unit
# tests hold edge_* files to the letter.
export ADDON_CFLAGS="-fsanitize=undefined -fno-sanitize=nonnull-attribute"

EDGE_CFLAGS=$(echo $EDGE_CFLAGS)

tools/build.sh || exit 1

# "nginx -t" leaves all it has read to the end of the process.
binary=$build/asan/nginx
real=$(ls -t "$build"/nginx/"$(basename "$source")"-*/src/objs/nginx | head -1)
cat > "$binary" <<END
#!/bin/sh
for argument; do
    case \$argument in
        -t|-T) ASAN_OPTIONS="\$ASAN_OPTIONS,detect_leaks=0" ;;
    esac
done
exec "$real" "\$@"
END
chmod 755 "$binary"
