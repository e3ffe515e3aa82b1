# Read by demo/run: starting, waiting, stopping.

pids=()


die() {
    echo "demo: $*" >&2
    exit 1
}


check_tools() {
    local tool

    for tool in "$nginx" openssl curl zstd gzip python3; do
        command -v "$tool" >/dev/null || die "$tool is not installed;" \
            "\"make run\" (as root or with sudo) installs what is missing"
    done

    ls "$modules"/*.so >/dev/null 2>&1 \
        || die "no modules in $modules: run \"make\" first"
}


is_open() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}


check_ports() {
    local one

    for one in $port $tls_port $pages_port $events_port; do
        is_open "$one" && die "port $one is taken; DEMO_PORT=9000 make run" \
            "takes 9000 to 9003 instead (now $port to $events_port)"
    done
}


# compress_beforehand DIR FILE: a copy of the file there, and two beside it.

compress_beforehand() {
    mkdir -p "$1"
    cp "$2" "$1/"
    zstd -q -19 -f -k "$1/${2##*/}"
    gzip -9 -f -k "$1/${2##*/}"
}


# Ours, whichever of them are built.

write_modules() {
    local so

    for so in "$modules"/*.so; do
        echo "load_module $so;"
    done
}


# From nginx 1.25.1 on, HTTP/2 is a directive; before, a word of "listen".

has_http2_directive() {
    local version

    version=$("$nginx" -v 2>&1 | sed 's|.*/\([0-9.]*\).*|\1|')
    printf '1.25.1\n%s\n' "$version" | sort -CV
}


fill() {
    local listen=" http2" directive= user=

    has_http2_directive && listen= && directive="http2 on;"

    # Workers of a root's nginx would be "nobody", who may not read this tree.
    [ "$(id -u)" = 0 ] && user="user root;"

    sed -e "s|@USER@|$user|g" -e "s|@H2@|$listen|" -e "s|@H2_ON@|$directive|" \
        -e "s|@PORT@|$port|g" -e "s|@TLS_PORT@|$tls_port|g" \
        -e "s|@PAGES_PORT@|$pages_port|g" -e "s|@EVENTS_PORT@|$events_port|g" \
        -e "s|@PKI@|$pki|g" -e "s|@SITE@|$out/site|g" "$1"
}


# start NAME command...: in the background, its output in NAME/out.log.

start() {
    local name=$1
    shift

    "$@" >"$out/$name/out.log" 2>&1 </dev/null &
    pids+=($!)
}


wait_for() {
    local try

    for try in $(seq 50); do
        is_open "$1" && return
        sleep 0.1
    done

    cat "$out/$2"/out.log "$out/$2"/logs/error.log >&2 2>/dev/null
    die "$2 does not answer on port $1"
}


stop_all() {
    trap - EXIT
    trap '' INT TERM HUP

    [ ${#pids[@]} = 0 ] && return
    kill "${pids[@]}" 2>/dev/null
    wait "${pids[@]}" 2>/dev/null
}
