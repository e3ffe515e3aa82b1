#!/usr/bin/env python3
"""What policies cost: lookups, start, reload, memory; see ecg_cost.py, too.

    bench/ecg.py [records ...]

records: sizes of the store, 1000000 and 10000000 unless told otherwise. Stores
are kept in build/bench/ecg for the next time. The table at the end has what was
asked for beside what was measured. All of it takes under five minutes.

    BENCH_PORT=18100, and the next    BENCH_SERVERS=20000 of stock nginx
"""

import atexit
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = TOP + "/build/bench/ecg"
NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
COMMAND = TOP + "/build/bin/edge-policy"
PORT = int(os.environ.get("BENCH_PORT", 18100))
SERVERS = int(os.environ.get("BENCH_SERVERS", 20000))

CONF = """
%(load)s
user              root;
worker_processes  %(workers)d;
pid               %(root)s/nginx.pid;
error_log         %(root)s/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path  %(root)s/t1;
    proxy_temp_path        %(root)s/t2;
    fastcgi_temp_path      %(root)s/t3;
    uwsgi_temp_path        %(root)s/t4;
    scgi_temp_path         %(root)s/t5;
    ssl_certificate      %(out)s/ec.crt;
    ssl_certificate_key  %(out)s/ec.key;
    ssl_protocols        TLSv1.2 TLSv1.3;
    ssl_session_cache    off;
    ssl_session_tickets  off;
    %(ecg)s
    server {
        listen 127.0.0.1:%(tls)d ssl;
        return 200 x;
    }
    server {
        listen 127.0.0.1:%(rsa)d ssl;
        ssl_certificate      %(out)s/rsa.crt;
        ssl_certificate_key  %(out)s/rsa.key;
        return 200 x;
    }
    server {
        listen 127.0.0.1:%(plain)d;
        location / { return 200 x; }
        %(api)s
    }
}
"""


def run(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE,
                          text=True, **options).stdout


