"""What clients that stop reading, and idle event streams, cost the worker."""

import hashlib
import os
import signal
import subprocess
import time

import edge
import roots

# The kernel would take megabytes of a response that nobody reads, and hide
# what the worker holds: both sides of the client's connection are bounded.
SNDBUF = "32k"
RCVBUF = 16384

# An encoder of this one is so large that fewer clients must do.
FEWER = {"brotli": 4}

PROXIED = "/body", "/events"

# Files of these sizes, in hexadecimal: half is left when they are coded, which
# is more than of any page that nobody made for it.
DENSE = 300_000, 500_000, 4_000_000

# Of the other variants only some clients read on: slow coders take an hour.
CHECKED = 40


def compile_tools():
    folder = roots.TOP + "/build/bench/"
    for name, sources, libraries in (
            ("origin", ["origin"], []),
            ("clients", ["clients", "client", "decode", "framing"],
             ["-lzstd", "-lz", "-lbrotlidec"])):
        subprocess.run(["cc", "-O2", "-o", folder + name]
                       + ["%s/bench/%s.c" % (roots.TOP, s) for s in sources]
                       + libraries, check=True)
    return folder


def write_dense(root, size):
    """The path in the site of a file of that size."""
    path = "/dense-%d.html" % size
    with open(root.top + root.site + path, "w") as file:
        file.write(hashlib.shake_128(b"dense").hexdigest(size // 2))
    return path


class Origin:
    """The upstream of the long response and of the events."""

    def __init__(self, tools, port, text, cpu):
        self.process = subprocess.Popen(
            roots.pinned(cpu) + [tools + "origin", str(port), text])
        for _ in range(50):
            time.sleep(0.1)
            if edge.is_open(port):
                return
        raise edge.NotRunning("origin on port %d" % port)

    def send_second_events(self):
        self.process.send_signal(signal.SIGUSR1)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Clients:
    def __init__(self, tools, nginx, path, number, checked, text, cpu):
        self.process = subprocess.Popen(
            roots.pinned(cpu)
            + [tools + "clients",
               str(nginx.port["proxied" if path in PROXIED else "static"]),
               path,
               nginx.accept, str(number), str(RCVBUF), str(checked), text],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def wait_until_stopped(self):
        if self.process.stdout.readline() != "stopped\n":
            error = self.process.stderr.read().strip()[-300:]
            self.process.wait()
            raise edge.NotRunning("the clients: " + error)

    def read_on(self):
        """What the clients say, and the first error."""
        out, error = self.process.communicate("go on\n")
        return out.strip() + (": " + error.split("\n")[0] if error else "")

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def settle(nginx):
    """Waits until the worker has been idle and of one size for 5 seconds."""
    quiet = 0
    cpu, memory = nginx.cpu(), nginx.memory()
    for _ in range(120):
        time.sleep(1)
        now_cpu, now_memory = nginx.cpu(), nginx.memory()
        same = (now_cpu - cpu < 0.02
                and abs(now_memory[0] - memory[0]) <= 64)
        quiet = quiet + 1 if same else 0
        cpu, memory = now_cpu, now_memory
        if quiet == 5:
            break
    return memory


class Case:
    """One variant with all its clients: memory, then whether all is right."""

    def __init__(self, settings, root, variant, path):
        self.settings = settings
        self.root = root
        self.variant = variant
        self.path = path
        self.is_events = path == "/events"
        self.number = settings.clients
        if not self.is_events:
            self.number //= FEWER.get(variant, 1)
        self.checked = self.number
        if not self.is_events:
            self.checked = CHECKED
            if variant == "ours" and root.name == settings.roots[0]:
                self.checked = settings.checked
            self.checked = min(self.number, self.checked)

    def run(self, tools, text):
        origin_port = self.settings.port + 4
        nginx = edge.Nginx(self.root, self.variant, self.settings.port + 10,
                           origin_port, SNDBUF)
        nginx.start(self.settings.cpu)
        clients = origin = None
        try:
            origin = Origin(tools, origin_port, text, self.settings.load_cpu)
            clients = Clients(tools, nginx, self.path, self.number,
                              self.checked, text, self.settings.load_cpu)
            quiet = nginx.memory()
            clients.wait_until_stopped()
            self.pss, self.rss = [
                (full - empty) / self.number
                for full, empty in zip(settle(nginx), quiet)]

            if self.is_events:
                origin.send_second_events()
            cpu, begun = nginx.cpu(), time.time()
            self.said = clients.read_on()
            self.seconds = time.time() - begun
            self.cpu = nginx.cpu() - cpu
        finally:
            if clients:
                clients.stop()
            if origin:
                origin.stop()
            nginx.stop()


HEAD = """
| variant | clients | Pss KB per client | Rss KB per client | above identity \
| then read on | in |
|---|---:|---:|---:|---:|---|---:|""".lstrip("\n")


def run_cases(settings, root, path, text, tools, say):
    identity = None
    for variant in settings.variants:
        # Nothing of a file that is sent as it is is in the worker.
        if variant == "floor" or (variant == "identity"
                                  and path not in PROXIED):
            continue
        if (variant not in ("identity", "gzip")
                and root.module(variant) is None):
            say("| %s | no such module in this root | | | | | |" % variant)
            continue
        case = Case(settings, root, variant, path)
        try:
            case.run(tools, text)
        except edge.NotRunning as error:
            say("| %s | %s | | | | | |" % (variant,
                                           str(error).replace("\n", " ")))
            continue
        if variant == "identity":
            identity = case.pss
        above = "" if identity is None else "%.1f" % (case.pss - identity)
        say("| %s | %d | %.1f | %.1f | %s | %s | %.1f s |" % (
            variant, case.number, case.pss, case.rss, above, case.said,
            case.seconds))


BUFFERS = ("Socket buffers: listen sndbuf=%s, SO_RCVBUF of the client %d, "
           "SO_SNDBUF of the upstream 65536; no temporary files."
           % (SNDBUF, RCVBUF))


def run(settings, wanted_roots, say):
    tools = compile_tools()
    stream = settings.corpus.stream
    for root in wanted_roots:
        if "stalled" in settings.parts:
            say("\n### %s: clients that stop reading 20 MB, proxied in chunks"
                "\n\n%s\n\n%s" % (root.name, BUFFERS, HEAD))
            run_cases(settings, root, "/body", stream, tools, say)

        for size in DENSE if "files" in settings.parts else ():
            path = write_dense(root, size)
            say("\n### %s: clients that stop reading a file of %d KB, half of "
                "it when coded\n\n%s" % (root.name, size // 1000, HEAD))
            run_cases(settings, root, path, root.top + root.site + path,
                      tools, say)
            os.remove(root.top + root.site + path)

        if "events" in settings.parts:
            say("\n### %s: idle event streams, proxy_buffering off\n\n%s"
                % (root.name, HEAD))
            run_cases(settings, root, "/events", stream, tools, say)
