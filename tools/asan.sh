#!/bin/bash
# asan.sh: unit tests and suites under AddressSanitizer (leaks, too) and
# UndefinedBehaviorSanitizer. nginx is built from the distribution's source
# package, its pools as single allocations, so that a byte past one is seen.

. "$(dirname "$0")/lib.sh"

start=$SECONDS
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

echo "asan: built in $((SECONDS - start)) s"
start=$SECONDS

export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1

TALLY_NAME=asan-unit UNIT_DIR=$build/asan/unit \
    UNIT_FLAGS="-fno-omit-frame-pointer -fsanitize=address,undefined
                -fno-sanitize-recover=all" tools/unit.sh

echo "asan: unit tests in $((SECONDS - start)) s"
start=$SECONDS

# EDGE_SANITIZER tells a suite that time and memory are not what they were.
EDGE_SANITIZER=yes TALLY_NAME=asan-suites SANITIZE=detect_leaks=1 \
    TEST_NGINX_BINARY=$binary EDGE_MODULES=$MODULES tools/suites.sh

echo "asan: suites in $((SECONDS - start)) s"

total=0 bad=0
for part in asan-unit asan-suites; do
    read -r p f < "${TALLY:-$build/tally}/$part"
    total=$((total + p)) bad=$((bad + f))
done

tally asan $total $bad
