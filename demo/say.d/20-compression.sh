# Sizes measured now, and lines to paste.

# size_of PATH CODING [OPTION...]: the bytes of the body as sent.

size_of() {
    curl -s -o /dev/null -w '%{size_download}' \
        -H "Accept-Encoding: $2" "${@:3}" "$plain/$1"
}


echo
printf '%-30s %10s %10s %10s\n' "bytes sent" identity gzip zstd

for page in git/user-manual.html js/jquery.js json/iso_3166-2.json; do
    printf '%-30s %10s %10s %10s\n' "/$page" "$(size_of $page identity)" \
        "$(size_of $page gzip)" "$(size_of $page zstd)"
done

has=":$(openssl dgst -sha256 -binary "$out/site/css/bootstrap.css" | base64):"

printf '%-30s %10s %10s %10s\n' "for who has bootstrap.css" identity zstd dcz
printf '%-30s %10s %10s %10s\n' /css/bootstrap-grid.css \
    "$(size_of css/bootstrap-grid.css identity)" "$(size_of css/bootstrap-grid.css zstd)" \
    "$(size_of css/bootstrap-grid.css dcz -H "Available-Dictionary: $has")"

# Nobody configured this one: its upstream says that it is a dictionary. nginx
# keeps it, and prepares it when a client first announces it.

has_script=":$(curl -s $plain/js/jquery.js | openssl dgst -sha256 -binary \
    | base64):"

whole=$(size_of js/jquery.min.js identity)

for try in {1..100}; do
    sent=$(size_of js/jquery.min.js dcz -H "Available-Dictionary: $has_script")
    [ "$sent" -lt "$whole" ] && break
    sleep 0.1
done

printf '%-30s %10s %10s %10s\n' "for who was sent jquery.js" identity zstd dcz
printf '%-30s %10s %10s %10s\n' /js/jquery.min.js "$whole" \
    "$(size_of js/jquery.min.js zstd)" "$sent"

cat <<END

Try in another terminal:

  A page, coded, and decoded again:
    curl -s -H 'Accept-Encoding: zstd' $plain/git/user-manual.html | zstd -dc | head

  Its header; then for a client that refuses Zstandard:
    curl -sI -H 'Accept-Encoding: gzip, zstd' $plain/js/jquery.js
    curl -sI -H 'Accept-Encoding: gzip, zstd;q=0' $plain/js/jquery.js

  The same over HTTP/2:
    curl -s --cacert $pki/ca.crt -H 'Accept-Encoding: zstd' -D- -o /dev/null $tls/json/iso_3166-2.json

  A rule prefers Brotli for style sheets:
    curl -sI -H 'Accept-Encoding: gzip, br, zstd' $plain/css/bootstrap.css

  A file compressed beforehand, with its length, and a range of it:
    curl -sI -H 'Accept-Encoding: gzip, zstd' $plain/beside/jquery.js
    curl -sI -H 'Accept-Encoding: gzip' -r 0-99 $plain/beside/jquery.js

  What a client that has /css/bootstrap.css is sent of another (RFC 9842):
    curl -sI -H 'Accept-Encoding: dcz' -H 'Available-Dictionary: $has' $plain/css/bootstrap-grid.css

  The same with a dictionary that its upstream made (each of the two workers
  answers once without, and prepares it):
    curl -sI -H 'Accept-Encoding: dcz' -H 'Available-Dictionary: $has_script' $plain/js/jquery.min.js

  From an upstream that compresses: plain, as it came, and compressed better
  (compression_decode):
    curl -s $plain/packed/git/user-manual.html | head
    curl -sI -H 'Accept-Encoding: gzip' $plain/packed/git/user-manual.html
    curl -sI -H 'Accept-Encoding: gzip, zstd' $plain/packed/git/user-manual.html

  Events, each readable as it comes (Ctrl-C ends them):
    curl -sN --compressed -H 'Accept-Encoding: zstd' $plain/events
END
