# Everything runs in a virtual environment in the checkout: .venv. Its set-up is made once and used again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out

.PHONY: help dream studio test test-page test-farm test-all lint samples gallery torture clean

help:
	@echo "make dream     set up, and dream the sample clip into $(OUT)/"
	@echo "make studio    set up, and open the page in the browser"
	@echo "make test      set up, and run the tests"
	@echo "make test-page the tests of the page, in Chromium"
	@echo "make test-farm the tests of farms, with Ray"
	@echo "make test-all  all of them (several minutes)"
	@echo "make lint      ruff and mypy"
	@echo "make samples   make the pictures of the README again (minutes)"
	@echo "make gallery   make the pictures of docs/GALLERY.md again (half an hour)"
	@echo "make torture   the long tests of reliability (up to 20 minutes)"
	@echo "make clean     remove what make made"

$(VENV)/base: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "mariana needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "this Python lacks venv; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing mariana and what it needs into $(VENV) (torch is large: some minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/test: $(VENV)/base
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/studio: $(VENV)/base
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[studio]'
	@touch $@

$(VENV)/browser: $(VENV)/test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,browser]'
	@touch $@

$(VENV)/farm: $(VENV)/test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[farm]'
	@touch $@

dream: $(VENV)/base
	@mkdir -p $(OUT)
	@$(BIN)/mariana video samples/bunny.mp4 $(OUT)/bunny-dream.mp4 --recipe cathedral --duration 2 --overwrite
	@echo
	@echo "The dream is in $(OUT)/bunny-dream.mp4. What to try next:"
	@echo "  $(BIN)/mariana image samples/chelsea.png $(OUT)/chelsea.png --recipe totem"
	@echo "  $(BIN)/mariana video YOUR-CLIP.mp4 $(OUT)/dream.mp4 --duration 2 --recipe ivy"
	@echo "  $(BIN)/mariana recipes"
	@echo "  $(BIN)/mariana video --help"

test: $(VENV)/test
	@OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal

test-page: $(VENV)/browser
	@$(BIN)/python -m pytest -m browser -rs

test-farm: $(VENV)/farm
	@OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1 RAY_worker_niceness=0 $(BIN)/python -m pytest -m farm

test-all: test test-page test-farm

studio: $(VENV)/studio
	@$(BIN)/mariana studio

lint: $(VENV)/test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

torture: $(VENV)/test
	@$(BIN)/python -m pytest -m long

samples: $(VENV)/base
	@$(BIN)/python samples/make.py

gallery: $(VENV)/base
	@$(BIN)/python benchmarks/gallery.py

clean:
	rm -rf $(VENV) $(OUT) dist build
