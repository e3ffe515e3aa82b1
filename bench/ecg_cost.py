#!/usr/bin/env python3
"""What a policy costs a full handshake: instructions, CPU time, and rate.

    bench/ecg_cost.py [instructions] [time] [rate]

Instructions of the worker are counted by valgrind, and are the same on a busy
machine as on a quiet one; those of the kernel are not among them. CPU time is
that of the worker for each handshake by itself, all variants in turn on one
core, client and all, before anything else there: each finds the caches as the
client left them. The rate is what a core of a worker could do by the CPU time
of many handshakes in a row, which clients on another core ask for: so it is
under load. Other work only makes handshakes slower, so those of the quicker
quarter are compared. Each nginx is started anew many times, as where its memory
happens to lie makes it faster or slower; so that it lies elsewhere each time,
other formats of a log that nobody writes are in its configuration. How sure
the difference is, is told by those of these starts; that of a second nginx
without the module is what else is in them. A store with an API is compared to a
stock nginx that has threads, too. Under seven minutes.

    BENCH_COUNT=25 handshakes counted
    BENCH_STARTS=80    BENCH_ROUNDS=6    BENCH_LIMIT=150 seconds for all starts
    BENCH_BATCH=100    handshakes in a row of one variant, for the rate
    BENCH_PORT=18100, and the next    BENCH_RECORDS=1000000 in the store
"""

import atexit
import glob
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import ecg                                                       # noqa: E402

COUNT = int(os.environ.get("BENCH_COUNT", 25))
STARTS = int(os.environ.get("BENCH_STARTS", 80))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 6))
SECONDS = int(os.environ.get("BENCH_LIMIT", 150))
BATCH = int(os.environ.get("BENCH_BATCH", 100))
RECORDS = int(os.environ.get("BENCH_RECORDS", 1000000))

# Of one round.
HANDSHAKES = 4

# In the store, too. What is negotiated is the same in all cases.
NAME = "h77.customers.example.com"
ANY = "h%lu.customers.example.com"
POLICY = "ecg_policy %s min_tls=1.2 groups=X25519:P-256;" % NAME
ALL = ("ecg_policy %s min_tls=1.2 max_tls=1.3 groups=X25519:P-256 http2=off "
       "sigalgs=ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256 "
       "ciphersuites=TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256 "
       "ciphers=ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
       "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;" % NAME)


def variants(path):
    """Title: name of nginx (see ecg.Nginx), directives, names asked for."""
    store = "ecg_store %s map_size=8g;" % path
    return {
        "no module": ("none", "", NAME),
        "no directive": ("loaded", "", NAME),
        "configuration": ("configuration", POLICY, NAME),
        "store": ("store", store, NAME),
        "store, a name not asked for yet": ("other", store, ANY),
        "configuration, all keys": ("all", ALL, NAME),
    }


# What ecg_api writes with, as it is with nginx's own "aio threads": where a
# process has threads, memory and descriptors cost all of it more.
THREADS = "no module, threads"
API = "store, threads of ecg_api"


def timed_variants(path):
    chosen = variants(path)
    # Its pages are mapped in the first thousands of them.
    del chosen["store, a name not asked for yet"]
    return {"no module": chosen.pop("no module"),
            "no module, again": ("again", "", NAME), **chosen,
            THREADS: ("threads", "aio threads;", NAME),
            API: ("api", chosen["store"][1], NAME)}


def padding():
    """Directives without effect, which take memory."""
    return "".join("log_format pad%d '%s';\n"
                   % (i, "x" * random.randrange(1, 1000))
                   for i in range(random.randrange(40)))


class Counted(ecg.Nginx):
    """One process, under callgrind, which tells what it has counted with each
    request; handshakes are not followed by one."""

    def launch(self, conf):
        with open(self.root + "/valgrind.log", "w") as file:
            self.process = subprocess.Popen(
                ["valgrind", "--tool=callgrind",
                 "--dump-before=ngx_http_parse_request_line",
                 "--callgrind-out-file=%s/profile" % self.root, ecg.NGINX,
                 "-p", self.root, "-c", conf,
                 "-g", "daemon off; master_process off;"],
                stdout=file, stderr=subprocess.STDOUT)
        return self.process.pid

    def counted(self):
        """Instructions since it was asked before."""
        self.get()
        last = max(glob.glob(self.root + "/profile.*"),
                   key=lambda path: int(path.rpartition(".")[2]))
        with open(last) as file:
            return int(re.search(r"^summary: (\d+)", file.read(),
                                 re.M).group(1))

    def count(self, port, name, version):
        """Instructions of one handshake."""
        handshakes(port, name, version, COUNT)
        self.counted()
        handshakes(port, name, version, COUNT)
        return self.counted() / COUNT

    def stop(self):
        ecg.Nginx.running.remove(self)
        self.process.kill()
        self.process.wait()


def handshakes(port, name, version, count):
    ecg.run(ecg.OUT + "/handshakes", str(port), name, "-%d" % count,
            *(["tls1_2"] if version == "1.2" else []))


def cases(nginx):
    return [(version, key, port) for version in ("1.3", "1.2")
            for key, port in (("P-256", nginx.tls), ("RSA 2048", nginx.rsa))]


