"""Levels: size and time of codecs by size class, defaults against gzip 6.

Files are real ones from Debian packages, of each kind (HTML, CSS, JavaScript,
JSON) as many in each class. A ratio is the mean over files of (bytes before /
bytes after), a time the sum over files of CPU time, each the least of several
turns, in which all subjects code all files one after the other.

BENCH_LEVELS=all measures every level that is worth a thought. What edge_level.c
says was found so: BENCH_LEVELS="zstd:6 zstd:7 gzip:6 br:5" are others' words
for what to measure, gzip:6 among them.
"""

import os
import subprocess

import corpus
import roots

CLASSES = [
    ("to 4 KB", 600, 4096), ("4-12 KB", 4096, 12000),
    ("12-16 KB", 12000, 16384), ("16-32 KB", 16384, 32768),
    ("32-64 KB", 32768, 65536), ("64-128 KB", 65536, 131072),
    ("128-512 KB", 131072, 524288), ("over 512 KB", 524288, 4 << 20),
]
MIX = "the mix"
PER_KIND = 15

BASE = "gzip:6"
OTHERS = ["gzip:6", "br:4", "br:5"]
DEFAULTS = ["zstd:auto", "zstd:3"] + OTHERS
ALL = (["zstd:auto"] + ["zstd:%d" % n for n in range(1, 13)]
       + ["br:%d" % n for n in range(1, 7)]
       + ["gzip:%d" % n for n in (1, 4, 6, 9)])


def build(folder):
    program = folder + "/levels"
    subprocess.run([roots.TOP + "/bench/build.sh", "levels", program],
                   check=True)
    return program


def spread(files, count):
    """count of them, at even steps of their sizes."""
    files = sorted(files, key=lambda f: (f[2], f[0]))
    if len(files) <= count:
        return files
    return [files[i * (len(files) - 1) // (count - 1)] for i in range(count)]


def choose(folder):
    """The names of the files of each class, all kinds alike."""
    debs = folder + "/corpus/packages"
    chosen = {}
    for label, least, most in CLASSES:
        chosen[label] = []
        for kind, packages in corpus.SOURCES.items():
            found = [f for f in corpus.files_of(debs, packages, kind)
                     if least < f[2] <= most]
            chosen[label] += [f[0] for f in spread(found, PER_KIND)]
    return chosen


def measure(program, subjects, names):
    """{subject: {name: (size, coded, nanoseconds)}}"""
    found = {}
    done = subprocess.run([program] + subjects, input="\n".join(names) + "\n",
                          stdout=subprocess.PIPE, check=True, text=True)
    for line in done.stdout.splitlines():
        coding, level, size, coded, time, name = line.split(" ", 5)
        found.setdefault(coding + ":" + level, {})[name] = (
            int(size), int(coded), int(time))
    return found


def ratio(files):
    return sum(size / coded for size, coded, _ in files.values()) / len(files)


def time(files):
    return sum(nanoseconds for _, _, nanoseconds in files.values())


def compare(found, this, other):
    """"1.10 / 0.50": a ratio a tenth better, in half the time."""
    this, other = found[this], found[other]
    return "%.3f / %.2f" % (ratio(this) / ratio(other),
                            time(this) / time(other))


def by_file(found, this, other):
    """The mean over files of how much smaller each is."""
    this, other = found[this], found[other]
    return "%.3f" % (sum(other[n][1] / this[n][1] for n in this) / len(this))


def row(cells):
    return "| " + " | ".join(cells) + " |"


def absolute(found, subject):
    """"3.05, 21 us": the ratio, and the mean time of a file."""
    files = found[subject]
    return "%.2f, %.0f µs" % (ratio(files), time(files) / len(files) / 1000)


def say_defaults(results, say):
    others = [o for o in OTHERS if all(o in f for f in results.values())]
    say("\nThe default for zstd against others: ratio / time. \"By file\" is the"
        " mean over\nfiles of the bytes of gzip 6 divided by ours. Then ratio"
        " and time of each.\n")
    say(row(["size", "files"] + ["against " + o for o in others]
            + ["by file", "zstd:auto"] + others))
    say("|---|---:|" + "---|" * (2 * len(others) + 2))
    for label, found in results.items():
        say(row([label, str(len(found["zstd:auto"]))]
                + [compare(found, "zstd:auto", o) for o in others]
                + [by_file(found, "zstd:auto", BASE)]
                + [absolute(found, s) for s in ["zstd:auto"] + others]))


def say_all(results, subjects, say):
    say("\nAll against gzip 6: ratio / time.\n")
    say(row(["coding"] + list(results)))
    say("|---|" + "---|" * len(results))
    for subject in subjects:
        say(row([subject] + [compare(found, subject, BASE)
                             for found in results.values()]))


def run(settings, say):
    folder = roots.TOP + "/build/bench"
    program = build(folder)
    words = os.environ.get("BENCH_LEVELS", "").split()
    subjects = ALL if words == ["all"] else words or DEFAULTS
    results = {label: measure(program, subjects, names)
               for label, names in choose(folder).items()}
    results[MIX] = {s: {n: v for found in results.values()
                        for n, v in found[s].items()} for s in subjects}

    say("\n## Levels")
    if "zstd:auto" in subjects:
        say_defaults(results, say)
    if BASE in subjects:
        say_all(results, subjects, say)


if __name__ == "__main__":
    run(None, print)
