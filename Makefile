# What there is to know: `make lab` to look at pictures, `make test` to see that all is well.
# Everything lives in .venv/; delete that folder to start over.

PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# The linters of workflows, scripts and style sheets come from npm; without node they are left out.
NODE := $(and $(shell command -v node),$(shell command -v npm))
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
SETTINGS := .venv/share/jupyter/lab/settings

# Without a screen Jupyter prints the address; as root it has to be told that this is meant.
HAS_SCREEN := $(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname))
LAB_OPTIONS := $(if $(HAS_SCREEN),,--no-browser) $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab quick test test-lowest proof check docs format lock

help:  ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(firstword $(MAKEFILE_LIST))

lab: .venv/.installed  ## Open the first lesson in JupyterLab
	@$(BIN)/jupyter lab --log-level=ERROR $(LAB_OPTIONS) \
	  --LabApp.default_url=/lab/tree/notebooks/00_explore.ipynb

quick: .venv/.installed $(if $(NODE),node_modules/.installed)  ## Run the tests that answer within a minute, after each edit
	@$(BIN)/pytest tests -n logical --dist loadfile -m "not (browser or notebook or ray or slow)"

test: .venv/.installed $(if $(NODE),node_modules/.installed)  ## Run every test, also those in a browser
	@$(BIN)/python tools/find_browser.py
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

# uv takes the lowest version of what pyproject.toml names; their files are for Python 3.11. Of
# datasets it would take the newest, because it has chosen the newest fsspec before.
LOWEST := build/lowest/$(notdir $(BIN))
test-lowest: $(if $(NODE),node_modules/.installed)  ## Run most tests with the oldest dependencies (needs uv)
	@uv venv --quiet --allow-existing --seed --python 3.11 build/lowest
	@uv pip install --quiet --python build/lowest --resolution lowest-direct --editable ".[dev]" "datasets<4.1"
	@$(LOWEST)/python tools/find_browser.py
	@$(LOWEST)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not (browser or proof)"
	@$(LOWEST)/python -m pytest tests/browser/test_explorer_shown.py -k paints

proof: .venv/.installed  ## Run the long studies in full, and write docs/proof.md
	@CLIPLAB_PROOF=1 $(BIN)/pytest -m proof

check: .venv/.installed $(if $(NODE),node_modules/.installed)  ## Look for mistakes without running anything
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-id --verify $(NOTEBOOKS))
	$(BIN)/codespell
	$(BIN)/python tools/build_lessons.py --check
	$(BIN)/python tools/stamp_address.py --check
	$(if $(NODE),node tools/lint_workflows.mjs)
	$(if $(NODE),npx biome check --error-on-warnings)

docs: .venv/.installed  ## Build the site of the docs in build/docs/html; this runs every lesson
	@$(BIN)/python tools/build_docs.py

format: .venv/.installed $(if $(NODE),node_modules/.installed)  ## Mend what a program can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python tools/build_lessons.py
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-id $(NOTEBOOKS))
	$(BIN)/python tools/stamp_address.py
	$(if $(NODE),npx biome check --write)

# uv writes a lock for all systems at once, with hashes and without any registry's address.
lock:  ## Take new dependencies into requirements.lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --all-extras pyproject.toml -o requirements.lock

# The file is touched last, so that a setup that was cut short is taken up again.
.venv/.installed: requirements.lock pyproject.toml binder/overrides.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "cliplab needs Python 3.11 or newer. Got $$($(PYTHON) --version) instead."; \
	  echo "Name another one, for example: make lab PYTHON=python3.12"; exit 1; }
	@echo "$(if $(wildcard $@),Bringing .venv up to date.,Setting up .venv. This downloads up to 3 GB and takes some minutes.)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install $(if $(wildcard $@),--quiet) --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@mkdir -p $(SETTINGS) && cp binder/overrides.json $(SETTINGS)/
	@touch $@

node_modules/.installed: package.json package-lock.json
	@npm ci --silent
	@touch $@
