"""The nginx that is measured: one worker on one core."""

import os
import shutil
import socket
import subprocess
import time

TYPES = ("text/css text/plain text/event-stream text/javascript "
         "application/javascript application/json")

# What each variant adds to the configuration, and what its client accepts.
VARIANTS = {
    "identity": ("identity", ""),
    "gzip": ("gzip", """
    gzip             on;
    gzip_comp_level  6;
    gzip_proxied     any;
    gzip_types       %s;""" % TYPES),
    "brotli": ("br", """
    brotli             on;
    brotli_comp_level  6;
    brotli_types       %s;""" % TYPES),
    "peer": ("zstd", """
    zstd             on;
    zstd_comp_level  3;
    zstd_min_length  20;
    zstd_types       %s;""" % TYPES),
    "ours": ("zstd", """
    compression        zstd;
    compression_level  zstd=3;
    compression_types  %s;""" % TYPES),
    # Another build of ours, to be compared with this one.
    "before": ("zstd", """
    compression        zstd;
    compression_level  zstd=3;
    compression_types  %s;""" % TYPES),
    # No nginx: see Floor.
    "floor": ("zstd", ""),
}

CONF = """
%(load)s
user              root;
daemon            off;
worker_processes  1;
pid               logs/nginx.pid;
error_log         logs/error.log;

events {
    worker_connections  8192;
}

http {
    include             /etc/nginx/mime.types;
    access_log          off;
    sendfile            on;
    keepalive_requests  1000000000;

    client_body_temp_path  temp_body;
    proxy_temp_path        temp_proxy;
    fastcgi_temp_path      temp_fastcgi;
    uwsgi_temp_path        temp_uwsgi;
    scgi_temp_path         temp_scgi;
%(coding)s

    proxy_http_version        1.1;
    proxy_set_header          Connection "";
    proxy_max_temp_file_size  0;
    proxy_read_timeout        1h;
    send_timeout              1h;

    upstream pages {
        server     127.0.0.1:%(pages)d;
        keepalive  64;
    }

    server {
        listen  127.0.0.1:%(static)d backlog=4096 sndbuf=%(sndbuf)s;
        root    %(site)s;
    }

    server {
        listen  127.0.0.1:%(proxied)d backlog=4096 sndbuf=%(sndbuf)s;

        location / {
            proxy_pass  http://pages;
        }

        location /events {
            proxy_pass       http://pages;
            proxy_buffering  off;
        }
    }
}
"""


class NotRunning(Exception):
    pass


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process):
    process.terminate()
    process.wait()


def cpu_of(pid):
    """Seconds the process has run on its core, user and system."""
    with open("/proc/%d/schedstat" % pid) as file:
        return int(file.read().split()[0]) / 1e9


class Floor:
    """bench/floor.c, which stands where an Nginx with static files may."""

    def __init__(self, root, port):
        self.root = root
        self.variant = "floor"
        self.accept = "zstd"
        self.port = {"static": port}

    def start(self, cpu):
        if is_open(self.port["static"]):
            raise NotRunning("port %d is taken: BENCH_PORT" % self.port[
                "static"])
        self.process = subprocess.Popen(self.root.command(
            [self.root.tool("floor"), str(self.port["static"]),
             self.root.inside + self.root.site], cpu))
        for _ in range(50):
            time.sleep(0.1)
            if is_open(self.port["static"]):
                break
        self.worker = self.process.pid

    def stop(self):
        stop(self.process)

    def cpu(self):
        return cpu_of(self.worker)


class Nginx:
    """One nginx of a root with the filter of one variant.

    It listens on port (files) and port + 1 (proxied to the port pages). sndbuf
    bounds what the kernel takes of a response that nobody reads."""

    def __init__(self, root, variant, port, pages, sndbuf=None):
        self.root = root
        self.variant = variant
        self.port = {"static": port, "proxied": port + 1}
        self.accept, coding = VARIANTS[variant]
        self.at = "build/bench/run/%s-%d/" % (variant, port)

        load = ""
        if variant not in ("identity", "gzip"):
            load = "load_module %s;" % root.module(variant)

        conf = CONF % {
            "load": load, "coding": coding, "pages": pages, "static": port,
            "proxied": port + 1, "site": root.inside + root.site,
            "sndbuf": sndbuf,
        }
        if not sndbuf:
            conf = conf.replace(" sndbuf=None", "")

        shutil.rmtree(root.top + self.at, ignore_errors=True)
        os.makedirs(root.top + self.at + "logs")
        with open(root.top + self.at + "nginx.conf", "w") as file:
            file.write(conf)

    def start(self, cpu):
        for port in self.port.values():
            if is_open(port):
                raise NotRunning("port %d is taken: BENCH_PORT" % port)

        prefix = self.root.inside + self.at
        log = open(self.root.top + self.at + "logs/out.log", "w")
        self.process = subprocess.Popen(
            self.root.command(["nginx", "-p", prefix, "-e", "logs/error.log",
                               "-c", prefix + "nginx.conf"], cpu),
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.worker = self.find_worker()

    def find_worker(self):
        path = "/proc/%d/task/%d/children" % ((self.process.pid,) * 2)
        for _ in range(100):
            time.sleep(0.1)
            if self.process.poll() is not None:
                break
            with open(path) as file:
                children = file.read().split()
            if children and all(map(is_open, self.port.values())):
                return int(children[0])
        raise NotRunning("nginx with %s: %s" % (self.variant, self.errors()))

    def stop(self):
        stop(self.process)

    def errors(self):
        text = ""
        for name in ("out.log", "error.log"):
            path = self.root.top + self.at + "logs/" + name
            if os.path.exists(path):
                with open(path, errors="replace") as file:
                    text += file.read()
        return text.strip()[-2000:]

    def cpu(self):
        return cpu_of(self.worker)

    def memory(self):
        """(Pss, Rss) of the worker in KB."""
        with open("/proc/%d/smaps_rollup" % self.worker) as file:
            lines = dict(line.split(":", 1) for line in file if ":" in line
                         and line[0].isupper())
        return tuple(int(lines[name].split()[0]) for name in ("Pss", "Rss"))
