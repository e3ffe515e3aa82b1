# Every task of the project; tools/ holds the scripts behind them.
#
#   make              build/modules/*.so for the nginx of this machine
#   make run          the demo, on loopback ports, until Ctrl-C
#   make test         all that must pass: unit tests, suites, lint
#   make unit suites lint      its parts; UNITS="t/unit/test_x.c ...",
#                     TESTS="t/x.t ...", JOBS=2 for two suites at a time
#   make asan         unit tests and suites with ASan and UBSan
#   make matrix       the suites on Debian 12, 13 and forky, in chroots
#   make ech-test     Encrypted ClientHello, or TESTS, with OpenSSL 4.0 of
#                     Debian experimental, in a chroot; NGINX_SRC=dir
#   make fuzz         libFuzzer, FUZZ_SECONDS for each target
#   make soak         two edges under traffic while things happen to them, for
#                     SOAK_MINUTES=60; soak-asan with sanitizers
#   make browser-test dictionaries in a headless Chromium, bundles from npm; the
#                     ORIGIN frame in a headless Firefox;
#                     BROWSER_ROOTS=trixie in chroots of other releases, too
#   make bench        the measurements
#   make deb          Debian packages for RELEASES, in chroots; lintian
#   make deb-test     these installed, upgraded, removed in clean roots
#   make image        the container image, build/image/nginx-edge.tar
#   make image-test   the same, run as examples/container runs it;
#                     IMAGE_PARTS="alone mistakes mounted compose kubernetes"
#   make deps         installs what build and tests need, by apt
#   make clean        removes build/, except chroots and caches
#   make distclean    removes all of build/
#
# NGINX_SRC=dir builds the modules for another nginx tree.

SHELL = /bin/bash

export BROWSER_ROOTS IMAGE_PARTS NGINX_SRC TESTS UNITS JOBS CC FUZZ_SECONDS MAKE
export SOAK_MINUTES SOAK_SEED SOAK_ASAN

FUZZ_SECONDS ?= 60
SOAK_MINUTES ?= 60


all: deps-build modules

modules:
	@tools/build.sh

deps:
	@tools/deps.sh build unit test browser lint
	@tools/perl.sh

deps-%:
	@tools/deps.sh $*

deps-test:
	@tools/deps.sh build unit test
	@tools/perl.sh

unit: deps-unit
	@tools/unit.sh

suites: deps-test
	@tools/build.sh
	@tools/suites.sh

lint: deps-lint deps-build
	@tools/lint.sh

test:
	@tools/all.sh test deps modules unit suites lint

asan: deps-test deps-unit deps-asan
	@tools/asan.sh

matrix: deps-matrix
	@tools/matrix.sh

ech-test: deps-matrix
	@tools/ech-test.sh

fuzz: deps-build deps-fuzz
	@tools/fuzz.sh

soak: deps-test
	@tools/build.sh
	@tools/soak.sh

soak-asan: deps-test deps-asan
	@SOAK_ASAN=yes tools/soak.sh

deb: deps-deb-host
	@tools/deb.sh

deb-test: deps-deb-host
	@tools/deb-test.sh

image: deps-image
	@tools/image.sh

image-test: deps-image
	@tools/image-test.sh

browser-test: deps-build deps-test deps-browser modules
	@tools/browser-test.sh

bench: deps-build deps-bench modules
	@bench/run

run: deps-build deps-run modules
	@demo/run

clean:
	@tools/clean.sh

distclean:
	@tools/clean.sh all

.PHONY: all modules deps deps-test unit suites lint test asan matrix ech-test \
        fuzz soak soak-asan deb deb-test image image-test browser-test bench \
        run clean distclean
