#!/bin/bash
# http3-alone.sh: new connections over HTTP/3 to nginx without any module of
# ours, while workers of earlier reloads are still there, and when a worker was
# killed besides: how many have no answer in four seconds. It takes nginx and
# curl with HTTP/3, as Debian 13 and later have, and two minutes:
#
#   tools/in-root forky t/soak/http3-alone.sh

port=${TEST_NGINX_PORT:-1984}
dir=$(mktemp -d)
url=https://127.0.0.1:$port
held=()


finish() {
    [ ${#held[@]} = 0 ] || kill "${held[@]}" 2>/dev/null
    [ -f "$dir/pid" ] && kill "$(cat "$dir/pid")"
    wait
    rm -rf "$dir"
}

trap finish EXIT
trap 'exit 1' INT TERM


# connect WHEN N: N connections, one after the other

connect() {
    local i answered=0

    for i in $(seq "$2"); do
        [ "$(curl -sk --http3-only --max-time 4 $url/page)" = ok ] \
            && answered=$((answered + 1))
    done

    echo "$1: $answered of $2 answered"
}


mkdir "$dir/html" "$dir/logs"
head -c 30000000 /dev/zero > "$dir/html/long"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=localhost -keyout "$dir/key" -out "$dir/cert" 2>/dev/null

cat > "$dir/conf" <<END
worker_processes 2;
pid $dir/pid;
error_log $dir/logs/error.log;
user root;
events {}
http {
    access_log off;
    server {
        listen 127.0.0.1:$port ssl;
        listen 127.0.0.1:$port quic reuseport;
        ssl_certificate $dir/cert;
        ssl_certificate_key $dir/key;
        root $dir/html;
        location /page { return 200 ok; }
        location /long { limit_rate 20k; }
    }
}
END

nginx -v
nginx -p "$dir" -c "$dir/conf" || exit 1
connect "as started" 30

# Each reload leaves workers behind that still send to somebody.
for reload in 1 2 3; do
    for i in 1 2 3 4 5 6; do
        curl -sk --http1.1 --max-time 300 -o /dev/null $url/long &
        held+=($!)
    done
    sleep 1
    kill -HUP "$(cat "$dir/pid")"
    sleep 1
done

connect "old workers there" 30

master=$(cat "$dir/pid")
kill -KILL "$(awk '{ print $NF }' "/proc/$master/task/$master/children")"
sleep 1
connect "and a worker killed" 30
