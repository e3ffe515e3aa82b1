#!/usr/bin/env python3
"""What decoding costs: CPU time of the worker for one proxied response.

    bench/coded_origins.py

An origin, an nginx of its own, has real HTML pages plain and in three codings.
The edge passes them on, decodes them, or codes them anew in Zstandard at its
default level. The cases take turns; the ratio is the median over the rounds of
a case's time divided by that of the plain pages passed on in the same round.
"MB/s" are plain bytes by the time beyond that of these. Before, each case is
fetched once and compared with the page, byte for byte.

    BENCH_ROUNDS=15   BENCH_REQUESTS=1500 a round, of 12 KB; fewer of larger
    ones   BENCH_PORT=18240, and the next two
    BENCH_BEFORE: a .so of another build of ours; what it takes to decode is
    measured beside ours
"""

import gzip
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import corpus                                                    # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = TOP + "/build/bench/coded_origins"
NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
PORT = int(os.environ.get("BENCH_PORT", 18240))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 15))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", 1500))
SIZES = ["12k", "100k", "300k"]
PAGES = 8
OURS = TOP + "/build/modules/ngx_http_zstd_filter_module.so"
BEFORE = os.environ.get("BENCH_BEFORE")

# What it is, the folder of the origin, and what the client takes.
CASES = [
    ("plain, passed on", "plain", "identity"),
    ("gzip, passed on", "gzip", "gzip"),
    ("gzip, decoded", "gzip", "identity"),
    ("br, decoded", "br", "identity"),
    ("zstd, decoded", "zstd", "identity"),
    ("plain, coded in zstd", "plain", "zstd"),
    ("gzip, coded anew in zstd", "gzip", "zstd, gzip"),
    ("br, coded anew in zstd", "br", "zstd, br"),
]

# The same with the port of the edge.
CASES = [(*case, PORT + 1) for case in CASES]
if BEFORE:
    CASES += [(title + ", before", folder, accept, PORT + 2)
              for title, folder, accept, _ in CASES if ", decoded" in title]

CODERS = {
    "plain": None,
    "gzip": ["gzip", "-6nc"],
    "br": ["brotli", "-q", "5", "-c"],
    "zstd": ["zstd", "-3qc"],
}

COMMON = """
daemon            off;
user              root;
worker_processes  1;
pid               %(name)s.pid;
error_log         %(name)s.log;
events { worker_connections 1024; }
http {
    access_log          off;
    keepalive_requests  1000000000;
    types { text/html html; }
    client_body_temp_path  %(name)s1;
    proxy_temp_path        %(name)s2;
    fastcgi_temp_path      %(name)s3;
    uwsgi_temp_path        %(name)s4;
    scgi_temp_path         %(name)s5;
"""

ORIGIN = COMMON + """
    server {
        listen 127.0.0.1:%(port)d backlog=1024;
        root %(out)s/site;
        location /gzip/ { add_header Content-Encoding gzip; }
        location /br/   { add_header Content-Encoding br; }
        location /zstd/ { add_header Content-Encoding zstd; }
    }
}
"""

EDGE = """
load_module %(module)s;
""" + COMMON + """
    compression         zstd;
    compression_decode  on;

    upstream origin {
        server     127.0.0.1:%(origin)d;
        keepalive  64;
    }

    server {
        listen 127.0.0.1:%(port)d backlog=1024;
        location / {
            proxy_pass                http://origin;
            proxy_http_version        1.1;
            proxy_set_header          Connection "";
            proxy_max_temp_file_size  0;
        }
    }
}
"""


class Nginx:
    def __init__(self, name, conf, port, module=OURS):
        path = "%s/%s.conf" % (OUT, name)
        with open(path, "w") as file:
            file.write(conf % {"module": module, "out": OUT, "name": name,
                               "port": port, "origin": PORT})
        self.process = subprocess.Popen(
            [NGINX, "-p", OUT, "-e", name + ".log", "-c", path])
        children = "/proc/%d/task/%d/children" % ((self.process.pid,) * 2)
        workers = []
        for _ in range(100):
            time.sleep(0.1)
            if self.process.poll() is not None:
                break
            with open(children) as file:
                workers = file.read().split()
            if workers:
                break
        if not workers:
            sys.exit("coded_origins: nginx does not start: %s/%s.log"
                     % (OUT, name))
        self.worker = int(workers[0])

    def cpu(self):
        with open("/proc/%d/schedstat" % self.worker) as file:
            return int(file.read().split()[0]) / 1000

    def stop(self):
        self.process.terminate()
        self.process.wait()


