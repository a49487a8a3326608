#!/usr/bin/env bash
# Makes .venv with the pinned requirements, and finds a browser and a Chinese font.
#   tools/setup.sh [run|dev]      run: what the program needs; dev: that, and what its tests need
# Can be run again at any time: what is there is left alone, and a changed lock is installed anew.
# Missing system packages are installed through apt where this user may; otherwise it says what to install.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
profile=${1:-run}
case $profile in
    run | dev) ;;
    *)
        echo "usage: tools/setup.sh [run|dev]" >&2
        exit 2
        ;;
esac
# shellcheck source=tools/lib.sh
source tools/lib.sh

venv=.venv

# --- Python ---------------------------------------------------------------------------------------------------

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local name
    for name in ${VALUENET_PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && is_new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

make_venv() {
    local python version
    python=$(find_python) || {
        local old
        old=$(python3 --version 2>&1) || old="none"
        fail "Python 3.11 or newer is needed; found: $old." \
            "Install one (apt-get install python3, or python3.11) or name it: VALUENET_PYTHON=/path/to/python make ..."
    }
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # Debian and Ubuntu keep what venv needs in a package of its own.
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "This Python $version has no venv: installing python$version-venv"
        apt_install "python$version-venv" || apt_install python3-venv ||
            fail "Python $version cannot make a virtual environment here." \
                "Install it: apt-get install python$version-venv"
    fi
    say "Making $venv with Python $version"
    rm -rf "$venv"
    quietly "$python" -m venv "$venv" || fail "Could not make $venv with $python."
}

if ! is_new_enough "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    make_venv
fi

# --- Requirements ---------------------------------------------------------------------------------------------

# The stamp holds what was installed: the lock and the project's own description. `dev` has all of `run`.
wanted() {
    cat "requirements/$1.txt" pyproject.toml | sha256sum
    pwd # the project is installed by its path: a moved folder is installed anew
}

is_installed() {
    [[ -f $venv/installed-$1 ]] && [[ $(<"$venv/installed-$1") == "$(wanted "$1")" ]]
}

if ! is_installed "$profile" && ! { [[ $profile == run ]] && is_installed dev; }; then
    say "Installing $(grep -c '^[A-Za-z0-9]' "requirements/$profile.txt") pinned packages into $venv (some minutes the first time)"
    pip=("$venv/bin/python" -m pip --disable-pip-version-check --no-input --quiet)
    rm -f "$venv"/installed-*
    quietly "${pip[@]}" install --require-hashes -r "requirements/$profile.txt" ||
        fail "Could not install requirements/$profile.txt." "Is the package index reachable (pip config list)?"
    # Built by the pinned setuptools, not by whichever is newest today.
    quietly "${pip[@]}" install --require-hashes -r requirements/build.txt ||
        fail "Could not install requirements/build.txt."
    quietly "${pip[@]}" install --no-deps --no-build-isolation -e . || fail "Could not install valuenet itself."
    wanted "$profile" >"$venv/installed-$profile"
fi

# --- Libraries of the system ----------------------------------------------------------------------------------

# What packages of Python are linked with and do not bring along. A bare Debian, such as an image of containers, lacks
# them.
has_library() {
    "$venv/bin/python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" >/dev/null 2>&1
}

# get_library FILE PACKAGE
get_library() {
    has_library "$1" && return
    say "No $1: installing $2"
    apt_install "$2" || true
    has_library "$1"
}

get_library libgomp.so.1 libgomp1 ||
    fail "libgomp.so.1 is needed to compare names, and is not here." "Install it: apt-get install libgomp1"
get_library libatomic.so.1 libatomic1 ||
    say "No libatomic.so.1: no browser can be driven, so pages that need one, and PDF, fail. Install it: apt-get install libatomic1"

# --- A browser ------------------------------------------------------------------------------------------------

# `--version` and not only the name: Ubuntu's chromium-browser is an empty shell until its snap is there, and a
# downloaded browser may miss libraries of the system.
is_browser() {
    timeout 20 "$1" --version >/dev/null 2>&1
}

find_browser() {
    local name
    for name in ${VALUENET_BROWSER:-} chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null && is_browser "$name"; then
            command -v "$name"
            return
        fi
    done
    name=$("$venv/bin/python" -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)' 2>/dev/null) && is_browser "$name" && echo "$name"
}

# The system's package first: it brings the libraries along, which a download of the bare browser does not.
get_browser() {
    say "No Chromium found: fetching one"
    apt_install chromium || timeout 240 "$venv/bin/playwright" install chromium </dev/null >/dev/null 2>&1 || true
    find_browser
}

# --- A Chinese font -------------------------------------------------------------------------------------------

find_font() {
    if command -v fc-list >/dev/null && fc-list :lang=zh-cn file 2>/dev/null | head -n 1 | grep .; then
        return
    fi
    local folders=() folder
    for folder in /usr/share/fonts /usr/local/share/fonts "${HOME:-/nonexistent}/.fonts" \
        "${HOME:-/nonexistent}/.local/share/fonts" "$venv"/lib/python3*/site-packages/cvttf_NotoSansCJK_Regular; do
        [[ -d $folder ]] && folders+=("$folder")
    done
    ((${#folders[@]})) || return 1
    find "${folders[@]}" -type f \( -iname '*CJK*.[ot]t[cf]' -o -iname 'wqy*.tt[cf]' -o -iname 'SourceHan*.[ot]t[cf]' \
        -o -iname 'simhei.ttf' -o -iname 'msyh*.tt[cf]' -o -iname 'ukai*.ttc' -o -iname 'uming*.ttc' \) \
        -print -quit 2>/dev/null | grep .
}

get_font() {
    say "No Chinese font found: fetching one"
    apt_install fonts-noto-cjk || true
    find_font && return
    quietly "$venv/bin/python" -m pip --disable-pip-version-check --no-input --quiet install \
        --require-hashes -r requirements/font.txt || true
    find_font
}

# Both are wanted for pictures and pages, and the numbers need neither: their lack is said and stops nothing.
# What was found is remembered, so that a second run starts no browser; a fetch that failed is not tried again,
# while what was installed by hand since then is found.
remember() {
    local what=$1 lack=$2 found
    if [[ -f $venv/found-$what && -e $(<"$venv/found-$what") ]]; then
        return
    fi
    if found=$("find_$what") || { [[ ! -f $venv/lacks-$what ]] && found=$("get_$what"); }; then
        # fc-list ends a path with a colon
        head -n 1 <<<"${found%%:*}" >"$venv/found-$what"
    else
        touch "$venv/lacks-$what"
        say "$lack"
    fi
}

remember browser "No Chromium: pages that need a browser, and PDF, are left out. Install one: apt-get install chromium"
remember font "No Chinese font: Chinese words in pictures will be boxes. Install one: apt-get install fonts-noto-cjk"
