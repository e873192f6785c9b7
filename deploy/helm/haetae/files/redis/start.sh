#!/bin/sh
# Starts the server with its password in a file that only memory holds: neither a process list nor the image sees it.
set -eu
umask 077
{ cat /etc/valkey/valkey.conf; printf 'requirepass "%s"\n' "$REDIS_PASSWORD"; } >/run/valkey/valkey.conf
unset REDIS_PASSWORD
exec valkey-server /run/valkey/valkey.conf
