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
import shutil
import statistics
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = TOP + "/build/bench/rules"
NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
PORT = int(os.environ.get("BENCH_PORT", 18200))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 21))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", 4000))
RULES = 125
COUNTED = 100, 600

CONF = """
load_module %(top)s/build/modules/ngx_http_zstd_filter_module.so;
daemon            off;
%(more)s
user              root;
worker_processes  1;
pid               nginx.pid;
error_log         error.log;
events { worker_connections 1024; }
http {
    access_log          off;
    keepalive_requests  1000000000;
    types { text/html html; }
    client_body_temp_path  t1;
    proxy_temp_path        t2;
    fastcgi_temp_path      t3;
    uwsgi_temp_path        t4;
    scgi_temp_path         t5;
    compression  on;
    root         %(out)s;

    server { listen 127.0.0.1:%(without)d backlog=1024; }
    server {
        listen 127.0.0.1:%(with)d backlog=1024;
%(rules)s
    }
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


def configure(more=""):
    """The site, and the configuration with which nginx serves it."""
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    with open(OUT + "/nginx.conf", "w") as file:
        file.write(CONF % {"top": TOP, "out": OUT, "without": PORT,
                           "with": PORT + 1, "rules": rules(), "more": more})
    with open(OUT + "/page.html", "w") as file:
        file.writelines("<p class=c%d>entry %d of the list</p>\n"
                        % (i % 7, i * 7919) for i in range(300))
    with open(OUT + "/tiny.html", "w") as file:
        file.write("<p>a tiny page, of which little can be made</p>\n" * 2)
    return [NGINX, "-p", OUT, "-e", "error.log", "-c", "nginx.conf"]


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
    for port in (PORT, PORT + 1):
        few, many = (counted(nginx, port, path, n) for n in COUNTED)
        each.append((many - few) / (COUNTED[1] - COUNTED[0]))
    print("| %s | %.0f | %.0f | %+.0f | %.4f |"
          % (title, each[0], each[1], each[1] - each[0], each[1] / each[0]),
          flush=True)


class Edge:
    def __init__(self):
        self.process = subprocess.Popen(configure())
        children = "/proc/%d/task/%d/children" % ((self.process.pid,) * 2)
        for _ in range(100):
            time.sleep(0.1)
            if self.process.poll() is not None:
                sys.exit("rules: nginx does not start: " + OUT + "/error.log")
            with open(children) as file:
                workers = file.read().split()
            if workers:
                break
        self.worker = int(workers[0])

    def cpu(self):
        with open("/proc/%d/schedstat" % self.worker) as file:
            return int(file.read().split()[0]) / 1000

    def measure(self, port, path):
        """Microseconds of CPU time a request."""
        before = self.cpu()
        done = subprocess.run(
            ["h2load", "--h1", "-t1", "-c8", "-n%d" % REQUESTS,
             "-H", "accept-encoding: zstd, br, gzip",
             "http://127.0.0.1:%d%s" % (port, path)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if " %d done" % REQUESTS not in done.stdout.replace(",", ""):
            sys.exit("rules: h2load:\n" + done.stdout)
        return (self.cpu() - before) / REQUESTS

    def stop(self):
        self.process.terminate()
        self.process.wait()


def compare(edge, title, path):
    without, with_them = [], []
    for turn in range(ROUNDS):
        order = [(PORT, without), (PORT + 1, with_them)]
        for port, figures in order if turn % 2 else order[::-1]:
            figures.append(edge.measure(port, path))

    ratios = sorted(b / a for a, b in zip(without, with_them))
    quarter = len(ratios) // 4
    print("| %s | %.2f | %.2f | %+.2f | %.3f | %.3f-%.3f |" % (
        title, statistics.median(without), statistics.median(with_them),
        statistics.median(b - a for a, b in zip(without, with_them)),
        statistics.median(ratios), ratios[quarter], ratios[-quarter - 1]),
        flush=True)


PAGES = (("tiny page, 96 bytes", "/tiny.html"), ("page, 12 KB", "/page.html"))


def main():
    nginx = configure("master_process off;")
    print("| response | instructions, no rules | %d rules | difference "
          "| ratio |" % RULES)
    print("|---|---:|---:|---:|---:|")
    for title, path in PAGES:
        instructions(nginx, title, path)

    if ROUNDS == 0:
        return

    edge = Edge()
    try:
        for port in (PORT, PORT + 1):
            edge.measure(port, "/page.html")
        print("\n| response | µs, no rules | µs, %d rules | difference "
              "| ratio | middle half |" % RULES)
        print("|---|---:|---:|---:|---:|---|")
        for title, path in PAGES:
            compare(edge, title, path)
    finally:
        edge.stop()


main()
