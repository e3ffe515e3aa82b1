"""The parts that are programs of their own, run one after the other.

A program is run in the top folder, with our modules built, BENCH_PORT and
TEST_NGINX_PORT set to the first port it may use (of 40) and PERL5LIB for
t/lib/EdgeTest.pm. What it prints to stdout is appended to the report as it
is (Markdown, no heading needed); stderr is for progress; an exit status but 0
is written down. Each is to take five minutes at most."""

import os
import subprocess

import roots

# The part: what to run, with its arguments and settings.
PARTS = {
    "rules": [
        ("125 compression rules against none", "bench/rules.py", [], {}),
    ],
    "decode": [
        ("what coded origins cost", "bench/coded_origins.py", [], {}),
    ],
    "mtls": [
        ("handshakes with client certificates", "bench/mtls-handshakes.pl",
         [], {}),
        ("instructions of a resumption", "bench/mtls-instructions.pl", [], {}),
        ("headers of a request", "bench/mtls-headers.pl", [], {}),
        ("revocation lists", "bench/mtls-revocation.pl", [], {}),
        ("requests while a list is replaced", "bench/mtls-stall.pl", [], {}),
    ],
    "ecg": [
        ("policies of hostnames", "bench/ecg.py",
         ["1000000", "10000000"], {}),
        ("what a policy costs a handshake", "bench/ecg_cost.py", [], {}),
    ],
    "dictionaries": [
        ("CPU time of one body, and its bytes", "bench/dictionaries.sh", [],
         {}),
        ("made by origins, in a request", "bench/store.py", [], {}),
    ],
}


def environment(settings, more):
    port = str(settings.port)
    perl = [roots.TOP + "/t/lib", roots.TOP + "/build/perl/usr/share/perl5",
            os.environ.get("PERL5LIB", "")]
    return {**os.environ, "BENCH_PORT": port, "TEST_NGINX_PORT": port,
            "PERL5LIB": ":".join(p for p in perl if p), **more}


def run(settings, part, say):
    for title, program, arguments, more in PARTS[part]:
        say("\n### %s: %s\n" % (part, title))
        process = subprocess.Popen(
            [os.path.join(roots.TOP, program)] + arguments, cwd=roots.TOP,
            env=environment(settings, more), stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL, text=True)
        try:
            for line in process.stdout:
                say(line.rstrip("\n"))
            if process.wait() != 0:
                say("\n%s: exit status %d" % (program, process.returncode))
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
