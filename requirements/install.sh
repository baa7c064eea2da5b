#!/bin/sh
# Make .venv and install the pinned requirements: install.sh run|test
# Finds Python 3.10 (PYTHON=, pyenv, python3.10), installs with hashes by uv, and
# leaves a stamp so that the next call has nothing to do.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
lists="run"
[ "${1:-run}" = test ] && lists="run test"

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

checksum() { cat pyproject.toml "$@" | cksum | tr ' ' '-'; }
stamp_run="$venv/.installed-run-$(checksum requirements/run.txt)"
stamp_test="$venv/.installed-test-$(checksum requirements/run.txt requirements/test.txt)"
case $lists in
    run) [ -e "$stamp_run" ] && exit 0 ;;
    *) [ -e "$stamp_test" ] && exit 0 ;;
esac

is_310() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; }

find_python() {
    for candidate in "${PYTHON:-}" python3.10 python3 python; do
        [ -n "$candidate" ] && is_310 "$candidate" && { say "$candidate"; return; }
    done
    if command -v pyenv >/dev/null 2>&1; then
        for prefix in "$(pyenv root)"/versions/3.10*; do
            is_310 "$prefix/bin/python" && { say "$prefix/bin/python"; return; }
        done
    fi
}

if [ ! -x "$venv/bin/python" ] || ! is_310 "$venv/bin/python"; then
    python=$(find_python)
    [ -n "$python" ] || fail "Mend needs Python 3.10 and found none. Install it with
'pyenv install 3.10', or say where it is: make ${MAKECMDGOALS:-run} PYTHON=/path/to/python3.10"
    free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
    [ "$free_mb" -ge 2000 ] || fail "Only $free_mb MB free here; the installation needs 2000 MB. Free some space and try again."
    say "Making .venv with $("$python" --version 2>&1) ..."
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

network="The packages could not be installed (see above). If the network is down, try again when it is back; 'make clean' starts over."
if [ ! -x "$venv/bin/uv" ]; then
    say "Installing uv ..."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements/uv.txt || fail "$network"
fi
say "Installing the pinned packages ($lists) ..."
set --
for list in $lists; do set -- "$@" -r "requirements/$list.txt"; done
VIRTUAL_ENV=$venv "$venv/bin/uv" pip install --quiet --no-deps --require-hashes "$@" || fail "$network"
VIRTUAL_ENV=$venv "$venv/bin/uv" pip install --quiet --no-deps --no-build-isolation --editable . || fail "$network"
rm -f "$venv"/.installed-*
: > "$stamp_run"
[ "$lists" = run ] || : > "$stamp_test"
