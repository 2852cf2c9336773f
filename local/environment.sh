#!/bin/sh
# `local/environment.sh run|test`: .venv with what the locks list. Does nothing when it is there.
set -eu
cd "$(dirname "$0")/.."
locks="requirements.txt requirements-local.txt"
[ "$1" = test ] && locks="$locks requirements-test.txt"
wanted=$(cat $locks | sha256sum | cut -d' ' -f1)
stamp=.venv/.$1.stamp
# A venv that was moved, or whose Python is gone, does not start.
if [ -e .venv ] && ! .venv/bin/python -c '' 2>/dev/null; then
    echo "The Python of .venv is gone; making it anew"
    rm -rf .venv
fi
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

find_python() {
    for name in python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 is needed: apt-get install python3.11 python3-venv" >&2
    return 1
}

make_venv() {
    "$python" -m venv .venv >/dev/null 2>&1 && return
    rm -rf .venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null
        "$python" -m venv .venv && return
    fi
    # Debian without python3-venv: a bare venv, filled by the machine's pip.
    "$python" -m venv --without-pip .venv
    "$python" -m pip --version >/dev/null 2>&1 && return
    rm -rf .venv
    echo "Python's venv is incomplete: apt-get install python3-venv" >&2
    return 1
}

pip() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        .venv/bin/python -m pip -q --disable-pip-version-check --no-input "$@"
    else
        "$python" -m pip -q --disable-pip-version-check --no-input --python .venv/bin/python "$@"
    fi
}

install_uv() {
    [ -x .venv/bin/uv ] && return
    awk '/^uv==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements-local.txt >.venv/uv.txt
    pip install --require-hashes -r .venv/uv.txt
}

python=$(find_python)
[ -x .venv/bin/python ] || make_venv
files=$(printf -- '-r %s ' $locks)
echo "Installing the Python packages"
if ! { install_uv && .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes $files; }; then
    echo "uv did not do it; trying pip"
    pip install --require-hashes $files
fi
echo "$wanted" >"$stamp"
