#!/usr/bin/env bash
# Restores the newest dump of BACKUP_FOLDER into a scratch database beside the real one, compares the rows of every table with those
# that were dumped, and drops it again. Ends with 1 where anything differs. HAETAE_ADMIN_URL is of a role that may create databases
# and the extension `vector`; the database that it names is only connected to, never changed.
set -euo pipefail
# shellcheck source=connection.sh
source "$(dirname "${BASH_SOURCE[0]}")/connection.sh"
connect_to "$HAETAE_ADMIN_URL"
wait_for_server
cd "$BACKUP_FOLDER"

dumps=(haetae-*.dump)
newest=${dumps[-1]}
if [ ! -f "$newest" ]; then
  echo "there is no dump in $BACKUP_FOLDER" >&2
  exit 1
fi
scratch=haetae_drill_$(date -u +%Y%m%d%H%M%S)_$$
rows=$(mktemp)
trap 'rm -f "$rows"; dropdb --if-exists --force "$scratch"' EXIT

began=$SECONDS
createdb --template=template0 "$scratch"
pg_restore --no-owner --no-privileges --exit-on-error --dbname="$scratch" "$newest"
psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname="$scratch" --output="$rows" <<SQL
SET statement_timeout = 0;
$counting \gexec
SQL

if ! diff -u --label "${newest%.dump}.rows" --label restored "${newest%.dump}.rows" "$rows"; then
  echo "$newest: what was restored is not what was dumped" >&2
  exit 1
fi
echo "$newest: restored in $((SECONDS - began)) s, $(wc -l <"$rows") tables with the same rows"
