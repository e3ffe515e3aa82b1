#!/bin/sh
# page.sh: ecg/page/status.{html,css,js} as C strings, to standard output; it
# is kept as ecg/ngx_edge_status_page.inc, so that no build needs this.

cd "$(dirname "$0")/../ecg/page" || exit 1

# strings NAME: standard input as the bytes of a string, line by line

strings() {
    echo
    echo "static const char  ngx_edge_status_page_$1[] ="
    awk '{
        gsub(/\\/, "&&"); gsub(/"/, "\\\""); gsub(/\?\?/, "?\\?")
        print "    \"" $0 "\\n\""
    }
    END { print "    ;" }'
}

echo
echo "/* Made by tools/page.sh of ecg/page: change it there. */"

sed -n '1,/@css@/ { s/@css@.*//; p }' status.html | strings head
strings css <status.css
sed -n '/@css@/,/@js@/ { s/.*@css@//; s/@js@.*//; p }' status.html |
    strings middle
strings js <status.js
sed -n '/@js@/,$ { s/.*@js@//; p }' status.html | strings tail