def build():
    os.makedirs(OUT, exist_ok=True)
    for name in ("lookup", "handshakes"):
        run(TOP + "/bench/build.sh", "ecg_" + name, OUT + "/" + name)
    for name, *key in (("ec", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
                       ("rsa", "rsa:2048")):
        run("openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "2",
            "-subj", "/CN=x", "-keyout", "%s/%s.key" % (OUT, name),
            "-out", "%s/%s.crt" % (OUT, name), stderr=subprocess.DEVNULL)


class Targets:
    """What is asked for, and what was measured."""

    def __init__(self):
        self.rows = []

    def add(self, what, limit, measured, unit, form="%.2f"):
        self.rows.append((what, "under %g %s" % (limit, unit),
                          form % measured + " " + unit,
                          "yes" if measured < limit else "**no**"))

    def tell(self, what, measured):
        """What nothing was asked for."""
        self.rows.append((what, "—", measured, "—"))

    def report(self, say):
        say("\n| | asked | measured | met |\n| --- | --- | --: | --- |")
        for row in self.rows:
            say("| %s | %s | %s | %s |" % row)


class Nginx:
    """One nginx; by the names of STOCK it is without the module."""

    STOCK = ("none", "again", "threads")

    running = []

    def __init__(self, name, ecg="", workers=1, offset=0, api=True):
        self.root = OUT + "/" + name
        self.tls = PORT + 3 * offset
        self.plain = self.tls + 1
        self.rsa = self.tls + 2
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(self.root)
        module = TOP + "/build/modules/ngx_http_ecg_module.so"
        conf = self.root + "/nginx.conf"
        with open(conf, "w") as file:
            file.write(CONF % {
                "load": "" if name in self.STOCK
                        else "load_module %s;" % module,
                "workers": workers, "root": self.root, "out": OUT,
                "ecg": ecg, "tls": self.tls, "plain": self.plain,
                "rsa": self.rsa,
                "api": "location /edge { ecg_api write; }"
                       if "ecg_store" in ecg and api else ""})
        begun = time.time()
        self.pid = self.launch(conf)
        Nginx.running.append(self)
        self.wait()
        self.start_seconds = time.time() - begun

    def launch(self, conf):
        self.process = subprocess.Popen(
            [NGINX, "-p", self.root, "-c", conf, "-g", "daemon off;"])
        return self.process.pid

    def workers(self):
        with open("/proc/%d/task/%d/children" % (self.pid, self.pid)) as file:
            return [int(pid) for pid in file.read().split()]

    def get(self):
        urllib.request.urlopen("http://127.0.0.1:%d/" % self.plain).close()

    def wait(self):
        def answers():
            try:
                self.get()
                return True
            except OSError:
                return False
        wait_until(answers)

    def reload(self):
        """Seconds until new workers have taken over."""
        old = set(self.workers())
        begun = time.time()
        os.kill(self.pid, signal.SIGHUP)
        wait_until(lambda: set(self.workers()) - old)
        self.wait()
        return time.time() - begun

    def cpu(self):
        """Seconds that the one worker has run."""
        with open("/proc/%d/schedstat" % self.workers()[0]) as file:
            return int(file.read().split()[0]) / 1e9

    def memory(self):
        """Megabytes: of the store's file, shared out among processes; what a
        process has of it for itself, by writing; and everything else."""
        store = own = other = 0
        for pid in [self.pid] + self.workers():
            mapped = ""
            with open("/proc/%d/smaps" % pid) as file:
                for line in file:
                    words = line.split()
                    if "-" in words[0] and not words[0].endswith(":"):
                        mapped = line
                    elif words[0] == "Private_Dirty:" and ".db\n" in mapped:
                        own += int(words[1])
                    elif words[0] == "Pss:":
                        if ".db" in mapped:
                            store += int(words[1])
                        else:
                            other += int(words[1])
        return store / 1024, own / 1024, other / 1024

    def stop(self):
        if self in Nginx.running:
            Nginx.running.remove(self)
            self.process.terminate()
            self.process.wait()

    @classmethod
    def stop_all(cls):
        for nginx in list(cls.running):
            nginx.stop()


def wait_until(is_so):
    """Two minutes at most."""
    end = time.time() + 120
    while not is_so():
        if time.time() > end:
            sys.exit("bench: nginx does not do what it is waited for")
        time.sleep(0.002)


def fill(records):
    path = OUT + "/%d.db" % records
    if os.path.exists(path + ".done"):
        return path, None
    for name in (path, path + "-lock"):
        if os.path.exists(name):
            os.unlink(name)
    begun = time.time()
    load = subprocess.Popen([COMMAND, "-s", path, "-m", "8g", "load"],
                            stdin=subprocess.PIPE, text=True,
                            stderr=subprocess.DEVNULL)
    # Wildcards on all levels, so that each has to be looked for.
    for domain in ("net", "example.net", "b.example.net", "a.b.example.net"):
        load.stdin.write("*.other.%s http2=off\n" % domain)
    load.stdin.write("*.a.b.example.net min_tls=1.2\n")
    for n in range(records):
        load.stdin.write("h%d.customers.example.com min_tls=1.2 groups="
                         "X25519:P-256\n" % n)
    load.stdin.close()
    if load.wait() != 0:
        sys.exit("bench: the store was not filled")
    seconds = time.time() - begun
    open(path + ".done", "w").close()
    return path, seconds


def measure_lookups(say, targets, path, records):
    say("\n| lookup in %d records | ns |\n| --- | --: |" % records)
    for line in run(OUT + "/lookup", path, str(records)).splitlines():
        what, ns = line.rsplit(" ", 1)
        say("| %s | %s |" % (what, ns))
        if "memory" in what:
            continue
        row = "%d records: %s" % (records, what)
        if "any of all" in what:
            # cold: nobody has asked for names beside it, either
            targets.tell(row, "%.2f µs" % (int(ns) / 1000))
        else:
            targets.add(row, 1, int(ns) / 1000, "µs")


def put(nginx, value):
    """Seconds that a PUT of min_tls takes."""
    body = urllib.request.Request(
        "http://127.0.0.1:%d/edge/hostnames/settings/min_tls/put.test"
        % nginx.plain, data=b'{"value":"%s"}' % value.encode(), method="PUT")
    begun = time.time()
    urllib.request.urlopen(body).read()
    return time.time() - begun


def is_old(nginx, value):
    """Whether a handshake is not by this min_tls."""
    said = subprocess.run(
        [OUT + "/handshakes", str(nginx.tls), "put.test", "0", "tls1_2"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (said.returncode == 0) != (value == "1.2")


def sync():
    """Seconds that the disk takes for the two writes of a commit."""
    with open(OUT + "/sync", "wb", buffering=0) as file:
        begun = time.time()
        file.write(b"x" * 16384)
        os.fdatasync(file.fileno())
        file.write(b"x" * 4096)
        os.fdatasync(file.fileno())
        return time.time() - begun


def measure_store(say, targets, path, records):
    nginx = Nginx("big", "ecg_store %s map_size=8g;" % path, workers=4)
    reload = statistics.median(nginx.reload() for _ in range(5))
    run(OUT + "/handshakes", str(nginx.tls), "h1.customers.example.com", "2")
    store, own, other = nginx.memory()
    old = 0
    puts, syncs = [], []
    for n in range(100):
        value = "1.3" if n % 2 else "1.2"
        syncs.append(sync())
        puts.append(put(nginx, value))
        old += sum(is_old(nginx, value) for _ in range(8))
    nginx.stop()
    say("\n%d records, 4 workers: start %.2f s, reload %.2f s; memory of all "
        "processes %.1f MB for the store, once, and %.0f MB besides. 100 PUTs "
        "answered in %.1f ms (median), %.1f ms at most, of which the two "
        "fdatasync() of a commit, measured beside, take %.1f ms (median), "
        "%.1f ms at most; of 800 handshakes right behind them %d were by the "
        "old policy." % (
            records, nginx.start_seconds, reload, store, other,
            1000 * statistics.median(puts), 1000 * max(puts),
            1000 * statistics.median(syncs), 1000 * max(syncs), old))
    several = "%d records: " % records
    targets.add(several + "start", 1, nginx.start_seconds, "s")
    targets.add(several + "reload", 1, reload, "s")
    targets.add(several + "store in memory more than once", 0.1, own, "MB")
    targets.add(several + "PUT until answered, median", 50,
                1000 * statistics.median(puts), "ms", "%.1f")
    targets.add(several + "PUT until answered, the slowest", 50,
                1000 * max(puts), "ms", "%.1f")
    targets.add(several + "handshakes by the old policy behind it", 1, old,
                "of 800", "%d")


def measure_stock(say, targets):
    """As many servers as names, of nginx without the module."""
    blocks = "".join(
        "server { listen 127.0.0.1:%d ssl; server_name h%d.example.com; "
        "ssl_protocols TLSv1.%d TLSv1.3; return 200 x; }\n"
        % (PORT, n, 2 + n % 2) for n in range(SERVERS))
    begun = time.time()
    nginx = Nginx("none", "server_names_hash_max_size %d;\n%s"
                  % (4 * SERVERS, blocks.replace("TLSv1.3 TLSv1.3",
                                                 "TLSv1.3")))
    started = time.time() - begun
    memory = nginx.memory()[2]
    begun = time.time()
    nginx.reload()
    reloaded = time.time() - begun
    later = nginx.memory()[2]
    nginx.stop()
    say("\nStock nginx, %d servers with one certificate: start %.1f s, "
        "%.0f MB; reload %.1f s, %.0f MB behind it." % (
            SERVERS, started, memory, reloaded, later))
    targets.tell(
        "stock nginx, %d servers: start, reload, memory, behind it" % SERVERS,
        "%.1f s, %.1f s, %.0f MB, %.0f MB" % (
            started, reloaded, memory, later))


def run_all(say, sizes):
    targets = Targets()
    begun = time.time()
    build()
    for records in sizes:
        path, seconds = fill(records)
        if seconds:
            say("\n%d records loaded in %.0f s, %.0f bytes each" % (
                records, seconds, os.path.getsize(path) / records))
        measure_lookups(say, targets, path, records)
        measure_store(say, targets, path, records)
    if SERVERS:
        measure_stock(say, targets)
    targets.report(say)
    say("\nTook %d s; load average %.1f." % (time.time() - begun,
                                            os.getloadavg()[0]))


def main():
    sizes = [int(word) for word in sys.argv[1:]] or [1000000, 10000000]
    os.makedirs(OUT, exist_ok=True)
    atexit.register(Nginx.stop_all)
    with open(OUT + ".md", "w") as file:
        def say(text):
            print(text, flush=True)
            file.write(text + "\n")
        run_all(say, sizes)


if __name__ == "__main__":
    main()