def make_site():
    """The pages in all codings; by size, their paths below the coding."""
    pages = corpus.Corpus(TOP + "/build/bench/corpus")
    pages.make()
    shutil.rmtree(OUT, ignore_errors=True)
    chosen = {}
    for label in SIZES:
        chosen[label] = [p for p in pages.pages(label)
                         if p[0].endswith(".html")][:PAGES]
        for path, _ in chosen[label]:
            with open(pages.site + path, "rb") as file:
                text = file.read()
            for coding, coder in CODERS.items():
                to = OUT + "/site/" + coding + path
                os.makedirs(os.path.dirname(to), exist_ok=True)
                with open(to, "wb") as file:
                    file.write(run(coder, text) if coder else text)
    return chosen


def run(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def check(folder, accept, port, pages):
    """Each page is what it should be; bytes sent on the average."""
    sent = 0
    for path, _ in pages:
        request = urllib.request.Request(
            "http://127.0.0.1:%d/%s%s" % (port, folder, path),
            headers={"Accept-Encoding": accept})
        with urllib.request.urlopen(request) as response:
            coding = response.headers.get("Content-Encoding", "identity")
            body = response.read()
        sent += len(body)
        text = {"identity": lambda: body,
                "gzip": lambda: gzip.decompress(body),
                "zstd": lambda: run(["zstd", "-dqc"], body)}[coding]()
        with open(OUT + "/site/plain" + path, "rb") as file:
            if coding != accept.split(",")[0] or text != file.read():
                sys.exit("coded_origins: %s %s for %s: %s" % (
                    folder, path, accept, coding))
    return sent // len(pages)


def measure(edges, folder, accept, port, pages, requests):
    """Microseconds of CPU time a request."""
    edge = edges[port]
    before = edge.cpu()
    done = subprocess.run(
        ["h2load", "--h1", "-t1", "-c8", "-n%d" % requests,
         "-H", "accept-encoding: " + accept]
        + ["http://127.0.0.1:%d/%s%s" % (port, folder, path)
           for path, _ in pages],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if " %d succeeded" % requests not in done.stdout:
        sys.exit("coded_origins: h2load:\n" + done.stdout)
    return (edge.cpu() - before) / requests


def compare(edges, label, pages):
    sent = [check(*case, pages) for _, *case in CASES]
    size = sum(size for _, size in pages) / len(pages)
    requests = max(100, int(REQUESTS * 12288 / size))
    times = [[] for _ in CASES]

    for turn in range(ROUNDS):
        order = list(range(len(CASES)))
        for case in order[turn % len(order):] + order[:turn % len(order)]:
            times[case].append(measure(edges, *CASES[case][1:], pages,
                                       requests))

    print("\n%d HTML pages of about %s, %d bytes on the average:\n"
          % (len(pages), label, size))
    print("| response | bytes sent | µs of CPU | ratio | middle half | MB/s |")
    print("|---|---:|---:|---:|---|---:|")
    for case, (title, *_) in enumerate(CASES):
        ratios = sorted(b / a for a, b in zip(times[0], times[case]))
        quarter = len(ratios) // 4
        more = statistics.median(b - a for a, b in zip(times[0], times[case]))
        print("| %s | %d | %.1f | %.2f | %.2f-%.2f | %s |" % (
            title, sent[case], statistics.median(times[case]),
            statistics.median(ratios), ratios[quarter], ratios[-quarter - 1],
            "%d" % (size / more) if more > 1 else ""), flush=True)


def main():
    chosen = make_site()
    running = {}
    try:
        running[PORT] = Nginx("origin", ORIGIN, PORT)
        running[PORT + 1] = Nginx("edge", EDGE, PORT + 1)
        if BEFORE:
            running[PORT + 2] = Nginx("before", EDGE, PORT + 2,
                                      os.path.abspath(BEFORE))
        for label in SIZES:
            compare(running, label, chosen[label])
    finally:
        for nginx in running.values():
            nginx.stop()


main()
