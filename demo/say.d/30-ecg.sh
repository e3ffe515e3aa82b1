# What two hostnames demand, asked now, and how to change it.

# version_of NAME VERSION: "TLSv1.2", or "refused", for a client that has no
# other version.

version_of() {
    curl -s -o /dev/null --cacert "$pki/ca.crt" --tlsv1.2 --tls-max "$2" \
        --connect-to "$1:$tls_port:127.0.0.1:$tls_port" -k \
        "https://$1:$tls_port/" && echo "TLSv$2" || echo refused
}


socket=build/demo/edge/policy.sock
settings=http://edge/edge/hostnames/settings

echo
printf '%-30s %10s %10s\n' "a client of" TLSv1.2 TLSv1.3

for name in old.localhost new.localhost; do
    printf '%-30s %10s %10s\n' "$name" "$(version_of $name 1.2)" \
        "$(version_of $name 1.3)"
done

cat <<END

Try in another terminal:

  A hostname that wants TLS 1.3:
    curl -k --tls-max 1.2 https://new.localhost:$tls_port/

  The other one wants it, too, from now on; no reload:
    curl --unix-socket $socket -X PUT -d '{"value":"1.3"}' $settings/min_tls_version/old.localhost
    curl -k --tls-max 1.2 https://old.localhost:$tls_port/

  Why, and back again:
    curl --unix-socket $socket http://edge/edge/explain/old.localhost
    curl --unix-socket $socket -X DELETE $settings/min_tls_version/old.localhost
END
