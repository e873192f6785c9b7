#!/bin/sh
# Runs once, when the cluster is made: the application's role (no superuser), its database, and vectors in it.
set -eu
POSTGRES_USER=${POSTGRES_USER:-postgres}
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password HAETAE_PASSWORD
CREATE ROLE haetae LOGIN PASSWORD :'password';
CREATE DATABASE haetae OWNER haetae;
REVOKE CONNECT, TEMPORARY ON DATABASE haetae FROM PUBLIC;
SQL
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname haetae --command 'CREATE EXTENSION IF NOT EXISTS vector'
