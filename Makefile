# The outside of the house. Needs a Debian or Ubuntu with make and Python 3.11 or newer; makes the rest itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo setup setup-dev test bench lint format lock reference docs audit image-check clean

BIN := .venv/bin

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: setup  ## the whole way on the bundled sample web; the report lands in demo/
	@$(BIN)/valuenet demo --out demo

setup:  ## .venv with what the program needs, a browser, a Chinese font
	@tools/setup.sh run

setup-dev:  ## .venv with what the tests need as well
	@tools/setup.sh dev

test: setup-dev  ## all tests, with coverage; on PostgreSQL too where one is found
	@tools/test.sh

bench: setup-dev  ## the benchmarks, one after another
	@tools/bench.sh

lint: setup-dev  ## style, types, and the arrows between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup-dev  ## lay out the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup-dev  ## resolve the requirements anew from pyproject.toml (UPGRADE=1: to the newest)
	@tools/lock.sh $(if $(UPGRADE),--upgrade)

reference: setup-dev  ## make the pages of docs/reference/ anew from the program
	@$(BIN)/python -m tools.reference

docs: setup-dev  ## the documentation as a site, in build/docs; fails where a link leads nowhere
	@$(BIN)/python -m mkdocs build --strict --quiet

audit: setup-dev  ## known weaknesses of the locked requirements, where a service of advisories can be asked
	@tools/audit.sh

image-check: setup-dev  ## make the image of deploy/ in a folder, without an engine, and try it; as root (POSTGRES=URL: its services, too)
	@$(BIN)/python -m tools.image $(if $(POSTGRES),--postgres $(POSTGRES))

clean:  ## remove what was made: .venv, demo/, caches; never a store
	rm -rf .venv demo build *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
