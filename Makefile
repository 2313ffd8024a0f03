# What a developer, and CI, does here. Each target installs what it needs; `make help` lists them.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
ARGS ?=
# uv trusts its own list of authorities unless told to trust the machine's, as pip does behind a company's proxy.
export UV_SYSTEM_CERTS := 1
# Without compiled modules every operator that a test starts would compile all of its imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Navaar needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version). Say which with PYTHON=…"; exit 1; }
	@echo "Installing the dependencies into $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "That Python can't make virtual environments: install its venv module (Debian: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## a virtual environment with everything, in .venv

.PHONY: demo
demo: install ## three lists become one, on a real API server; ARGS=--once ends when they are
	@$(RUN) -m sandbox.demo $(ARGS)

# Twice as many as the smallest machine has cores: tests on the wire wait for half of their time.
WORKERS := 4

.PHONY: test
test: install lint ## everything that must hold
	@$(RUN) -m sandbox.controlplane build
	@$(RUN) -m sandbox.helm build >/dev/null
	@$(RUN) -m sandbox.prometheus >/dev/null
	@$(RUN) -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: test-all
test-all: install lint ## what `make test` runs, and the long ones
	@$(RUN) -m sandbox.controlplane build
	@$(RUN) -m sandbox.helm build >/dev/null
	@$(RUN) -m sandbox.prometheus >/dev/null
	@$(RUN) -m pytest -q -n $(WORKERS) --dist worksteal -m "slow or not slow" $(ARGS)

.PHONY: unit
unit: install ## the tests that need no process beside their own
	@$(RUN) -m pytest -q -n 2 tests/unit $(ARGS)

.PHONY: crash-explorer
crash-explorer: install ## stops the operator at every write of eight workloads, and on the wire at some; about an hour on 2 cores
	@$(RUN) -m sandbox.controlplane build
	@$(RUN) -m sandbox.helm build >/dev/null
	@NAVAAR_CRASHES=whole $(RUN) -m pytest -q --timeout 3600 -m "slow or not slow" tests/e2e/test_crashes.py; wire=$$?; \
		$(RUN) -m tests.explorer $(ARGS) && test $$wire = 0

.PHONY: soak
soak: install ## a virtual day of two MusicSyncs on one account, with faults; some minutes; ARGS=--help
	@$(RUN) -m tests.explorer.soak $(ARGS)

.PHONY: lint
lint: install ## style, types, and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

.PHONY: format
format: install ## puts the code into shape
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

.PHONY: tour
tour: install ## docs/tour.md anew, as a newcomer sees it
	@NAVAAR_TOUR=record $(RUN) -m pytest -q tests/e2e/test_tour.py

.PHONY: crds
crds: install ## crds/*.yaml anew from the models
	@$(RUN) -m navaar.api.crds crds
	@$(RUN) -m navaar.api.crds charts/navaar/files/crds

.PHONY: chart
chart: install ## the chart's README anew from its values
	@$(RUN) -m sandbox.helm readme

.PHONY: bench bench-plan bench-idle bench-memory bench-preview bench-hang bench-matching bench-api
bench: bench-plan bench-idle bench-memory bench-preview bench-hang bench-matching bench-api ## every benchmark

bench-plan: install ## the planner with 20,000 and 100,000 Tracks
	@$(RUN) tests/bench_plan.py

bench-idle: install ## what a pass costs that finds nothing new, with 10,000 Tracks
	@$(RUN) -m tests.bench_idle

bench-memory: install ## the operator's memory with 20,000 Tracks
	@$(RUN) -m tests.bench_memory

bench-hang: install ## whether the operator answers while every service hangs
	@$(RUN) -m tests.bench_hang

bench-api: install ## how long answers of the API take with 20,000 Tracks
	@$(RUN) -m tests.bench_api

bench-matching: install ## how often the right song is taken, by class; ARGS=-v lists what was not
	@$(RUN) -m tests.bench_matching $(ARGS)

bench-preview: install ## how long until it is told what a first union of thousands of songs would do
	@$(RUN) -m tests.bench_preview

.PHONY: lock
lock: install ## requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev \
		--custom-compile-command 'make lock' $(UPGRADE) pyproject.toml -o requirements.lock
	@# What the image is made of: the same versions, without what only developers need.
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url -c requirements.lock \
		--custom-compile-command 'make lock' $(UPGRADE) pyproject.toml -o requirements.run.lock

.PHONY: bump
bump: install ## raises what is locked; PACKAGES="yt-dlp yt-dlp-ejs"
	@$(MAKE) lock UPGRADE="$(foreach package,$(PACKAGES),--upgrade-package $(package))"
