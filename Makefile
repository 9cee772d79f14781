# make demo   train on the bundled digits, process the network, show it
# make test   the whole test suite
# make check  format, lint, types, import contracts
# make bench  the benchmark table for this machine
# make docs   the documentation as web pages in docs/_build/html

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check bench docs format clean

demo: $(VENV)/installed
	$(BIN)/nnvis demo --out runs/demo --overwrite --show

test: $(VENV)/installed-test
	@sh tests/system_packages.sh
	$(BIN)/python -m pytest -n auto

check: $(VENV)/installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

bench: $(VENV)/installed
	$(BIN)/nnvis bench

docs: $(VENV)/installed-docs
	$(BIN)/sphinx-build -W -b html docs docs/_build/html

format: $(VENV)/installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist docs/_build runs

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "nnvis needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; choose another with make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Cannot make a virtual environment; on Debian: apt install python3-venv"; exit 1; }

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(PIP) -e '.[test]'
	touch $@

$(VENV)/installed-docs: $(VENV)/installed
	$(PIP) -e '.[docs]'
	touch $@
