#!/bin/sh
# Make sure that a Chromium is there for the browser tests; without it they are skipped.
set -eu
found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
found >/dev/null && exit 0
sh scripts/apt.sh chromium || true
found >/dev/null && exit 0
echo "Chromium is missing: the browser tests will be skipped. Install it to run them:" >&2
echo "    apt-get install chromium" >&2
