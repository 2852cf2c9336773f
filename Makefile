# make run | test | test-infra | bench | lint. Needs Python 3.11 and make; everything else is brought along.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test test-infra image bench pictures lint checks assets environment environment-test lock messages
MAKEFLAGS += --no-print-directory

# Trust the machine's certificates: uv and npm bring lists of their own, which fail behind a proxy.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
PYTHON := .venv/bin/python
# The checks and the tests see no running stack: what they need they start themselves.
ALONE := env LOCAL=1 ENV_FILE= DATA_DIR=build/test

help:
	@echo "make run    the whole product on this machine: http://localhost:8000 (PORT, DATA_DIR)"
	@echo "make test   everything that the tests need, the checks, the tests"
	@echo "make test-infra  the stages of the image, Terraform, Helm and the rolling release"
	@echo "make image  the container image (ENGINE=docker, podman or buildah; IMAGE, RELEASE, BASE)"
	@echo "make bench  the benchmarks"
	@echo "make lint   the checks alone"

environment:
	@local/environment.sh run

environment-test:
	@local/environment.sh test

assets: environment
	@$(PYTHON) -m local.build

run: assets
	@exec setpriv --pdeathsig TERM $(PYTHON) -m local

# Of a running `make run`, into docs/pictures.
pictures: environment-test
	@$(PYTHON) -m local.pictures

lint: environment-test checks

checks:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(ALONE) .venv/bin/mypy
	.venv/bin/lint-imports
	$(ALONE) $(PYTHON) manage.py check
	$(ALONE) $(PYTHON) -W ignore manage.py makemigrations --check --dry-run

test: environment-test assets
	@local/browser.sh
	@local/scanner.sh
	@$(MAKE) checks
	$(ALONE) $(PYTHON) -m pytest $(TESTS)

# Of INFRA only: make test-infra INFRA=tests/infra/helm
INFRA := tests/infra
test-infra: environment-test assets
	@local/infra.sh
	@$(ALONE) tests/infra/run.sh $(INFRA)

bench: environment-test assets
	$(ALONE) $(PYTHON) -m bench

# Of what is committed or not; RELEASE says which. BASE=name@sha256:... pins what it stands on.
ENGINE := docker
IMAGE := clientele
RELEASE := $(shell git describe --tags --always --dirty 2>/dev/null)
image:
	$(ENGINE) build $(ENGINE_OPTIONS) $(if $(BASE),--build-arg BASE=$(BASE)) \
		--build-arg RELEASE=$(RELEASE) --build-arg REVISION=$(shell git rev-parse HEAD) \
		--tag $(IMAGE):$(RELEASE) .

# Run after a change of a requirements*.in; the locks name no registry.
lock: environment
	@for name in requirements requirements-local requirements-test \
			tests/infra/locks/clouds tests/infra/locks/checks; do \
		.venv/bin/uv pip compile -q --generate-hashes --universal --python-version 3.11 \
			$$name.in -o $$name.txt || exit 1; \
	done
	@.venv/bin/uv pip compile -q --no-deps --generate-hashes --universal --python-version 3.11 \
		tests/infra/locks/clients.in -o tests/infra/locks/clients.txt

# Collect the texts to translate from code and templates into app/locale.
messages: environment
	@mkdir -p build
	.venv/bin/pybabel -q extract -F babel.cfg -k gettext_lazy -k ngettext_lazy:1,2 \
		-k pgettext_lazy:1c,2 --project Clientele --copyright-holder "the Clientele authors" \
		--no-location --sort-output -o build/messages.pot app billing tenants
	.venv/bin/pybabel -q update -D django -i build/messages.pot -d app/locale -l zh_Hans \
		--init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
