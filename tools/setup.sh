#!/bin/sh
# Makes .venv with everything the locks name, and Folkmoot itself in place. Called by `make setup`.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

good_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The system's own first: distributions have it built with profile-guided optimisation, and mend it with the rest of the machine.
# One that pyenv has compiled is not, unless somebody told it to, and takes up to 1.7 times as long for the same work.
candidates="${PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11}"

find_python() {
    bare=
    for name in $candidates; do
        if good_enough "$name"; then
            if can_make_venv "$name"; then command -v "$name"; return; fi
            bare=${bare:-$name}
        fi
    done
    if [ -n "$bare" ]; then
        say "$bare comes without the part that makes virtual environments."
        say "  Debian, Ubuntu:  sudo apt install python3-venv"
        say "  elsewhere: install the package that holds Python's \"venv\" and \"ensurepip\" modules"
        exit 1
    fi
    say "Folkmoot needs Python 3.11 or newer, and found none."
    say "  Debian 12, Ubuntu 24.04 and later:  sudo apt install python3 python3-venv"
    say "  Fedora:                             sudo dnf install python3"
    say "  elsewhere, or one of several:       make setup PYTHON=/path/to/python3.12"
    exit 1
}

# A .venv whose Python has since been upgraded away cannot be repaired, only made anew.
if [ -d .venv ] && ! good_enough .venv/bin/python; then
    say "The Python behind .venv is gone; making .venv anew."
    rm -rf .venv
fi

if [ ! -x .venv/bin/pip ]; then
    python=$(find_python)
    say "Making .venv with $("$python" --version) ($python)"
    "$python" -m venv .venv
fi

say "Installing what requirements-dev.lock names into .venv (a minute or two the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
touch .venv/.up-to-date
