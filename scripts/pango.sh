#!/bin/sh
# Make sure that printing works for the Python named in $1; without it everything but printing does.
set -eu
works() { "$1" -c 'import weasyprint' >/dev/null 2>&1; }
works "$1" && exit 0
sh scripts/apt.sh libpango-1.0-0 libpangoft2-1.0-0 || true
works "$1" && exit 0
echo "Pango is missing: nothing can be printed as PDF. Install it:" >&2
echo "    apt-get install libpango-1.0-0 libpangoft2-1.0-0" >&2
