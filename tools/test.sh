#!/usr/bin/env bash
# Runs all tests on all cores and asks for 90 % of the lines; arguments go to pytest.
# Stores are tested on SQLite and, where a server is found (tests/conftest.py), on PostgreSQL, each in a database
# of its own that is dropped afterwards.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Old measurements of other runs would count as covered.
rm -f .coverage .coverage.*
exec .venv/bin/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90 "$@"
