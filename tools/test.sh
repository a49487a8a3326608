#!/usr/bin/env bash
# Runs all tests on all cores and asks for 90 % of the lines; further arguments go to pytest.
# Stores are tested on SQLite and, where one answers, on PostgreSQL: the one named by VALUENET_TEST_POSTGRES, or
# a local one that has a database made for it (valuenet_test, or test). No other database is ever touched.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/lib.sh
source tools/lib.sh

find_postgres() {
    .venv/bin/python - <<'PYTHON'
import itertools, sys
import psycopg

hosts = ("host=/var/run/postgresql", "host=127.0.0.1 user=postgres", "host=127.0.0.1")
for host, name in itertools.product(hosts, ("valuenet_test", "test")):
    try:
        with psycopg.connect(f"{host} dbname={name} port=5432 connect_timeout=3") as link:
            may = link.execute("select has_database_privilege(current_database(), 'create')").fetchone()
            if may == (True,):
                i = link.info
                where = f"/{name}?host={i.host}" if i.host.startswith("/") else f"{i.host}:{i.port}/{name}"
                print(f"postgresql+psycopg://{i.user}@{where}")
                sys.exit()
    except psycopg.Error:
        continue
sys.exit(1)
PYTHON
}

if [[ -z ${VALUENET_TEST_POSTGRES:-} ]]; then
    if VALUENET_TEST_POSTGRES=$(find_postgres); then
        export VALUENET_TEST_POSTGRES
    else
        unset VALUENET_TEST_POSTGRES
        say "No PostgreSQL with a database valuenet_test or test on this computer: testing on SQLite alone"
    fi
fi

# Old measurements of other runs would count as covered.
rm -f .coverage .coverage.*
exec .venv/bin/python -m pytest -n auto --cov --cov-report=term:skip-covered --cov-fail-under=90 "$@"
