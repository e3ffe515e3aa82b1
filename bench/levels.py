"""Levels: size and time of every codec by size class, against gzip 6.

What edge_level.c says follows from the table that this prints: in each class
the highest level of zstd that takes at most 0.75 of gzip 6's time.
"""

import math
import os
import subprocess

import corpus
import roots

CLASSES = [
    ("to 4 KB", 600, 4096), ("4-16 KB", 4096, 16384),
    ("16-32 KB", 16384, 32768), ("32-64 KB", 32768, 65536),
    ("64-128 KB", 65536, 131072), ("128-512 KB", 131072, 524288),
    ("over 512 KB", 524288, 4 << 20),
]
PER_KIND = 15

SUBJECTS = (["zstd:%d" % n for n in (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)]
            + ["br:%d" % n for n in (1, 2, 3, 4, 5, 6)]
            + ["gzip:%d" % n for n in (1, 4, 6, 9)])
SOURCES = ["bench/levels.c"] + ["compress/%s.c" % name for name in (
    "edge_codec_zstd", "edge_codec_brotli", "edge_codec_gzip", "edge_arena",
    "edge_spill", "edge_memory", "edge_pool")]


def build(folder):
    program = folder + "/levels"
    subprocess.run(["cc", "-O2", "-Icompress", "-o", program] + SOURCES
                   + ["-lzstd", "-lbrotlienc", "-lz"], cwd=roots.TOP,
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


def mean(values):
    """Geometric: of ratios."""
    return math.exp(sum(math.log(v) for v in values) / len(values))


def measure(program, names):
    """{(coding, level): {name: (size, coded, nanoseconds)}}"""
    found = {}
    done = subprocess.run([program] + SUBJECTS, input="\n".join(names) + "\n",
                          stdout=subprocess.PIPE, check=True, text=True)
    for line in done.stdout.splitlines():
        coding, level, size, coded, time, name = line.split(" ", 5)
        found.setdefault((coding, int(level)), {})[name] = (
            int(size), int(coded), int(time))
    return found


def compare(files, base):
    """(gain in size, share of time), 1.1 0.5: a tenth smaller in half."""
    return (mean([base[n][1] / files[n][1] for n in files]),
            mean([files[n][2] / base[n][2] for n in files]))


def run(settings, say):
    folder = roots.TOP + "/build/bench"
    program = build(folder)
    chosen = choose(folder)
    results = {label: measure(program, names)
               for label, names in chosen.items()}

    say("\n## Levels\n\ngzip 6 is 1.00; size gain, then share of its time; "
        "geometric means over files.\n")
    say("| coding | " + " | ".join(label for label in chosen) + " |")
    say("|---|" + "---|" * len(chosen))
    say("| files | " + " | ".join(str(len(n)) for n in chosen.values())
        + " |")
    for subject in SUBJECTS:
        coding, level = subject.split(":")
        cells = []
        for label, found in results.items():
            base = found[("gzip", 6)]
            cells.append("%.2f / %.2f" % compare(
                found[(coding, int(level))], base))
        say("| %s %s | " % (coding, level) + " | ".join(cells) + " |")

    say("\nMicroseconds of gzip 6, mean over files: " + ", ".join(
        "%s %.0f" % (label, sum(v[2] for v in found[("gzip", 6)].values())
                     / len(found[("gzip", 6)]) / 1000)
        for label, found in results.items()))


if __name__ == "__main__":
    run(None, print)
