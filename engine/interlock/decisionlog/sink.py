"""The file that decisions are appended to.

It holds what was asked, prompts and arguments included: a new file can be
read by its owner alone, and nothing is logged here unless somebody asks for
it. Several processes may append to one file.
"""

import os
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from interlock.decisionlog.entry import Entry, encode_entry
from interlock.errors import OperatorError

_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT
_MODE: Final = 0o600


class DecisionLog:
    """Appends entries to the file at `path`, each with one write.

    Raises OperatorError where the file can't be opened or written. What is not
    written whole has not been logged, and whoever decided must not allow.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole_until = 0
        """How long the file was after our last entry: while nobody else writes, that is its end."""
        try:
            # Opening a pipe or a device could wait forever.
            if path.exists() and not path.is_file():
                raise OperatorError(f"the decision log `{path}` is no regular file: name another one")
            self._file = os.fdopen(os.open(path, _FLAGS, _MODE), "ab+", buffering=0)
        except OSError as error:
            raise self._unusable(error.strerror) from None

    def append(self, entry: Entry) -> None:
        """Write `entry` at the end of the file."""
        line = encode_entry(entry)
        try:
            # What was cut off by a full disk or a crash, whoever wrote it, must not spoil the next entry.
            end = self._file.seek(0, os.SEEK_END)
            whole = line if end == self._whole_until or not _is_torn(self._file, end) else b"\n" + line
            written = self._file.write(whole)
        except OSError as error:
            raise self._unusable(error.strerror) from None
        if written != len(whole):
            raise self._unusable("an entry was cut off")
        self._whole_until = end + written

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _unusable(self, reason: str | None) -> OperatorError:
        return OperatorError(
            f"the decision log `{self._path}` can't be written: {(reason or 'failed').lower()}"
        )


def _is_torn(file: FileIO, end: int) -> bool:
    """Whether `file`, which has `end` bytes, ends in the middle of a line."""
    if end == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"
