# shellcheck shell=bash
# Sourced by the scripts beside it. `connect_to URL` puts a PostgreSQL URL into libpq's variables, so that no process list shows its
# password. Understood: scheme://user:password@host:port/database?sslmode=...&sslrootcert=..., percent-encoded, and what
# else libpq has variables for.

decoded() {
  local text=${1//+/%2B}
  printf '%b' "${text//%/\\x}"
}

connect_to() {
  local rest=${1#*://} name value parameters=()
  local credentials=${rest%@*} address=${rest##*@}
  local place=${address%%/*} database=${address#*/}
  PGUSER=$(decoded "${credentials%%:*}")
  PGPASSWORD=$(decoded "${credentials#*:}")
  PGHOST=${place%%:*} PGPORT=5432
  if [[ $place == *:* ]]; then PGPORT=${place##*:}; fi
  PGDATABASE=$(decoded "${database%%\?*}")
  export PGUSER PGPASSWORD PGHOST PGPORT PGDATABASE
  if [[ $database != *\?* ]]; then return; fi
  IFS='&' read -ra parameters <<<"${database#*\?}"
  for name in "${parameters[@]}"; do
    value=$(decoded "${name#*=}")
    case ${name%%=*} in
      sslmode) export PGSSLMODE=$value ;;
      sslrootcert) export PGSSLROOTCERT=$value ;;
      application_name) export PGAPPNAME=$value ;;
      connect_timeout) export PGCONNECT_TIMEOUT=$value ;;
      target_session_attrs) export PGTARGETSESSIONATTRS=$value ;;
      channel_binding) export PGCHANNELBINDING=$value ;;
      options) export PGOPTIONS=$value ;;
      *) echo "unknown parameter of the address: ${name%%=*}" >&2; return 1 ;;
    esac
  done
}

# Waits until the server takes connections, ANSWER_WITHIN_S seconds at most: one that was just started may be told of a little early.
wait_for_server() {
  local until_s=$((SECONDS + ${ANSWER_WITHIN_S:-60}))
  until pg_isready --quiet --timeout=3; do
    if ((SECONDS >= until_s)); then
      echo "PostgreSQL at $PGHOST:$PGPORT takes no connections" >&2
      return 1
    fi
    sleep 1
  done
}

# One statement for each table, that gives its name and how many rows it has.
# shellcheck disable=SC2034
counting="SELECT format('SELECT %L, count(*) FROM %s', c.oid::regclass, c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
ORDER BY c.oid::regclass::text COLLATE \"C\""
