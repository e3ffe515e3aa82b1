#!/usr/bin/env python3
"""What 125 compression rules cost a request.

    bench/rules.py

Two servers of one nginx differ in their rules only: none, and 125 that do not
apply, of every kind, with the one that does behind them. A tiny page shows the
rules, a page of 12 KB what they are to it.

Instructions are counted by valgrind, as the difference of two runs over the
requests that one has more: they are the same on a busy machine. CPU time of the
worker is taken in turns; its ratio is the median over the rounds of the
second's divided by the first's, and wants a quiet machine.

    BENCH_ROUNDS=21, 0 for none   BENCH_REQUESTS=4000 a round
    BENCH_PORT=18200, and the next
"""

import http.client
import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import pair                                                      # noqa: E402

OUT = pair.TOP + "/build/bench/rules"
RULES = 125
COUNTED = 100, 600

CONF = """
    server { listen 127.0.0.1:%(without)d backlog=1024; }
    server {
        listen 127.0.0.1:%(with)d backlog=1024;
%(rules)s
    }
"""

KINDS = [
    "type=image/x-kind-%d,application/x-kind-%d off",
    "type=application/*-kind-%d+x%d br level=br=4",
    "ext=e%d,f%d off",
    "path=/static/%d/*,/assets/%d/* zstd level=9",
    "path=*.part-%d-%d.js off",
    "host=host-%d.example.com,*.host-%d.example.com gzip",
    "header:X-Kind=value-%d,other-%d off",
    "type=text/html path=/api/v%d/*/list-%d zstd",
]


def rules():
    lines = [KINDS[i % len(KINDS)] % (i, i) for i in range(RULES - 1)]
    return "".join("        compression_rule %s;\n" % line
                   for line in lines + ["type=text/html zstd name=last"])


def configure(main=""):
    """The site, and the command of the nginx that serves it."""
    page = "".join("<p class=c%d>entry %d of the list</p>\n"
                   % (i % 7, i * 7919) for i in range(300))
    return pair.configure(
        OUT, CONF % {"without": pair.PORT, "with": pair.PORT + 1,
                     "rules": rules()},
        [("page.html", page),
         ("tiny.html", "<p>a tiny page, of which little can be made</p>\n"
          * 2)], main)


def counted(nginx, port, path, requests):
    """Instructions from start to end with so many requests."""
    with open(OUT + "/valgrind.log", "w") as log:
        process = subprocess.Popen(
            ["valgrind", "--tool=callgrind",
             "--callgrind-out-file=/dev/null"] + nginx,
            stdout=log, stderr=log)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for _ in range(600):
        try:
            client.connect()
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    for _ in range(requests):
        client.request("GET", path,
                       headers={"Accept-Encoding": "zstd, br, gzip"})
        answer = client.getresponse()
        answer.read()
        if answer.getheader("Content-Encoding") != "zstd":
            sys.exit("rules: not coded: " + path)
    client.close()
    process.terminate()
    process.wait()
    with open(OUT + "/valgrind.log") as log:
        return int(re.search(r"Collected : (\d+)", log.read()).group(1))


def instructions(nginx, title, path):
    each = []
    for port in (pair.PORT, pair.PORT + 1):
        few, many = (counted(nginx, port, path, n) for n in COUNTED)
        each.append((many - few) / (COUNTED[1] - COUNTED[0]))
    print("| %s | %.0f | %.0f | %+.0f | %.4f |"
          % (title, each[0], each[1], each[1] - each[0], each[1] / each[0]),
          flush=True)


PAGES = (("tiny page, 96 bytes", "/tiny.html"), ("page, 12 KB", "/page.html"))


def main():
    nginx = configure("master_process off;")
    print("| response | instructions, no rules | %d rules | difference "
          "| ratio |" % RULES)
    print("|---|---:|---:|---:|---:|")
    for title, path in PAGES:
        instructions(nginx, title, path)

    if pair.ROUNDS == 0:
        return

    edge = pair.Pair(configure(), pair.PORT, pair.REQUESTS)
    try:
        edge.warm("/page.html")
        print("\n| response | µs, no rules | µs, %d rules | difference "
              "| ratio | middle half |" % RULES)
        print("|---|---:|---:|---:|---:|---|")
        for title, path in PAGES:
            edge.compare(title, path, pair.ROUNDS)
    finally:
        edge.stop()


main()
