# SPDX-License-Identifier: Apache-2.0
# Needs Python 3.11 or newer and make; everything else is installed into a folder of its own.
PYTHON ?= python3
VENV ?= .venv
LOCK ?= requirements/dev.txt
SKIP ?=
# Never in a lock file: which build fits depends on the machine. Without a graphics card, from PyTorch's own index:
# make test TORCH="torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu"
# With hashes, as the index of Python packages has it, on Linux with all that graphics cards need:
# make test TORCH="--require-hashes --requirement requirements/torch.txt"
TORCH ?= torch==2.13.0
# Compiled loops are tested beside numpy's; the run on the lowest versions goes without.
NUMBA ?= --require-hashes --no-deps --requirement requirements/compiled.txt
# Tests over the processors there are; SPREAD= runs them one after another.
SPREAD ?= --numprocesses auto --maxprocesses 8 --dist worksteal
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# The files in a build bear the time of the last commit; without git, a fixed one.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1767225600)
BUILD := $(BIN)/python -m hatchling build

.PHONY: help demo test check lint types imports generated generate selftest coverage fuzz truth limits bench-usage bench-evasion dist clean

help:  ## show what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | column -t -s '|'

demo: $(VENV)/.core  ## install the core and assess a simulated lender
	$(BIN)/probatum demo

test: $(VENV)/.torch .venv-mlserver/.done lint types imports generated  ## everything that must hold
	$(BIN)/python -m pytest $(SPREAD)

check: $(VENV)/.dev $(filter-out $(SKIP),lint types imports generated)  ## the part of it for every commit, about two minutes
	$(BIN)/python -m pytest -q -m "not slow" $(SPREAD)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.torch
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

generated: $(VENV)/.dev
	$(BIN)/python docs/generate.py --check

generate: $(VENV)/.dev  ## write the policies and pages that come out of the checks
	$(BIN)/python docs/generate.py

selftest: $(VENV)/.core  ## the published table: does each check find its planted flaw (takes long)
	$(BIN)/probatum selftest --seeds 200 --smallest --jobs 2

coverage: $(VENV)/.dev  ## how often each kind of range holds the true number (takes about five minutes)
	$(BIN)/python benchmarks/intervals/coverage.py

truth: $(VENV)/.dev  ## ranges and verdicts against the truth of real populations (takes long; goes on where it stopped)
	$(BIN)/python benchmarks/truth/run.py --write

limits: $(VENV)/.dev  ## what the limits make of good and careless systems (takes long; goes on where it stopped)
	$(BIN)/python benchmarks/truth/limits.py --write

fuzz: $(VENV)/.torch  ## damaged files on every reader, two minutes each: no crash, hang, traceback or code (half an hour)
	$(BIN)/python tests/fuzz/run.py --seconds 120

bench-usage: $(VENV)/.dev  ## error slices beside sliceline, group metrics beside fairlearn, all checks on Adult
	$(BIN)/python benchmarks/usage/slices.py
	$(BIN)/python benchmarks/usage/groups.py
	$(BIN)/python benchmarks/usage/adult.py

bench-evasion: $(VENV)/.torch .venv-peers/.done .venv-veritas/.done  ## attacks, brackets and exact trees beside their peers (an hour)
	cd benchmarks/evasion && ../../.venv-peers/bin/python attacks.py --networks robust --without deep
	cd benchmarks/evasion && ../../.venv-peers/bin/python attacks.py --networks cnn --without deep --runs 1
	cd benchmarks/evasion && ../../.venv-peers/bin/python black_box.py walks --rows 30 --without "a row at a time"
	cd benchmarks/evasion && ../../$(BIN)/python bracket.py
	cd benchmarks/evasion && OMP_NUM_THREADS=1 ../../.venv-veritas/bin/python trees.py

dist: $(VENV)/.dev  ## build sdist and wheel, build them again out of the sdist elsewhere, and compare every byte
	rm -rf dist
	$(BUILD) -d dist
	set -e; again=$$(mktemp -d); trap 'rm -rf "$$again"' EXIT; \
	tar -xzf dist/*.tar.gz -C "$$again"; \
	(cd "$$again"/probatum-*/ && $(abspath $(BIN))/python -m hatchling build -d "$$again/dist" > /dev/null); \
	diff -r dist "$$again/dist"
	ls -l dist

clean:  ## remove what was installed and cached, not your runs
	rm -rf dist .fuzz .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.core: requirements/core.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes --requirement requirements/core.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(LOCK) pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes --requirement $(LOCK)
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.torch: $(VENV)/.dev requirements/compiled.txt
	$(PIP) install --quiet $(TORCH)
	$(PIP) install --quiet $(NUMBA)
	touch $@

# peers for the benchmarks; some of them name a newer torch than they need, so torch is left out of their lock
.venv-peers/.done: requirements/peers.txt
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
	    --requirement requirements/peers.txt
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet $(TORCH)
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-veritas/.done: requirements/veritas.txt
	test -x .venv-veritas/bin/python || $(PYTHON) -m venv .venv-veritas
	.venv-veritas/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
	    --requirement requirements/veritas.txt
	.venv-veritas/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-mlserver/.done: requirements/mlserver.txt  # a real server for the tests; its own packages clash with ours
	test -x .venv-mlserver/bin/python || $(PYTHON) -m venv .venv-mlserver
	.venv-mlserver/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
	    --requirement requirements/mlserver.txt
	touch $@
