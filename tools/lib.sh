# What the scripts here share; read by `source`. The caller has `set -euo pipefail` and stands in the project's root.

say() {
    echo "== $*" >&2
}

# fail MESSAGE [HINT]...: the end, on stderr, with exit code 1.
fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# quietly COMMAND...: its output is shown only where it fails, and then its last lines.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if ((status)); then
        echo "failed ($status): $*" >&2
        tail -n 25 "$log" >&2
    fi
    rm -f "$log"
    return "$status"
}

# as_root COMMAND...: as root already, or through sudo; a password is asked for only at a terminal.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null && [[ -t 0 && -t 2 ]]; then
        sudo "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

apt_updated=
# apt_install PACKAGE...: fails, and changes nothing, where apt or the right to use it is missing.
apt_install() {
    command -v apt-get >/dev/null || return 1
    as_root true || return 1
    if [[ -z $apt_updated ]]; then
        # Some index of many may be stale or out of reach: the install below tells whether that matters.
        quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update || true
        apt_updated=yes
    fi
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"
}
