"""A decision log, entry by entry, however long it is. Nothing here knows what an entry means."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from interlock.decisionlog.entry import MAX_ENTRY, Entry, decode_entry
from interlock.errors import OperatorError, Problem
from interlock.spans import Span


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry and where it stands."""

    entry: Entry
    span: Span


def read_log(stream: BinaryIO, file: str) -> Iterator[Logged | Problem]:
    """The entries of `stream` in their order, and in the place of a line that is none what is wrong with it."""
    number = 0
    while line := stream.readline(MAX_ENTRY + 1):
        number += 1
        span = Span(file, number, 1)
        if len(line) > MAX_ENTRY:
            _skip(stream, line)
            yield Problem(span, f"line is longer than {MAX_ENTRY >> 20} MiB: no decision log has it")
            continue
        try:
            yield Logged(decode_entry(line), span)
        except OperatorError as error:
            yield Problem(span, str(error))


def _skip(stream: BinaryIO, line: bytes) -> None:
    """Read up to the end of the line that begins with `line`."""
    while line and not line.endswith(b"\n"):
        line = stream.readline(MAX_ENTRY)
