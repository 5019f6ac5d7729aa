#!/bin/sh
# Install Debian packages where this user may; fail quietly where not.
set -eu
command -v apt-get >/dev/null 2>&1 || exit 1
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get install -y -qq "$@" >/dev/null 2>&1 || {
    $as_root apt-get update -qq >/dev/null 2>&1
    $as_root apt-get install -y -qq "$@" >/dev/null 2>&1
}
