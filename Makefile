# Haetae. `make` alone lists what there is; every target makes what it needs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ARGS ?=

# Developers and CI have the networks in a folder beside the checkout; everybody else gets them from the public sources.
ifndef HAETAE_MODELS__MIRROR
ifneq ($(wildcard ../shared/models),)
export HAETAE_MODELS__MIRROR := $(abspath ../shared/models)
endif
endif

COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

.PHONY: help install install-training demo up test check bench images helm helm-operators helm-node proto pins

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Make .venv and .venv-triton (all other targets do it by themselves)
	@test -n "$(PYTHON)" || { echo "Haetae needs Python 3.11: there is no python3 here" >&2; exit 1; }
	@"$(PYTHON)" requirements/install.py

install-training: install ## The same, with what trains networks (PyTorch: 5 GB)
	@"$(PYTHON)" requirements/install.py --training

demo: install ## The whole stack with a simulated city, or clips, as live cameras: make demo ARGS="[--clips FOLDER] [--check]"
	@$(BIN)/haetae demo $(ARGS)

up: install ## The whole stack, kept running: make up ARGS="--home FOLDER"
	@$(BIN)/haetae up $(ARGS)

test: install-training ## All tests: make test ARGS="-k name"
	@tests/run $(ARGS)

check: install-training ## Style, types, import rules, unit and house tests: before each commit
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy haetae services tests benchmarks
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/unit tests/house

bench: install ## Measure: make bench ARGS="demo_start" writes benchmarks/results/
	@for question in $(if $(ARGS),$(ARGS),$(basename $(notdir $(wildcard benchmarks/[a-z]*.py)))); do $(BIN)/python -m benchmarks.$$question; done

images: ## Build the container images with docker, podman or buildah: make images ARGS="--network=host"
	@ARGS="$(ARGS)" deploy/docker/build

helm: install ## The chart's generated parts (schema, table, golden files), then its tests: make helm ARGS="-k backup"
	@$(BIN)/python -m tests.helm.render.settings_schema
	@$(BIN)/python deploy/helm/values_table.py
	@$(BIN)/python -m tests.helm.render.golden
	@$(BIN)/python -m pytest -q tests/helm/render $(ARGS)

helm-operators: install ## The chart with KEDA and cert-manager themselves, which Go builds: make helm-operators ARGS="-k certificates"
	@$(BIN)/python -m tests.helm.binaries.build
	@$(BIN)/python -m tests.helm.operators.build
	@HAETAE_OPERATORS=required HAETAE_PEERS=required $(BIN)/python -m pytest -q tests/helm/operators $(ARGS)

helm-node: install ## The chart on a node that really runs containers (root): make helm-node ARGS="[--keep] [--save]"
	@tests/helm/node/run $(ARGS)

proto: install ## Generate the messages' code from proto/
	@proto/generate

pins: ## Renew the pinned requirement files
	@$(COMPILE) requirements/bootstrap.in -o requirements/bootstrap.txt
	@$(COMPILE) --extra dev pyproject.toml -o requirements/dev.txt
	@$(COMPILE) --extra dev --extra training -c requirements/dev.txt pyproject.toml -o requirements/training.txt
	@$(COMPILE) --extra embedded pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) -c requirements/dev.txt $(addprefix --extra ,ingest detect reid search alert cli milvus tracing) pyproject.toml -o requirements/service.txt
	@$(COMPILE) -c requirements/dev.txt --only-binary :all: --extra edge pyproject.toml -o requirements/edge.txt
	@$(COMPILE) requirements/images.in -o requirements/images.txt
	@$(COMPILE) --no-deps requirements/triton.in -o requirements/triton.txt
