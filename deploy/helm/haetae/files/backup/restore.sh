#!/usr/bin/env bash
# Restores the newest dump of BACKUP_FOLDER (or DUMP, the name of one) into the empty database at HAETAE_POSTGRES__URL, as the
# application's own role, and compares the rows of every table. A database that has tables is refused: nothing is ever overwritten.
set -euo pipefail
# shellcheck source=connection.sh
source "$(dirname "${BASH_SOURCE[0]}")/connection.sh"
connect_to "$HAETAE_POSTGRES__URL"
wait_for_server
cd "$BACKUP_FOLDER"

dumps=(haetae-*.dump)
dump=${DUMP:-${dumps[-1]}}
if [ ! -f "$dump" ]; then
  echo "there is no dump $dump in $BACKUP_FOLDER" >&2
  exit 1
fi
list=$(mktemp) rows=$(mktemp)
trap 'rm -f "$list" "$rows"' EXIT

ask=(psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1)
there=$("${ask[@]}" --command="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [ "$there" -ne 0 ]; then
  echo "the database has $there tables: only an empty one is restored into" >&2
  exit 1
fi
pg_restore --list "$dump" | grep -v ' EXTENSION ' >"$list" # it is there already; making it takes a superuser
pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --use-list="$list" --dbname="$PGDATABASE" "$dump"
"${ask[@]}" --output="$rows" <<SQL
SET statement_timeout = 0;
$counting \gexec
SQL

if ! diff -u --label "${dump%.dump}.rows" --label restored "${dump%.dump}.rows" "$rows"; then
  echo "$dump: what was restored is not what was dumped" >&2
  exit 1
fi
echo "$dump: restored, $(wc -l <"$rows") tables, $(awk -F'|' '{n += $2} END {print n + 0}' "$rows") rows"
