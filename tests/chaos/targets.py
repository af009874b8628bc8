"""What is killed: the service over one of the stores, or the store itself."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from interlock.ledger.stores.opening import url_of
from support import postgres, valkeys
from support.budgets import WORLD
from support.documents import budget
from support.process import running

LIMITS: Final = {
    "organization": 12_000,
    "team": 6_500,
    "project": 3_400,
    "agent": 1_800,
    "run": 1_000,
}
"""The tokens of the budgets of a lineage: all are used up within a second or so."""


class Server(Protocol):
    """A store of its own process."""

    def start(self) -> None:
        """Answer, with all that was kept."""
        ...

    def kill(self) -> None:
        """Die without a word."""
        ...


Kept: TypeAlias = tuple[str, Server | None]
"""The URL of a ledger, and the server that keeps it, if one does."""


@dataclass(frozen=True, slots=True)
class Target:
    """A store, and whether it is its server that is killed."""

    store: str
    kills_server: bool
    open: Callable[[Path], AbstractContextManager[Kept]]

    @property
    def name(self) -> str:
        """What is killed over which store."""
        return f"{self.store}, the {'server' if self.kills_server else 'service'}"


class Service:
    """`interlock serve` over the ledger at `url`, restarted on another port each time."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._ledger = folder, url
        self._policies = folder / "policies"
        self._policies.mkdir()
        (self._policies / "all.yaml").write_text("\n---\n".join([*WORLD, *_budgets()]), encoding="utf-8")
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        """Serve, with all that the ledger has."""
        found = self._running.enter_context(
            running(self._policies, self._folder / "state", "--ledger", self._ledger, "--no-watch")
        )
        self.url, self._process = found.check, found.process

    def kill(self) -> None:
        """Die without a word."""
        self._process.kill()

    def close(self) -> None:
        """Be gone."""
        self._running.close()


def _budgets() -> Iterator[str]:
    windows = {
        "organization": "{calendar: {every: month}}",
        "team": "{rolling: 30d}",
        "run": "{run: {idle: 1h}}",
    }
    keys = {
        "team": 'intent.attribution.?team.orValue("")',
        "project": 'intent.attribution.?project.orValue("")',
        "agent": 'intent.?agent.?name.orValue("")',
    }
    for name, limit in LIMITS.items():
        yield budget(
            f"  key: {keys[name]}\n" if name in keys else "",
            name=name,
            limits=f"    - {{unit: tokens, limit: {limit}}}\n",
            window=windows.get(name, "{lifetime: true}"),
        )


@contextmanager
def serving(target: Target) -> Iterator[tuple[Service, Server]]:
    """A service on an empty ledger, and whoever is to be killed."""
    with tempfile.TemporaryDirectory() as name, target.open(Path(name)) as (url, server):
        service = Service(Path(name), url)
        try:
            yield service, (server if target.kills_server and server is not None else service)
        finally:
            service.close()


def _sqlite(options: str) -> Callable[[Path], AbstractContextManager[Kept]]:
    @contextmanager
    def opened(folder: Path) -> Iterator[Kept]:
        yield url_of(folder / "ledger.sqlite") + options, None

    return opened


@contextmanager
def _valkey(_folder: Path) -> Iterator[Kept]:
    with valkeys.running() as server:
        yield server.url, server


@contextmanager
def _postgres(_folder: Path) -> Iterator[Kept]:
    server = postgres.Server(postgres.programs(), postgres.SAFE)
    try:
        yield server.url, server
    finally:
        server.remove()


SQLITE: Final = Target("SQLite, power", kills_server=False, open=_sqlite(""))
TARGETS: Final = (
    SQLITE,
    Target("SQLite, process", kills_server=False, open=_sqlite("?durability=process")),
    Target("Valkey", kills_server=False, open=_valkey),
    Target("Valkey", kills_server=True, open=_valkey),
    Target("PostgreSQL", kills_server=False, open=_postgres),
    Target("PostgreSQL", kills_server=True, open=_postgres),
)
"""All of them; a service and its file of SQLite are one process."""
