#!/usr/bin/env bash
# Runs every benchmark, one after another so that none disturbs the next; fails at the end if one failed.
#   tools/bench.sh [NAME]...      only those: `measures` for tests/benchmarks/bench_measures.py
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/lib.sh
source tools/lib.sh

shopt -s nullglob
if (($#)); then
    files=("${@/#/tests/benchmarks/bench_}")
    files=("${files[@]/%/.py}")
else
    files=(tests/benchmarks/bench_*.py)
fi
((${#files[@]})) || fail "There is no benchmark in tests/benchmarks."

failed=()
for file in "${files[@]}"; do
    [[ -f $file ]] || fail "There is no benchmark $file."
    name=${file#tests/benchmarks/bench_}
    say "${name%.py}"
    module=${file%.py}
    .venv/bin/python -m "${module//\//.}" || failed+=("${name%.py}")
done
((${#failed[@]} == 0)) || fail "Failed: ${failed[*]}"
