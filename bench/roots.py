"""Where nginx and libzstd come from: this machine, or a chroot."""

import glob
import os
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

FILTERS = {
    "brotli": "libnginx-mod-http-brotli-filter",
    "peer": "libnginx-mod-http-zstd-filter",
}


def pinned(cpu):
    """What to put before a command for it to have a core, as far as it can be
    had: other work on the machine is what makes figures wander."""
    first = ["nice", "-n", "-20"] if os.geteuid() == 0 else []
    return first + ["taskset", "-c", str(cpu)]


# For what is timed, besides: nothing else at all runs on its core meanwhile,
# where that is allowed (the kernel keeps a twentieth of it for the rest).
ALONE = ["chrt", "-f", "1"] if os.geteuid() == 0 else []


def leave_alone(pid):
    if ALONE:
        subprocess.run(ALONE[:2] + ["-p", "1", str(pid)], check=True)


class Root:
    """The machine itself ("host"), or the release of that name.

    A path of the project, "build/bench/x", is at top + it as we see it, and
    at inside + it for what runs in the root."""

    def __init__(self, name):
        self.name = name
        self.is_host = name == "host"
        if self.is_host:
            self.top = self.inside = TOP + "/"
        else:
            edge = os.environ.get("ROOT_EDGE", "edge")
            self.top = "%s/build/roots/%s/%s/" % (TOP, name, edge)
            self.inside = "/%s/" % edge

    def command(self, argv, cpu=None, copy=False):
        """What to execute for argv to run in the root, pinned to a core."""
        pin = [] if cpu is None else pinned(cpu)
        if self.is_host:
            return pin + argv
        environment = ["env", "ROOT_COPY=" + ("yes" if copy else "no")]
        return (environment + pin
                + [TOP + "/tools/in-root", self.name] + argv)

    def run(self, argv, **options):
        copy = options.pop("copy", False)
        cpu = options.pop("cpu", None)
        return subprocess.run(self.command(argv, cpu, copy), check=True,
                              cwd=TOP, stdout=subprocess.PIPE, text=True,
                              **options).stdout

    def prepare(self, corpus):
        """Packages, our modules, the other filters, oneshot, the corpus."""
        if not self.is_host:
            self.run(["tools/deps.sh", "build"], copy=True)
        self.run(["tools/build.sh"])

        os.makedirs(self.top + "build/bench/filters", exist_ok=True)
        for package in FILTERS.values():
            self.unpack(package)

        for name in "oneshot", "floor":
            self.run(["cc", "-O2", "-o", self.tool(name),
                      self.inside + "bench/%s.c" % name,
                      self.inside + "bench/deck.c", "-lzstd"])

        self.site = "build/bench/corpus/site"
        if not self.is_host:
            shutil.rmtree(self.top + self.site, ignore_errors=True)
            shutil.copytree(corpus.site, self.top + self.site)

    def tool(self, name):
        return self.inside + "build/bench/" + name

    def unpack(self, package):
        """The package unpacked, not installed; nothing where apt has none."""
        folder = "build/bench/filters"
        if glob.glob("%s%s/%s_*.deb" % (self.top, folder, package)):
            return
        script = ("cd %s%s && apt-cache show %s >/dev/null 2>&1 || exit 0; "
                  "apt-get -qq -o APT::Sandbox::User= download %s "
                  "&& dpkg-deb -x %s_*.deb ." % (self.inside, folder, package,
                                                 package, package))
        self.run(["sh", "-c", script])

    def module(self, name):
        """The path in the root of a filter's .so, None where there is none."""
        built = os.environ.get("BENCH_" + name.upper())
        if built and self.is_host:
            return os.path.abspath(built)
        if name == "ours":
            path = "build/modules/ngx_http_zstd_filter_module.so"
        else:
            kind = {"peer": "zstd"}.get(name, name)
            path = ("build/bench/filters/usr/lib/nginx/modules/"
                    "ngx_http_%s_filter_module.so" % kind)
        return self.inside + path if os.path.exists(self.top + path) else None

    def versions(self):
        """One line: release, nginx, libzstd."""
        release = self.run(["sh", "-c", ". /etc/os-release; "
                            "echo ${PRETTY_NAME}; nginx -v 2>&1 | "
                            "sed 's/.*: //'; dpkg-query -W -f "
                            "'${Package} ${Version}\n' libzstd1 libbrotli1 "
                            "zlib1g"])
        debs = [os.path.basename(d).rsplit("_", 1)[0].replace("%3a", ":")
                for d in glob.glob(self.top + "build/bench/filters/*.deb")]
        return ", ".join(release.split("\n")[:-1] + sorted(debs))
