#!/bin/sh
# Make sure that Voikko works for the Python named in $1; without it the fallback analyzer serves.
set -eu
works() { "$1" -c 'import libvoikko; libvoikko.Voikko("fi")' >/dev/null 2>&1; }
works "$1" && exit 0
sh scripts/apt.sh libvoikko1 voikko-fi || true
works "$1" && exit 0
echo "Voikko is missing: Finnish is analysed with the weaker fallback. Install it for better answers:" >&2
echo "    apt-get install libvoikko1 voikko-fi" >&2
