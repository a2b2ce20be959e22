# make demo: try everything in the browser, without any account. make test: run every check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PROJECT := pyproject.toml $(wildcard .ci/requirements-*.txt)

.PHONY: demo test check format requirements messages clean

demo: $(VENV)/.demo
	$(BIN)/python -m bot demo

# A file's tests share what it starts, so they stay in one process.
test: check
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/.demo: $(PROJECT)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r .ci/requirements-demo.txt
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/.dev: $(PROJECT)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r .ci/requirements-dev.txt
	$(PIP) --no-deps --editable .
	touch $@ $(VENV)/.demo

# Pins every version with its hashes, for all platforms and Python versions.
requirements:
	$(PIP) uv
	set -e; for extra in run demo dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header --upgrade \
	    $$([ $$extra = run ] || echo --extra $$extra) pyproject.toml \
	    --no-emit-package atelier -o .ci/requirements-$$extra.txt; \
	done

# Collects every message for translators, and compiles what they wrote.
messages: $(VENV)/.dev
	$(BIN)/pybabel --quiet extract --no-location --omit-header --sort-output \
	  -k _ -k N_ -k plural:1,2 -o bot/locales/atelier.pot bot cogs
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete \
	  --ignore-pot-creation-date -D atelier -i bot/locales/atelier.pot -d bot/locales
	$(BIN)/pybabel --quiet compile -D atelier -d bot/locales

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
