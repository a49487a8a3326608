#!/usr/bin/env bash
# Asks a service of advisories whether anything in the locked requirements is known to be weak.
#   tools/audit.sh       SERVICE=osv (as a rule) or pypi
# Ends with 1 where something is known, with 0 where nothing is, and with 0 and a plain word where nobody could be
# asked: a change must not fail because a service is away.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/lib.sh
source tools/lib.sh

audit=.venv/bin/pip-audit
[[ -x $audit ]] || fail "pip-audit is not here: make setup-dev"
told=$(mktemp)
trap 'rm -f "$told"' EXIT

for lock in requirements/run.txt requirements/dev.txt; do
    status=0
    timeout 300 "$audit" --requirement "$lock" --require-hashes --disable-pip --progress-spinner off \
        --vulnerability-service "${SERVICE:-osv}" >"$told" 2>&1 || status=$?
    skipped=$(grep -c 'could not be audited' "$told" || true)
    if ((status == 0 && skipped)); then
        say "$lock: nothing is known to be weak, but $skipped packages were NOT audited: ${SERVICE:-osv} does not know them."
    elif ((status == 0)); then
        say "$lock: nothing is known to be weak."
    elif grep -q '^Found [0-9]* known vulnerabilit' "$told"; then
        cat "$told"
        fail "$lock: something is known to be weak."
    else
        say "$lock was NOT audited: the service of advisories (${SERVICE:-osv}) could not be asked: $(tail -n 1 "$told" | cut -c 1-120)"
    fi
done
