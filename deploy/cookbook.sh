#!/bin/sh
# /usr/local/bin/cookbook: the command with the service's settings and as its user; run it as root.
set -eu
set -a
. /etc/cookbook.env
set +a
cd /var/lib/cookbook
exec setpriv --reuid=cookbook --regid=cookbook --init-groups /opt/cookbook/.venv/bin/cookbook "$@"
