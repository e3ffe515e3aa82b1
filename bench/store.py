#!/usr/bin/env python3
"""What compression_dictionary_store costs a request, in CPU time of the worker.

    bench/store.py

Two servers of one nginx take turns. First the store is off and on, for pages
that no dictionary is for; then the second codes with a dictionary that is kept
in the store, and the first with the same one as the operator's.

    BENCH_ROUNDS=21   BENCH_REQUESTS=4000 a round   BENCH_PORT=18200, and the
    next
"""

import base64
import hashlib
import http.client
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import pair                                                      # noqa: E402

OUT = pair.TOP + "/build/bench/store"

CONF = """
    compression_dictionary_store  store;

    server {
        listen 127.0.0.1:%(operator)d backlog=1024;
        compression_dictionary_store  off;

        location /with/ {
            alias %(out)s/;
            compression_dictionary  %(out)s/old.html  match=/*;
        }
    }
    server {
        listen 127.0.0.1:%(origin)d backlog=1024;

        location = /old.html {
            add_header  Cache-Control  max-age=86400;
            add_header  Use-As-Dictionary  'match="/*"';
        }
        location /with/ { alias %(out)s/; }
    }
"""


def text(size, seed):
    lines, n = [], 0
    while n < size:
        line = "<p class=c%d>entry %d of the list</p>\n" % (
            len(lines) % 7, len(lines) * 7919 + (len(lines) % 50 == 0) * seed)
        lines.append(line)
        n += len(line)
    return "".join(lines)[:size]


def configure():
    """The site, and the command of the nginx that serves it."""
    return pair.configure(
        OUT, CONF % {"out": OUT, "operator": pair.PORT,
                     "origin": pair.PORT + 1},
        [("old.html", text(100000, 1)), ("page.html", text(12000, 2)),
         ("tiny.html", "<p>a tiny page, of which little can be made</p>\n"
          * 2)])


def coding(port, path, fields):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", path, headers=fields)
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer.getheader("Content-Encoding")


def learn(fields):
    """Has the second server keep the dictionary and prepare it."""
    for _ in range(600):
        coding(pair.PORT + 1, "/old.html", {})
        if coding(pair.PORT + 1, "/with/page.html", fields) == "dcz":
            break
        time.sleep(0.1)
    for port in (pair.PORT, pair.PORT + 1):
        if coding(port, "/with/page.html", fields) != "dcz":
            sys.exit("store: port %d does not code with it" % port)


def head(first, second):
    print("\n| response | µs, %s | µs, %s | difference | ratio "
          "| middle half |" % (first, second))
    print("|---|---:|---:|---:|---:|---|")


def main():
    edge = pair.Pair(configure(), pair.PORT, pair.REQUESTS)
    try:
        with open(OUT + "/old.html", "rb") as file:
            digest = base64.b64encode(hashlib.sha256(file.read()).digest())
        fields = {"Accept-Encoding": "dcz",
                  "Available-Dictionary": ":%s:" % digest.decode()}
        learn(fields)

        edge.warm("/page.html")
        head("no store", "a store")
        for title, path in (("tiny page, 96 bytes", "/tiny.html"),
                            ("page, 12 KB", "/page.html")):
            edge.compare(title, path, pair.ROUNDS)

        lines = ["%s: %s" % field for field in fields.items()]
        edge.warm("/with/page.html", lines)
        head("the operator's", "the origin's")
        for title, path in (("tiny page, 96 bytes", "/with/tiny.html"),
                            ("page, 12 KB", "/with/page.html")):
            edge.compare(title, path, pair.ROUNDS, lines)
    finally:
        edge.stop()


main()
