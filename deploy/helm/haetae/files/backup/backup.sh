#!/usr/bin/env bash
# Dumps the database at HAETAE_POSTGRES__URL into BACKUP_FOLDER: NAME.dump (pg_dump's custom format) and NAME.rows (rows of each table
# in the same snapshot of the database), both checked before they get their names. What is older than KEEP_DAYS goes, never the newest.
# A database without the schema is waited for, WAIT_S seconds at most.
set -euo pipefail
# shellcheck source=connection.sh
source "$(dirname "${BASH_SOURCE[0]}")/connection.sh"
connect_to "$HAETAE_POSTGRES__URL"
: "${KEEP_DAYS:=14}"
cd "$BACKUP_FOLDER"
umask 077
rm -f .haetae-*.partial .haetae-*.partial.rows

wait_for_server
for ((left = ${WAIT_S:-0}; left > 0; left -= 2)); do
  if psql --no-psqlrc --quiet --command='SELECT FROM alembic_version' >/dev/null 2>&1; then break; fi
  sleep 2
done

name=haetae-$(date -u +%Y%m%dT%H%M%SZ)
export PARTIAL=.$name.partial
trap 'rm -f "$PARTIAL" "$PARTIAL.rows"' EXIT

psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 <<SQL
SET statement_timeout = 0;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --compress=6 --snapshot="\$SNAPSHOT" --file="\$PARTIAL"
\o $PARTIAL.rows
$counting \gexec
\o
COMMIT;
SQL

listed=$(pg_restore --list "$PARTIAL" | grep -c ' TABLE DATA ' || true)
counted=$(wc -l <"$PARTIAL.rows")
if [ "$listed" -ne "$counted" ] || [ "$counted" -eq 0 ]; then
  echo "the dump holds $listed tables of $counted: it is thrown away" >&2
  exit 1
fi
sync -f "$PARTIAL"
mv "$PARTIAL.rows" "$name.rows"
mv "$PARTIAL" "$name.dump"
echo "$name.dump: $(stat -c %s "$name.dump") bytes, $counted tables, $(awk -F'|' '{n += $2} END {print n + 0}' "$name.rows") rows"

find . -maxdepth 1 -name 'haetae-*.dump' ! -name "$name.dump" -mtime "+$((KEEP_DAYS - 1))" -printf '%f\n' | while read -r old; do
  rm -f "$old" "${old%.dump}.rows"
  echo "$old: older than $KEEP_DAYS days, removed"
done
