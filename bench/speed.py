"""Requests per second and CPU time per request, against the ideal."""

import os
import re
import statistics
import subprocess

import corpus
import edge
import roots

FEW = 8       # connections where responses are long
MANY = 32

CHECKED = 8   # files of a size whose responses are decoded first

SAME_START = 3    # rounds of one start of each nginx

LAST = ["gzip", "brotli", "floor", "peer", "before", "identity", "ours"]


class LoadFailed(Exception):
    pass


class Load:
    """The load of bench/load.c, on the core that the worker does not have."""

    def __init__(self, cpu, folder):
        self.cpu = cpu
        self.folder = folder
        bench = roots.TOP + "/bench/"
        subprocess.run(["cc", "-O2", "-o", folder + "/load"]
                       + [bench + name for name in
                          ("load.c", "deck.c", "framing.c")], check=True)

    def run(self, port, accept, paths, clients, requests, seed):
        """(requests per second, bytes of a body) of that many requests."""
        urls = os.path.join(self.folder, "urls-%d" % port)
        with open(urls, "w") as file:
            file.write("".join(path + "\n" for path in paths))

        done = subprocess.run(
            roots.pinned(self.cpu) + roots.ALONE
            + [self.folder + "/load", str(port), accept,
               str(min(clients, requests)), str(requests), str(seed), urls],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise LoadFailed(done.stdout[-1500:])
        return tuple(map(float, done.stdout.split()))


class Cell:
    """The rounds of one variant: lists of rates, CPU times and sizes."""

    def __init__(self):
        self.rate, self.cpu, self.busy, self.size = [], [], [], []

    def add(self, rate, cpu, size):
        self.rate.append(rate)
        self.cpu.append(cpu)
        self.busy.append(cpu * rate)
        self.size.append(size)


def decodes(nginx, port, path, original):
    """Whether what comes is coded as asked, and is the file."""
    tool = {"gzip": ["gzip", "-dc"], "br": ["brotli", "-dc"],
            "zstd": ["zstd", "-dc"]}.get(nginx.accept, ["cat"])
    head = roots.TOP + "/build/bench/head"
    body = subprocess.run(
        ["curl", "-s", "-D", head, "-H", "Accept-Encoding: " + nginx.accept,
         "http://127.0.0.1:%d%s" % (port, path)],
        stdout=subprocess.PIPE).stdout
    with open(head) as file:
        coded = re.search(r"(?im)^content-encoding: *(\S+)", file.read())
    plain = subprocess.run(tool, input=body, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL).stdout
    with open(original, "rb") as file:
        same = plain == file.read()
    return same and (coded.group(1) if coded else "identity") == nginx.accept


class Speed:
    def __init__(self, root, pages, load, settings):
        self.root = root
        self.pages = pages
        self.load = load
        self.settings = settings
        self.variants = []
        self.notes = []

    def start(self, wanted, port):
        for variant in wanted:
            if (variant not in ("identity", "gzip", "floor")
                    and self.root.module(variant) is None):
                self.notes.append("%s: no such module in this root" % variant)
                continue
            nginx = (edge.Floor(self.root, port) if variant == "floor" else
                     edge.Nginx(self.root, variant, port, self.pages))
            try:
                nginx.start(self.settings.cpu)
            except edge.NotRunning as error:
                self.notes.append(str(error))
                if nginx.process.poll() is None:
                    nginx.stop()
                continue
            roots.leave_alone(nginx.worker)
            self.variants.append(nginx)
            port += 2

    def stop(self):
        for nginx in self.variants:
            nginx.stop()

    def oneshot(self, files, seed):
        """(wall seconds, CPU seconds, bytes out) of a call of the library."""
        inside = [self.root.inside + self.root.site + path for path in files]
        out = self.root.run(roots.ALONE
                            + [self.root.tool("oneshot"), "3",
                               str(int(self.settings.seconds * 500)),
                               str(seed)] + inside,
                            cpu=self.settings.cpu).split()
        return float(out[1]) / 1e6, float(out[2]) / 1e6, float(out[3])

    def check(self, nginx, transport, files):
        for path in files[::max(1, len(files) // CHECKED)]:
            original = self.root.top + self.root.site + path
            if not decodes(nginx, nginx.port[transport], path, original):
                raise LoadFailed("%s, %s: %s does not decode to the file"
                                 % (nginx.variant, transport, path))

    def measure(self, nginx, transport, files, clients, requests, seed=0):
        before = nginx.cpu()
        rate, size = self.load.run(nginx.port[transport], nginx.accept,
                                   files, clients, requests, seed)
        cpu = (nginx.cpu() - before) / requests
        return rate, cpu, size

    def requests_for(self, nginx, transport, files, clients):
        """How many make up the seconds of one measurement."""
        requests = clients
        for _ in range(4):
            rate, _, _ = self.measure(nginx, transport, files, clients,
                                      requests)
            if requests / rate > self.settings.seconds / 4:
                break
            requests = int(rate * self.settings.seconds / 2) + clients
        wanted = int(rate * self.settings.seconds)
        # Every file as often as any other.
        return max(1, round(wanted / len(files))) * len(files)

    def cell(self, label, transport, files):
        """{variant: Cell} and the rounds of the library's own times."""
        clients = FEW if corpus.SIZES[label] >= 100000 else MANY
        requests = {}
        cells = {}
        library = []

        for nginx in self.variants:
            if transport not in nginx.port:
                continue
            try:
                self.check(nginx, transport, files)
                requests[nginx] = self.requests_for(nginx, transport, files,
                                                    clients)
                cells[nginx.variant] = Cell()
            except LoadFailed as error:
                self.notes.append("%s %s %s: %s" % (label, transport,
                                                    nginx.variant, error))

        for turn in range(self.settings.rounds):
            if turn and turn % SAME_START == 0:
                self.start_anew(requests, transport, files)
            for nginx in self.order(requests, turn):
                if nginx is None:
                    library.append(self.oneshot(files, turn))
                    continue
                rate, cpu, size = self.measure(nginx, transport, files,
                                               clients, requests[nginx],
                                               turn)
                cells[nginx.variant].add(rate, cpu, size)

        return cells, library

    def start_anew(self, variants, transport, files):
        """Where its memory happens to lie makes an nginx some per cent faster
        or slower than another one."""
        for nginx in variants:
            nginx.stop()
            nginx.start(self.settings.cpu)
            roots.leave_alone(nginx.worker)
            self.check(nginx, transport, files)

    @staticmethod
    def order(requests, turn):
        """Whom to measure in a round, None for the library. What the ratios
        are made of stands together, and the order turns every round."""
        variants = sorted(requests, key=lambda nginx: LAST.index(
            nginx.variant))
        variants.insert(-1, None)
        return variants if turn % 2 else variants[::-1]


def efficiency(cells, library, variant):
    """Medians over the rounds of (by requests per second, by CPU time)."""
    cell, identity = cells[variant], cells["identity"]
    by_rate = [cell.rate[i] * (1 / identity.rate[i] + wall)
               for i, (wall, _, _) in enumerate(library)]
    by_cpu = [(identity.cpu[i] + cpu) / cell.cpu[i]
              for i, (_, cpu, _) in enumerate(library)]
    return statistics.median(by_rate), statistics.median(by_cpu)


def against(ours, other):
    """Medians of ours ÷ other within a round: bytes, requests/s, CPU time."""
    return tuple(statistics.median(a / b for a, b in zip(*pair))
                 for pair in ((ours.size, other.size),
                              (ours.rate, other.rate),
                              (ours.cpu, other.cpu)))


def quicker(ours, other):
    """The same of the quicker quarters of all rounds: requests/s, CPU time.
    What else runs makes a round slower, and none quicker."""
    def mark(values, best):
        return statistics.quantiles(values, n=4)[best]
    return (mark(ours.rate, 2) / mark(other.rate, 2),
            mark(ours.cpu, 0) / mark(other.cpu, 0))


def spread(values):
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle else 0


HEAD = """
| size | %s | bytes sent | requests/s | CPU µs | worker busy | efficiency \
| by CPU | spread |
|---|---|---:|---:|---:|---:|---:|---:|---:|""".lstrip("\n")


def rows(label, cells, library):
    """Lines of the table for one size and transport."""
    lines = []
    for variant, cell in cells.items():
        middle = statistics.median
        if "identity" in cells and variant != "identity":
            marks = "%.2f | %.2f" % efficiency(cells, library, variant)
        else:
            marks = " | "
        lines.append("| %s | %s | %d | %d | %.1f | %.2f | %s | %d %% |" % (
            label, variant, middle(cell.size), middle(cell.rate),
            middle(cell.cpu) * 1e6, middle(cell.busy), marks,
            spread(cell.cpu) * 100))

    for other in ("peer", "before"):
        if "ours" in cells and other in cells:
            lines.append("| %s | ours ÷ %s | %.3f | **%.3f** | **%.3f** "
                         "| | | | |" % ((label, other) + against(
                             cells["ours"], cells[other])))
            if len(library) >= 4:
                lines.append("| %s | its quicker quarter | | **%.3f** "
                             "| **%.3f** | | | | |" % ((label,) + quicker(
                                 cells["ours"], cells[other])))

    wall, cpu, size = (statistics.median(part) for part in zip(*library))
    lines.append("| %s | libzstd alone | %d | %d | %.1f | | | | %d %% |" % (
        label, size, 1 / wall, cpu * 1e6,
        spread([part[1] for part in library]) * 100))
    return lines


def start_pages(settings, site_root):
    """The upstream: this machine's nginx, on the load's core."""
    nginx = edge.Nginx(site_root, "identity", settings.port, settings.port)
    nginx.start(settings.load_cpu)
    roots.leave_alone(nginx.worker)
    return nginx


def run(settings, wanted_roots, say):
    load = Load(settings.load_cpu, roots.TOP + "/build/bench")
    pages = start_pages(settings, settings.host)

    try:
        for root in wanted_roots:
            speed = Speed(root, settings.port, load, settings)
            try:
                speed.start(settings.variants, settings.port + 10)
                run_root(speed, settings, say)
            finally:
                speed.stop()
    finally:
        pages.stop()


def run_root(speed, settings, say):
    for transport in settings.transports:
        say("\n### %s, %s\n\n%s" % (speed.root.name, transport,
                                    HEAD % "variant"))
        for label in settings.sizes:
            files = [path for path, _ in settings.corpus.pages(label)]
            cells, library = speed.cell(label, transport, files)
            for line in rows(label, cells, library):
                say(line)
    if speed.notes:
        say("\n" + "\n".join("- " + note for note in speed.notes))
