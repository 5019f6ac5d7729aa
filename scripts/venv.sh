#!/bin/sh
# Make .venv with the Python named in $1 (3.11 or newer).
set -eu
python="$1"
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    # Debian keeps it in a package of its own
    sh scripts/apt.sh python3-venv || {
        echo "Python's venv module is missing; install it: apt-get install python3-venv" >&2
        exit 1
    }
fi
"$python" -m venv .venv
# dependency groups need pip 25.1
.venv/bin/pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
