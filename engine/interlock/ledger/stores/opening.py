"""The ledger at a URL: which store it is kept in is said there and nowhere else."""

from importlib import import_module
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from interlock.errors import OperatorError
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.spelling import alternatives, quoted

_VALKEY: Final = frozenset({"valkey", "valkeys", "redis", "rediss", "unix"})
_POSTGRES: Final = frozenset({"postgresql", "postgres"})
_EXAMPLES: Final = (
    "sqlite:///var/lib/interlock/ledger.sqlite",
    "valkey://host:6379/0",
    "postgresql://host/name",
)


class _Kept(Protocol):
    """A store whose client comes with an extra."""

    @classmethod
    async def open(cls, url: str) -> Ledger:
        """The ledger at `url`."""
        ...


async def open_ledger(url: str) -> Ledger:
    """The ledger at `url`.

    `sqlite:///path` is a file that this process alone owns, with
    `?durability=process` one that may lose its last moments with the machine's
    power; `valkey://` and `redis://`, with an `s` over TLS, and `postgresql://`
    are servers that many share, Valkey also as a cluster; `memory:` is forgotten
    with the process.

    Raises:
        OperatorError: it is no such URL, or what it leads to can't be used.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return MemoryLedger()
    if scheme == "sqlite":
        return await SqliteLedger.open(*_file(url))
    if scheme in _VALKEY:
        return await _store("valkey", "ValkeyLedger").open(url)
    if scheme in _POSTGRES:
        return await _store("postgres", "PostgresLedger").open(url)
    raise OperatorError(f"no ledger is kept at {quoted(scheme)}: give a URL such as {alternatives(_EXAMPLES)}")


def url_of(path: Path) -> str:
    """The URL of the ledger in the file at `path`."""
    return f"sqlite://{quote(str(path.absolute()))}"


def shown(url: str) -> str:
    """`url` without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}"))


def _file(url: str) -> tuple[Path, Durability]:
    parts = urlsplit(url)
    if parts.netloc or not parts.path.removeprefix("/"):
        raise OperatorError(f"{quoted(url)} names no file: write three slashes, as in `{_EXAMPLES[0]}`")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    durability = options.pop("durability", Durability.POWER.value)
    if options or durability not in set(Durability):
        choices = alternatives([each.value for each in Durability])
        raise OperatorError(f"{quoted(url)} says more than a ledger knows: `durability` is {choices}")
    return Path(unquote(parts.path)), Durability(durability)


def _store(name: str, kind: str) -> _Kept:
    """The store of module `name`, whose client may be absent."""
    try:
        found: _Kept = getattr(import_module(f"interlock.ledger.stores.{name}.ledger"), kind)
    except ModuleNotFoundError as error:
        raise OperatorError(f"`{error.name}` is missing: install `interlock[{name}]`") from None
    return found
