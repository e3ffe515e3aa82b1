"""The corpus: real files of given sizes, from Debian packages."""

import glob
import os
import shutil
import subprocess

SIZES = {
    "1k": 1024, "2k": 2048, "12k": 12288, "30k": 30720, "100k": 102400,
    "300k": 307200, "2m": 2097152,
}

# Where the kinds are taken from; only whole files, as the package ships them.
SOURCES = {
    "html": ["git-doc", "libjs-bootstrap4", "libjs-codemirror",
             "sqlite3-doc"],
    "js": ["libjs-angularjs", "libjs-bootstrap5", "libjs-codemirror",
           "libjs-d3", "libjs-jquery", "libjs-jquery-ui", "libjs-leaflet",
           "libjs-openlayers", "libjs-pdf", "libjs-vue"],
    "css": ["fonts-font-awesome", "libjs-bootstrap", "libjs-bootstrap5",
            "libjs-codemirror", "libjs-highlight.js", "libjs-jquery-ui",
            "libjs-leaflet", "libjs-openlayers"],
    "json": ["iso-codes", "node-caniuse-db", "node-mdn-browser-compat-data"],
}

# A file further from the size than this is not taken: the kind is left out.
FURTHEST = 1.4

# Files of a kind and size, the nearest first. An edge serves many pages: with
# a handful of them a tight loop over libzstd learns their very bytes (branch
# predictor, caches) and measures that instead of compression.
PAGES = 16

STREAM_SIZE = 20 * 1024 * 1024


def unpack(package, folder):
    """Unpacks a package into folder/package; False where apt has none."""
    target = os.path.join(folder, package)
    if os.path.isdir(target):
        return True

    debs = os.path.join(folder, "debs")
    os.makedirs(debs, exist_ok=True)
    done = subprocess.run(
        ["apt-get", "-qq", "-o", "APT::Sandbox::User=", "download", package],
        cwd=debs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = glob.glob(os.path.join(debs, package + "_*.deb"))
    if done.returncode != 0 or not found:
        return False

    subprocess.run(["dpkg-deb", "-x", found[0], target + ".part"], check=True)
    os.rename(target + ".part", target)
    return True


def files_of(folder, packages, kind):
    """(path, package, size) of every file of the kind, in a fixed order."""
    files = []
    for package in packages:
        top = os.path.join(folder, package)
        for at, _, names in os.walk(top):
            for name in names:
                path = os.path.join(at, name)
                if name.endswith("." + kind) and not os.path.islink(path):
                    files.append((path, package, os.path.getsize(path)))
    return sorted(files)


def distance(size, wanted):
    return max(size, wanted) / max(1, min(size, wanted))


class Corpus:
    """site/SIZE/page.KIND and the text of the stream, under one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.site = os.path.join(folder, "site")
        self.stream = os.path.join(self.site, "stream.html")
        self.chosen = []
        self.missing = []

    def make(self):
        packages = sorted({p for names in SOURCES.values() for p in names})
        debs = os.path.join(self.folder, "packages")
        self.missing = [p for p in packages if not unpack(p, debs)]

        for kind, names in SOURCES.items():
            files = files_of(debs, names, kind)
            for label, wanted in SIZES.items():
                self.choose(files, kind, label, wanted)

        self.write_stream(debs)

    def choose(self, files, kind, label, wanted):
        near = sorted((f for f in files if distance(f[2], wanted) <= FURTHEST),
                      key=lambda f: (distance(f[2], wanted), f[0]))[:PAGES]

        os.makedirs(os.path.join(self.site, label), exist_ok=True)
        for number, (path, package, size) in enumerate(near):
            name = "page-%d.%s" % (number, kind)
            shutil.copyfile(path, os.path.join(self.site, label, name))
            self.chosen.append((label, kind, size, package, name))

    def write_stream(self, debs):
        """The text of the long response: pages one after another, cut."""
        left = STREAM_SIZE
        with open(self.stream, "wb") as out:
            while left:
                for path, _, _ in files_of(debs, SOURCES["html"], "html"):
                    with open(path, "rb") as page:
                        left -= out.write(page.read()[:left])

    def pages(self, label):
        """(path in the site, size) of the files of one size."""
        return [("/%s/%s" % (label, name), size)
                for at, _, size, _, name in self.chosen if at == label]

    def manifest(self):
        lines = ["| size | kind | files | bytes | packages |",
                 "|---|---|---:|---|---|"]
        for label in SIZES:
            for kind in SOURCES:
                found = [c for c in self.chosen if c[:2] == (label, kind)]
                sizes = [c[2] for c in found]
                lines.append("| %s | %s | %d | %s | %s |" % (
                    label, kind, len(found),
                    "%d–%d" % (min(sizes), max(sizes)) if found
                    else "none within a factor of %s" % FURTHEST,
                    ", ".join(sorted({c[3] for c in found}))))
        if self.missing:
            lines += ["", "This release has no package: "
                      + ", ".join(self.missing)]
        return "\n".join(lines)
