"""What tests of the decision log share: an entry, and logs in memory."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from interlock.decisionlog.entry import Entry, encode_entry
from interlock.decisionlog.read import Logged, read_log
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.errors import Problem
from interlock.model.balances import Balances
from interlock.units import Instant

RECORD = {
    "decision": "allow",
    "policySet": "sha256:0",
    "time": "2026-01-01T00:00:00.000Z",
    "reasons": [],
}


def entry(**record: Any) -> Entry:
    """An entry of an empty document; `record` replaces fields of its record."""
    return Entry(decision={**RECORD, **record}, mutates=True, balances=Balances(), document={})


def logged(engine: Engine, document: dict[str, Any], now: Instant) -> Entry:
    """The entry of what `engine` decides on `document`."""
    return Entry.of(decide_document(engine, document, now=now).decision, document, mutates=True)


def written_and_read(*entries: Entry) -> list[Entry]:
    """`entries` as they are read from the log that they make."""
    return [each.entry for each in read(b"".join(map(encode_entry, entries))) if isinstance(each, Logged)]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """As on a full disk, no file can have more than `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def read(content: bytes) -> list[Logged | Problem]:
    """What is in a log of `content`."""
    return list(read_log(BytesIO(content), "log"))
