#!/usr/bin/env bash
# Resolves pyproject.toml into the pinned, hashed files under requirements/; one resolution for all platforms.
#   tools/lock.sh [--upgrade]     without it, pins that still fit are kept
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/lib.sh
source tools/lib.sh

uv=.venv/bin/uv
[[ -x $uv ]] || quietly .venv/bin/python -m pip --disable-pip-version-check --no-input --quiet install \
    --require-hashes -r requirements/lock.txt || fail "Could not install uv."

# compile OUT SOURCE [OPTION]...
compile() {
    local out=$1
    shift
    quietly "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-annotate --custom-compile-command 'make lock' "$@" -o "$out" ||
        fail "Could not resolve $out."
    say "$out: $(grep -c '^[A-Za-z0-9]' "$out") packages"
}

compile requirements/dev.txt pyproject.toml --extra dev --extra docs "$@"
# The same pins for the program alone, so that tests run on what users get. (A hashed file is no constraint:
# uv takes its names and versions.)
compile requirements/run.txt pyproject.toml --constraints requirements/dev.txt "$@"
compile requirements/build.txt requirements/build.in "$@"
compile requirements/lock.txt requirements/lock.in "$@"
compile requirements/font.txt requirements/font.in "$@"
