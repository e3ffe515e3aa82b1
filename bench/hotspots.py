"""Where the worker's time goes, by perf, for one case."""

import shutil
import subprocess

import roots
import speed


def sample(nginx, seconds):
    """Starts perf on the worker; its clock needs no hardware counters."""
    data = roots.TOP + "/build/bench/perf.data"
    process = subprocess.Popen(
        ["perf", "record", "-q", "-e", "cpu-clock", "-F", "2000", "-o", data,
         "-p", str(nginx.worker), "--", "sleep", str(seconds)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, data


def report(data):
    """Shares by library, then by function where a library has names."""
    return "\n\n".join(perf_lines(data, *options) for options in (
        ("dso",), ("dso,symbol", "--percent-limit", "0.7")))


def perf_lines(data, keys, *options):
    lines = subprocess.run(
        ["perf", "report", "-i", data, "--stdio", "--sort", keys, *options],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return "\n".join(" ".join(line.split()).rstrip(" -")
                     for line in lines.split("\n")
                     if line.strip() and line[0] != "#"
                     and "0x0000" not in line)


def run(settings, wanted_roots, say):
    if shutil.which("perf") is None:
        say("\nprofile: perf is not installed (Debian: linux-perf)")
        return

    load = speed.Load(settings.load_cpu, roots.TOP + "/build/bench")
    pages = speed.start_pages(settings, settings.host)
    try:
        for root in wanted_roots:
            case = speed.Speed(root, settings.port, load, settings)
            try:
                case.start(settings.variants, settings.port + 10)
                run_root(case, settings, say)
            finally:
                case.stop()
    finally:
        pages.stop()


def run_root(case, settings, say):
    for transport in settings.transports:
        for label in settings.sizes:
            files = [path for path, _ in settings.corpus.pages(label)]
            for nginx in case.variants:
                number = case.requests_for(nginx, transport, files,
                                           speed.MANY)
                process, data = sample(nginx, 3)
                while process.poll() is None:
                    case.measure(nginx, transport, files, speed.MANY, number)
                say("\n### %s, %s, %s, %s\n\n```\n%s\n```" % (
                    case.root.name, transport, label, nginx.variant,
                    report(data)))
    for note in case.notes:
        say("- " + note)
