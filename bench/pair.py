"""Two servers of one nginx, at PORT and the next, that differ in one thing:
they take turns, and what counts is the CPU time of the worker."""

import os
import shutil
import statistics
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
PORT = int(os.environ.get("BENCH_PORT", 18200))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 21))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", 4000))
FIELDS = ["accept-encoding: zstd, br, gzip"]

CONF = """
load_module %(top)s/build/modules/ngx_http_zstd_filter_module.so;
daemon            off;
%(main)s
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
%(http)s
}
"""


def configure(out, http, files, main=""):
    """Writes files, with their names, and nginx.conf to the directory out;
    returns the command of the nginx that serves them."""
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    conf = CONF % {"top": TOP, "out": out, "http": http, "main": main}
    for name, content in [("nginx.conf", conf)] + files:
        with open(out + "/" + name, "w") as file:
            file.write(content)
    return [NGINX, "-p", out, "-e", "error.log", "-c", "nginx.conf"]


class Pair:
    def __init__(self, command, port, requests):
        self.port = port
        self.requests = requests
        self.process = subprocess.Popen(command)
        children = "/proc/%d/task/%d/children" % ((self.process.pid,) * 2)
        for _ in range(100):
            time.sleep(0.1)
            if self.process.poll() is not None:
                sys.exit("nginx does not start: " + " ".join(command))
            with open(children) as file:
                workers = file.read().split()
            if workers:
                break
        self.worker = int(workers[0])

    def cpu(self):
        """Of the worker's event loop, not of its threads."""
        with open("/proc/%d/schedstat" % self.worker) as file:
            return int(file.read().split()[0]) / 1000

    def measure(self, port, path, fields=FIELDS):
        """Microseconds of CPU time a request."""
        before = self.cpu()
        done = subprocess.run(
            ["h2load", "--h1", "-t1", "-c8", "-n%d" % self.requests]
            + [word for field in fields for word in ("-H", field)]
            + ["http://127.0.0.1:%d%s" % (port, path)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if " %d done" % self.requests not in done.stdout.replace(",", ""):
            sys.exit("h2load:\n" + done.stdout)
        return (self.cpu() - before) / self.requests

    def warm(self, path, fields=FIELDS):
        for port in (self.port, self.port + 1):
            self.measure(port, path, fields)

    def compare(self, title, path, rounds, fields=FIELDS):
        """A row: the medians, of the second less the first, and its ratio."""
        first, second = [], []
        for turn in range(rounds):
            order = [(self.port, first), (self.port + 1, second)]
            for port, figures in order if turn % 2 else order[::-1]:
                figures.append(self.measure(port, path, fields))

        ratios = sorted(b / a for a, b in zip(first, second))
        quarter = len(ratios) // 4
        print("| %s | %.2f | %.2f | %+.2f | %.3f | %.3f-%.3f |" % (
            title, statistics.median(first), statistics.median(second),
            statistics.median(b - a for a, b in zip(first, second)),
            statistics.median(ratios), ratios[quarter],
            ratios[-quarter - 1]), flush=True)

    def stop(self):
        self.process.terminate()
        self.process.wait()
