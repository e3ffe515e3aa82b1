#!/bin/bash
# deb-test.sh: the packages of build/deb/RELEASE in a root that has never seen
# this project: installed, loaded, used, upgraded, removed, purged, for each of
# RELEASES. "deb-test.sh inside" is what is done in there.

. "$(dirname "$0")/lib.sh"

names="libnginx-mod-http-zstd-filter libnginx-mod-http-mtls
    libnginx-mod-http-ecg"
passed=0
failed=0


expect() {
    local what=$1
    shift

    if "$@" >/tmp/said 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "deb-test: failed: $what"
        tail -5 /tmp/said | sed 's/^/    /'
    fi
}


# apt of our own packages, from files

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends "$@"
}


# The same packages as a later version.

repack() {
    local deb dir=/tmp/later

    mkdir -p $dir
    for deb in /debs/*.deb; do
        rm -rf /tmp/unpacked
        dpkg-deb -R "$deb" /tmp/unpacked
        sed -i 's/^Version: .*/&+later1/' /tmp/unpacked/DEBIAN/control
        dpkg-deb -b /tmp/unpacked $dir/ >/dev/null
    done
    rm -f $dir/*-dbgsym*
}


configure() {
    printf 'a word, and another\n%.0s' {1..200} > /var/www/html/words.html
    cat > /etc/nginx/conf.d/edge.conf <<END
compression zstd br gzip;
mtls_headers cf;
server {
    listen 127.0.0.1:$PORT;
    root /var/www/html;
    location /status { ecg_status prometheus; }
}
END
}


serves() {
    local coding

    for coding in zstd br gzip; do
        curl -sS -D- -o /dev/null -H "Accept-Encoding: $coding" \
            http://127.0.0.1:$PORT/words.html |
            grep -qi "^content-encoding: $coding" || return 1
    done

    curl -sS http://127.0.0.1:$PORT/status |
        grep -q 'modules="zstd_filter,mtls,ecg"'
}


inside() {
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    apt_get update >/dev/null 2>&1
    apt_get install nginx-light curl >/tmp/said 2>&1 \
        || apt_get install nginx curl >/tmp/said 2>&1 \
        || { tail -5 /tmp/said; die "no nginx"; }
    rm -f /debs/*-dbgsym* /etc/nginx/sites-enabled/default
    mkdir -p /var/www/html

    expect 'installed' apt_get install /debs/*.deb

    for name in $names; do
        expect "$name depends on the ABI" \
            sh -c "dpkg -s $name | grep -q '^Depends:.*nginx-abi-'"
        expect "$name is enabled" \
            test -e "/etc/nginx/modules-enabled/50-mod-${name#libnginx-mod-}.conf"
    done

    configure
    expect 'loaded' nginx -t
    nginx
    expect 'at work' serves
    expect 'the command runs' sh -c 'edge-policy -s /tmp/p.db -m 1m set \
        a.test min_tls=1.3 && edge-policy -s /tmp/p.db get a.test'

    repack
    expect 'upgraded' apt_get install /tmp/later/*.deb
    for name in $names; do
        expect "$name is the later one" \
            sh -c "dpkg -s $name | grep -q '^Version: .*later1'"
    done
    expect 'loaded after the upgrade' nginx -t
    nginx -s stop
    sleep 1
    nginx
    expect 'at work after the upgrade' serves
    nginx -s stop

    rm /etc/nginx/conf.d/edge.conf
    expect 'removed' apt_get remove $names
    expect 'nginx goes on without' nginx -t
    expect 'and nothing is loaded' \
        sh -c '! ls /etc/nginx/modules-enabled/ | grep -E "(ecg|mtls|zstd-filter).conf$"'
    expect 'installed again' apt_get install /debs/*.deb
    expect 'and loaded again' nginx -t
    expect 'purged' apt_get purge $names
    expect 'without a trace' \
        sh -c '! ls -A /etc/nginx/modules-enabled/ | grep -E "ecg|mtls|zstd"'

    echo "$passed $failed" > /tmp/result
}


if [ "${1:-}" = inside ]; then
    inside
    mv /tmp/result /result
    exit
fi

for suite in ${RELEASES:-bookworm trixie forky}; do
    ls "$build/deb/$suite"/*.deb >/dev/null 2>&1 || die "first: make deb"

    tools/root.sh "$suite" base || exit 1
    clean=$build/deb/root-$suite
    rm -rf "$clean"
    mkdir -p "$clean"
    cp -a "$build/roots/$suite-base/." "$clean/"
    mkdir -p "$clean/debs" "$clean/tools"
    cp "$build/deb/$suite"/*.deb "$clean/debs/"
    cp tools/lib.sh tools/deb-test.sh "$clean/tools/"

    echo "== $suite"
    unshare --mount --pid --fork --kill-child bash -c '
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
        exec timeout -k 10 900 chroot "$1" /usr/bin/env -i HOME=/root \
            PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PORT="${DEB_TEST_PORT:-8061}" \
            bash /tools/deb-test.sh inside' deb-test "$clean" </dev/null

    p=0 f=1
    read -r p f < "$clean/result"
    passed=$((passed + p)) failed=$((failed + f))
    echo "$suite: $p passed, $f failed"
    rm -rf "$clean"
done

tally deb-test $passed $failed
