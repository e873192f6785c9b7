"""The backup and the restore drill, as the chart's own scripts against a real PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from haetae.embedded.child import running
from haetae.embedded.postgres import _binaries
from haetae.store.migration import migrate
from tests.helm.render.chart import CHART
from tests.kit import servers

SCRIPTS = CHART / "files" / "backup"


@dataclass(frozen=True, slots=True)
class Site:
    """A database with tables and rows, and a folder for its dumps."""

    url: str
    admin_url: str
    folder: Path

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One of the chart's scripts with PostgreSQL's own programs, in the environment that its pod has."""
        told = {"HAETAE_POSTGRES__URL": self.url, "HAETAE_ADMIN_URL": self.admin_url, "BACKUP_FOLDER": str(self.folder)}
        path = f"{_binaries()}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", str(SCRIPTS / script)],
            env={"PATH": path, **told, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def execute(self, statement: str) -> None:
        """One statement by the application's role."""
        with psycopg2.connect(self.url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def alone(self, statement: str, database: str = "postgres") -> None:
        """One statement outside of any transaction, by the administrator."""
        connection = psycopg2.connect(self.admin_url.removesuffix("postgres") + database)
        try:
            connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def databases(self) -> set[str]:
        """The names of all databases."""
        with psycopg2.connect(self.admin_url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            return {name for (name,) in cursor.fetchall()}

    def dumps(self) -> list[Path]:
        """Finished dumps, oldest first."""
        return sorted(self.folder.glob("haetae-*.dump"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URLs of the application and of the administrator, with a password that badly quoted addresses choke on."""
    with servers.postgres(tmp_path_factory.mktemp("postgres")) as (part, _):
        migrate(part.url)
        admin = f"postgresql://postgres:{quote(servers._PASSWORD, safe='')}@127.0.0.1:{part.port}/postgres"
        yield part.url, admin


@pytest.fixture
def site(served: tuple[str, str], tmp_path: Path) -> Site:
    """The same database with an empty folder."""
    return Site(*served, tmp_path)


def test_a_dump_can_be_restored_whole(site: Site) -> None:
    """What is dumped comes back with every table and row, in a scratch database that is gone afterwards."""
    site.execute("CREATE TABLE IF NOT EXISTS drilled AS SELECT n FROM generate_series(1, 4321) AS n")
    before = site.databases()
    dumped = site.run("backup.sh")
    assert dumped.returncode == 0, dumped.stderr
    drilled = site.run("drill.sh")
    assert drilled.returncode == 0, drilled.stderr
    rows = site.dumps()[0].with_suffix(".rows").read_text(encoding="utf-8")
    assert "drilled|4321" in rows
    assert "alembic_version|1" in rows
    assert f"{len(rows.splitlines())} tables with the same rows" in drilled.stdout
    assert site.databases() == before


def test_a_dump_that_lost_rows_is_found_out(site: Site) -> None:
    """A drill ends with 1 and names the table where the restored rows are not those that were dumped."""
    assert site.run("backup.sh").returncode == 0
    (dump,) = site.dumps()
    rows = dump.with_suffix(".rows")
    rows.write_text(re.sub(r"alembic_version\|1", "alembic_version|2", rows.read_text()), encoding="utf-8")
    drilled = site.run("drill.sh")
    assert drilled.returncode == 1
    assert "-alembic_version|2" in drilled.stdout
    assert "is not what was dumped" in drilled.stderr


def test_a_damaged_dump_is_found_out(site: Site) -> None:
    """A dump whose bytes were cut off cannot be restored, and the scratch database is gone all the same."""
    assert site.run("backup.sh").returncode == 0
    (dump,) = site.dumps()
    before = site.databases()
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size * 2 // 3])
    assert site.run("drill.sh").returncode != 0
    assert site.databases() == before


def test_without_a_dump_the_drill_fails(site: Site) -> None:
    """An empty folder is no success: nothing was proven."""
    drilled = site.run("drill.sh")
    assert (drilled.returncode, "there is no dump" in drilled.stderr) == (1, True)


def test_nothing_half_written_is_left(site: Site) -> None:
    """Where PostgreSQL does not answer, there is no dump, and what an earlier run left half written is gone with the next."""
    (site.folder / ".haetae-20200101T000000Z.partial").touch()
    nobody = "postgresql://nobody:wrong@127.0.0.1:9/haetae"
    away = site.run("backup.sh", HAETAE_POSTGRES__URL=nobody, ANSWER_WITHIN_S="1")
    assert away.returncode != 0
    assert "127.0.0.1:9 takes no connections" in away.stderr
    assert list(site.folder.iterdir()) == []


def test_a_server_that_comes_up_late_is_waited_for(tmp_path: Path) -> None:
    """The script begins while PostgreSQL is down, and dumps once it is there."""
    with servers.postgres(tmp_path / "postgres") as (part, _):
        migrate(part.url)
    (tmp_path / "dumps").mkdir()
    late = Site(part.url, part.url, tmp_path / "dumps")
    with ThreadPoolExecutor() as beside:
        dumping = beside.submit(late.run, "backup.sh")
        time.sleep(3.0)
        assert not dumping.done()
        with running(part, tmp_path / "again.log"):
            dumped = dumping.result(timeout=60)
    assert dumped.returncode == 0, dumped.stderr
    assert len(late.dumps()) == 1


def test_the_first_dump_waits_for_the_schema(site: Site) -> None:
    """A database that has no tables yet is waited for; one that never gets any has no dump."""
    site.alone("CREATE DATABASE unborn OWNER haetae")
    try:
        there = site.url.removesuffix("haetae") + "unborn"
        never = site.run("backup.sh", HAETAE_POSTGRES__URL=there, WAIT_S="2")
        assert (never.returncode, site.dumps()) == (1, [])
        site.alone("CREATE EXTENSION vector", database="unborn")
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(site.run, "backup.sh", HAETAE_POSTGRES__URL=there, WAIT_S="60")
            migrate(there)
            assert waiting.result().returncode == 0
        assert len(site.dumps()) == 1
    finally:
        site.alone("DROP DATABASE unborn")


def test_old_dumps_go_and_the_newest_stays(site: Site) -> None:
    """What is older than the days to keep is removed with its counts; younger ones and the new one stay."""
    for name, age_days in (("haetae-20200101T000000Z", 15), ("haetae-20200102T000000Z", 2)):
        for ending in ("dump", "rows"):
            file = site.folder / f"{name}.{ending}"
            file.touch()
            moment = file.stat().st_mtime - age_days * 86400
            os.utime(file, (moment, moment))
    done = site.run("backup.sh", KEEP_DAYS="14")
    assert done.returncode == 0, done.stderr
    assert [each.name for each in site.dumps()[:1]] == ["haetae-20200102T000000Z.dump"]
    assert len(site.dumps()) == 2
    assert not (site.folder / "haetae-20200101T000000Z.rows").exists()


def test_an_empty_database_is_restored_into_by_its_own_role(site: Site) -> None:
    """The newest dump comes back whole into a new database, by the application's role; the extension is there already."""
    assert site.run("backup.sh").returncode == 0
    for statement in ("CREATE DATABASE returned OWNER haetae", "ALTER DATABASE returned SET timezone TO 'UTC'"):
        site.alone(statement)
    try:
        site.alone("CREATE EXTENSION vector", database="returned")
        there = site.url.removesuffix("haetae") + "returned"
        restored = site.run("restore.sh", HAETAE_POSTGRES__URL=there)
        assert restored.returncode == 0, restored.stderr
        rows = site.dumps()[0].with_suffix(".rows").read_text(encoding="utf-8").splitlines()
        assert f"restored, {len(rows)} tables" in restored.stdout
        again = site.run("restore.sh", HAETAE_POSTGRES__URL=there)
        assert (again.returncode, "only an empty one" in again.stderr) == (1, True)
    finally:
        site.alone("DROP DATABASE returned")


def test_a_database_in_use_is_not_restored_into(site: Site) -> None:
    """Where there are tables nothing is restored and nothing is changed."""
    assert site.run("backup.sh").returncode == 0
    refused = site.run("restore.sh")
    assert refused.returncode == 1
    assert "only an empty one is restored into" in refused.stderr


def test_no_process_shows_a_password(site: Site) -> None:
    """The scripts hand the password over in libpq's environment: no argument of any program holds it."""
    text = "".join(file.read_text(encoding="utf-8") for file in SCRIPTS.glob("*.sh"))
    assert not re.search(r"(psql|pg_dump|pg_restore|createdb|dropdb)[^\n]*(PGPASSWORD|_URL)", text)
    assert site.run("backup.sh").returncode == 0


@pytest.mark.peer
def test_scripts_pass_shellcheck() -> None:
    """Every script of the chart is free of what shellcheck knows to go wrong."""
    program = shutil.which("shellcheck")
    if program is None:
        pytest.skip("there is no shellcheck")
    scripts = sorted(map(str, (CHART / "files").glob("*/*.sh")))
    done = subprocess.run([program, "-x", "-P", "SCRIPTDIR", *scripts], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
