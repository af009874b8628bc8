"""Servers of PostgreSQL that tests start themselves, each in a folder of its own."""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from support.process import eventually

SAFE: Final = {"fsync": "on"}
FAST: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

_SETTINGS: Final = {"listen_addresses": "''", "shared_buffers": "32MB", "max_connections": "50"}
_TABLES: Final = (
    "SELECT string_agg(format('interlock.%I', relname), ', ') FROM pg_class"
    " WHERE relkind = 'r' AND relname <> 'formats' AND relnamespace = to_regnamespace('interlock')"
)


class Server:
    """A server that has one database and lets everybody in, through a socket in its folder."""

    def __init__(self, programs: Path, settings: dict[str, str]) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="interlock-"))
        self._user = _unprivileged()
        if self._user is not None:
            os.chown(self._folder, self._user, -1)
        self._run("initdb", "--username=interlock", "--auth=trust", "--encoding=UTF8", "--no-sync")
        with (self._folder / "data/postgresql.conf").open("a") as file:
            every = _SETTINGS | settings | {"unix_socket_directories": f"'{self._folder}'"}
            file.writelines(f"{name} = {value}\n" for name, value in every.items())
        self.start()

    @property
    def url(self) -> str:
        """Where its database is."""
        return self.url_of("interlock")

    def url_of(self, user: str, database: str = "postgres") -> str:
        """Where `user` finds `database`."""
        return f"postgresql://{user}:secret@/{database}?host={self._folder}"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / ".s.PGSQL.5432"

    def start(self) -> None:
        """Be up."""
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}")

    def stop(self, how: str = "immediate") -> None:
        """Be down: without `how`, as after a loss of power."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={how}")

    def kill(self) -> None:
        """Die without a word; all that it started does so too, once it notices."""
        postmaster = (self._folder / "data/postmaster.pid").read_text().split()[0]
        command = "pgrep", "-P", postmaster
        started = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        os.kill(int(postmaster), signal.SIGKILL)
        eventually(lambda: not any(_runs(int(number)) for number in [postmaster, *started]))

    def remove(self) -> None:
        """Be gone, with everything that was kept."""
        if (self._folder / "data/postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)

    async def execute(self, statement: str) -> None:
        """Do what no ledger does."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def empty(self) -> None:
        """Keep nothing, as new."""
        connection = await asyncpg.connect(self.url)
        try:
            tables = await connection.fetchval(_TABLES)
            if tables is not None:
                await connection.execute(f"TRUNCATE {tables}")
        finally:
            await connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        # Not a pipe: the server would keep it open.
        with (self._folder / "said").open("a+") as said:
            command: tuple[str | Path, ...] = (
                self._programs / program,
                "--pgdata",
                self._folder / "data",
                *arguments,
            )
            done = subprocess.run(
                command, user=self._user, cwd="/", stdout=said, stderr=subprocess.STDOUT, check=False
            )
            said.seek(0)
            assert done.returncode == 0, said.read()


@cache
def shared() -> Server:
    """The server of this process, which forgets what it did last if the machine stops."""
    server = Server(programs(), FAST)
    atexit.register(server.remove)
    return server


def programs() -> Path:
    """The folder with PostgreSQL's programs; a test that needs them is skipped where they are not."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("PostgreSQL is not installed")
    return folders[-1]


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _unprivileged() -> int | None:
    """Who runs a server where the tests run as root, whom it refuses."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return names.get("postgres", names["nobody"])
