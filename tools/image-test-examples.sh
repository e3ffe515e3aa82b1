# Read by image-test.sh: examples/container, run as it is there, but for names
# and addresses.

pki=$work/pki
example=$top/examples/container


openssl_in_pki() {
    (cd "$pki" && openssl "$@") >>"$log" 2>&1
}


# make_certificate NAME USE: for the server at localhost, or for a client

make_certificate() {
    openssl_in_pki req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout "$1.key" -subj "/CN=$1" -out "$1.csr"
    printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=%s\n' "$2" \
        >"$pki/$1.ext"
    openssl_in_pki ca -batch -config ca.conf -notext -extfile "$1.ext" \
        -in "$1.csr" -out "$1.crt"
}


make_list() {
    openssl_in_pki ca -batch -config ca.conf -gencrl -out "$1"
}


make_pki() {
    [ -d "$pki" ] && return

    mkdir -p "$pki/certs"
    : >"$pki/index.txt"
    echo 1000 >"$pki/serial"
    echo 01 >"$pki/crlnumber"
    cat >"$pki/ca.conf" <<END
[ca]
default_ca = ca_here
[ca_here]
dir = .
database = index.txt
new_certs_dir = certs
serial = serial
crlnumber = crlnumber
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_days = 1
default_crl_days = 1
policy = any
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
END
    openssl_in_pki req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
        -nodes -days 1 -subj /CN=CA -keyout ca.key -out ca.crt \
        -addext keyUsage=critical,keyCertSign,cRLSign
    make_certificate tls serverAuth
    make_certificate client clientAuth
    make_list clients.pem
    openssl_in_pki ca -batch -config ca.conf -revoke client.crt
    make_list revoked.pem
    chmod 644 "$pki/tls.key"
}


# The status of a client's request: 200, or 400 once it is revoked

status_is() {
    local status

    status=$(curl -s -o "$work/got" -w '%{http_code}' --max-time 20 \
        --cacert "$pki/ca.crt" --cert "$pki/client.crt" \
        --key "$pki/client.key" https://localhost:8443/)
    echo "status $status"
    [ "$status" = "$1" ]
}


is_page() {
    cmp "$work/got" "$top/tools/image/html/index.html"
}


# compose.yaml, with certificates and lists beside it

test_compose() {
    local dir=$work/compose

    make_pki
    cp -r "$example" "$dir"
    mkdir "$dir/tls" "$dir/crl"
    cp "$pki"/{tls.crt,tls.key,ca.crt} "$dir/tls/"
    cp "$pki/clients.pem" "$dir/crl/"

    check "compose up" compose "$dir" up -d
    check "compose: a client" soon status_is 200
    check "compose: the server behind" is_page
    replace "$pki/revoked.pem" "$dir/crl/clients.pem"
    check "compose: revoked" soon status_is 400
    sed '/mtls_require/,/proxy_pass/c return 418;' "$example/edge.d/api.conf" \
        >"$work/api.conf"
    replace "$pki/clients.pem" "$dir/crl/clients.pem"
    replace "$work/api.conf" "$dir/edge.d/api.conf"
    check "compose: another configuration" soon status_is 418
    check "compose down" compose "$dir" down
}


replace() {
    cp "$1" "$2.new" && mv "$2.new" "$2"
}


compose() {
    (cd "$1" && shift && podman-compose "$@")
}


# secret_of NAME FILE...: as "kubectl create secret generic" makes it, but that
# podman 4.3 gives a pod the base64 as it stands, so there it has to be text.

secret_of() {
    local name=$1 file
    shift

    printf -- 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\ndata:\n' \
        "$name"
    for file in "$@"; do
        case $(podman --version) in
        *' 4.3.'*)
            printf '  %s: |\n' "${file##*/}"
            sed 's/^/    /' "$file"
            ;;
        *)
            printf '  %s: %s\n' "${file##*/}" "$(base64 -w0 <"$file")"
            ;;
        esac
    done
}


# kubernetes.yaml, one pod of it played by podman, in a network where a container
# of the image is "app".

test_kubernetes() {
    local manifest=$work/kubernetes.yaml

    check "manifest" tools/check-manifest.py "$example/kubernetes.yaml" \
        "$example/edge.d/api.conf"

    make_pki
    {
        podman secret rm edge-tls edge-crl
        podman volume rm -a -f
        secret_of edge-tls "$pki"/{tls.crt,tls.key,ca.crt} \
            | podman secret create edge-tls -
        secret_of edge-crl "$pki/clients.pem" | podman secret create edge-crl -
    } >>"$log" 2>&1
    sed 's/replicas: 2/replicas: 1/' "$example/kubernetes.yaml" >"$manifest"

    podman network exists pods || podman network create pods >>"$log" 2>&1
    network=pods check "kubernetes: app" start app --tmpfs /tmp
    check "kubernetes: played" podman kube play --network pods "$manifest"
    check "kubernetes: a client" soon status_is 200
    check "kubernetes: the server behind" is_page
    check "kubernetes: stopped" podman kube down "$manifest"
}