def count_instructions(say, targets, path):
    say("\n| TLS | key | policy from | thousands of instructions "
        "| more than no module | against it |")
    say("| --- | --- | --- | --: | --: | --: |")
    counted = {}
    most = 0
    for title, (name, conf, host) in variants(path).items():
        nginx = Counted(name, conf, api=False)
        for version, key, port in cases(nginx):
            counted[title, version, key] = nginx.count(port, host, version)
        nginx.stop()
    for version, key, _ in cases(nginx):
        none = counted["no module", version, key]
        for title in variants(path):
            n = counted[title, version, key]
            say("| %s | %s | %s | %.1f | %+.1f | %+.2f %% |" % (
                version, key, title, n / 1000, (n - none) / 1000,
                100 * (n / none - 1)))
            most = max(most, n / none - 1)
    targets.add("instructions of a handshake more than without the module, "
                "the most of all", 1, 100 * most, "%", "%+.2f")


class LoneClient:
    """Makes handshakes on the core of the worker, and tells what each of them
    cost it."""

    what = "CPU time of a handshake"
    count = HANDSHAKES

    def __init__(self):
        take_core()
        self.process = subprocess.Popen(
            [ecg.OUT + "/handshakes"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1)
        atexit.register(self.process.kill)

    def handshakes(self, port, name, version, nginx):
        """Microseconds of CPU time, of each."""
        self.process.stdin.write("%d %s %d tls%s %d\n" % (
            port, name, HANDSHAKES, version.replace(".", "_"),
            nginx.workers()[0]))
        answer = self.process.stdout.readline()
        return [int(ns) / 1000 for ns in answer.split()]


class BusyClients:
    """Two that make handshakes on another core than the worker's."""

    what = "CPU time of a handshake under load"
    count = BATCH

    def __init__(self):
        take_core()

    def handshakes(self, port, name, version, nginx):
        """Microseconds of CPU time, on average."""
        before = self.settled(nginx)
        clients = [subprocess.Popen(
            ["taskset", "-c", str(OTHER_CORE), ecg.OUT + "/handshakes",
             str(port), name, "-%d" % (BATCH // 2)]
            + (["tls1_2"] if version == "1.2" else []),
            stdout=subprocess.DEVNULL) for _ in range(2)]
        if any(client.wait() != 0 for client in clients):
            sys.exit("bench: handshakes were refused")
        return [1e6 * (self.settled(nginx) - before) / BATCH]

    def settled(self, nginx):
        """Seconds that the worker has run, when it has closed all."""
        cpu = nginx.cpu()
        while True:
            time.sleep(0.001)
            last, cpu = cpu, nginx.cpu()
            if cpu == last:
                return cpu


OTHER_CORE = min(os.sched_getaffinity(0))


def take_core():
    """All that is started from here on runs on one core, and before anything
    else there."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if os.geteuid() == 0:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def quick_ones(figures):
    """What a handshake costs that nothing else comes into: the quarter mark,
    as what comes in makes it slower, and never quicker."""
    return statistics.quantiles(figures, n=4)[0]


def measure_start(client, started, found):
    """In one start: the quarter marks by case and title."""
    some_nginx, _ = next(iter(started.values()))
    for version, key, _ in cases(some_nginx):
        taken = {title: [] for title in started}
        for _ in range(ROUNDS):
            order = list(started.items())
            random.shuffle(order)
            for title, (nginx, host) in order:
                port = nginx.tls if key == "P-256" else nginx.rsa
                taken[title] += client.handshakes(port, host, version, nginx)
        for title, figures in taken.items():
            found.setdefault((version, key, title), []).append(
                quick_ones(figures))


def measure(client, say, targets, path):
    found = {}
    begun = time.time()
    for _ in range(STARTS):
        if time.time() - begun > SECONDS:
            break
        started = {}
        for offset, (title, (name, conf, host)) in enumerate(
                timed_variants(path).items()):
            started[title] = (ecg.Nginx(name, conf + padding(), offset=offset,
                                        api=title == API), host)
        for nginx, _ in started.values():
            ecg.wait_until(nginx.workers)
        measure_start(client, started, found)
        ecg.Nginx.stop_all()
    report(client, say, targets, found)


def report(client, say, targets, found):
    say("\n%s: of %d starts, %d rounds of %d handshakes each:\n" % (
        client.what, len(next(iter(found.values()))), ROUNDS, client.count))
    say("| TLS | key | policy from | CPU time, µs | more, µs | in % "
        "| within, 19 times of 20 |")
    say("| --- | --- | --- | --: | --: | --: | --- |")
    for version, key, title in found:
        first = found[version, key,
                      THREADS if title == API else "no module"]
        these = found[version, key, title]
        whole = statistics.median(first)
        more = sorted(b - a for a, b in zip(first, these))
        median = statistics.median(more)
        # Those between which the median is nineteen times of twenty.
        k = max(0, int((len(more) - 1.96 * len(more) ** 0.5) / 2))
        say("| %s | %s | %s | %.1f | %+.1f | %+.2f | %+.2f to %+.2f |" % (
            version, key, title, statistics.median(these), median,
            100 * median / whole, 100 * more[k] / whole,
            100 * more[-1 - k] / whole))
        if title in ("configuration", "store", "configuration, all keys", API):
            targets.add("TLS %s, %s, %s: more %s"
                        % (version, key, title, client.what), 1,
                        100 * median / whole, "%", "%+.2f")


def main():
    parts = sys.argv[1:] or ["instructions", "time", "rate"]
    targets = ecg.Targets()
    atexit.register(ecg.Nginx.stop_all)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    ecg.build()
    path, _ = ecg.fill(RECORDS)
    if "instructions" in parts:
        count_instructions(print, targets, path)
    if "time" in parts:
        measure(LoneClient(), print, targets, path)
    if "rate" in parts:
        measure(BusyClients(), print, targets, path)
    targets.report(print)


if __name__ == "__main__":
    main()
