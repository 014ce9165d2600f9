#!/bin/sh
# Writes requirements.lock and requirements-dev.lock from pyproject.toml, for every Python and system
# we support at once, with hashes. Without arguments only what pyproject.toml demands is changed;
# `tools/lock.sh --upgrade` takes the newest of everything, `tools/lock.sh --upgrade-package NAME` of one.
set -eu
cd "$(dirname "$0")/.."

# The resolver lives outside .venv: it is needed here and nowhere else.
workshop=$(mktemp -d)
trap 'rm -rf "$workshop"' EXIT
python3 -m venv "$workshop"
"$workshop/bin/pip" install --quiet --disable-pip-version-check uv

compile() {
    "$workshop/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links "$@"
}
compile pyproject.toml --group build --output-file requirements.lock "$@"
compile pyproject.toml --group dev --constraints requirements.lock --output-file requirements-dev.lock "$@"
