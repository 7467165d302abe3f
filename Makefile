# All that a person or CI runs. It needs python3 (3.11 or later) and make, and uses uv when it is on the PATH.

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types layers wheel screenshots bench controlplane region e2e clean

help: ## Show what there is to run
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | while IFS=@ read -r name text; do printf '%-20s %s\n' "$$name" "$$text"; done

demo: $(READY) ## Show a live fleet of three regions, without any cluster (ARGS="--ascii" …)
	@$(BIN)/gitops-tui demo $(ARGS)

test: $(READY) ## Run every test on all cores (ARGS="-k keymap" …)
	$(BIN)/python -m pytest -n auto $(ARGS)

check: lint types layers wheel ## Lint, format, types, layers, and the wheel builds

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases --package tests.e2e

layers: $(READY)
	$(BIN)/lint-imports

wheel: $(READY)
	rm -rf dist
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m build --wheel --outdir dist

screenshots: $(READY) ## Draw the screenshots of the README anew, from the demo
	$(BIN)/python -m tests.screenshots $(ARGS)

bench: $(READY) ## Measure start, memory, CPU and bytes against a real HTTP server; prints JSON
	@$(BIN)/python -m benchmarks $(ARGS)

controlplane: $(READY) ## Build kube-apiserver, etcd, Flux and Gitea for the end-to-end tests, once per version
	@$(BIN)/python -m tests.e2e.controlplane build

region: $(READY) ## Start a real region for use by hand and print its kubeconfig (ARGS="eu us")
	@$(BIN)/python -m tests.e2e.controlplane region up $(or $(ARGS),eu)

e2e: $(READY) ## Run the end-to-end tests against real regions, in two processes (ARGS="-n 0 -k suspend" …)
	rm -rf e2e-logs
	GITOPS_TUI_E2E=required $(BIN)/python -m pytest tests/e2e -n 2 --dist loadfile $(ARGS)

clean: ## Remove the venv, caches and builds
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache snapshot_report.html e2e-logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("gitops-tui needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name a newer one: make PYTHON=python3.12")'
	@if command -v uv >/dev/null 2>&1; then \
		echo "Installing into $(VENV) with uv …"; \
		uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
		uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	else \
		echo "Installing into $(VENV) with pip; this takes a minute …"; \
		$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	fi
	@touch $(READY)
