"""Connections to files of SQLite that nobody but who runs the process may read."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

_MODE: Final = 0o600


def connected(path: Path, patience: float) -> sqlite3.Connection:
    """A connection to the file at `path`, which is made where there is none; no transaction begins by itself.

    It waits `patience` seconds for whoever locks the file.

    Raises:
        OSError: the file can't be made.
        sqlite3.Error: it can't be opened.
    """
    # SQLite alone would let others read it. Opened here again, it would lose the locks that the process has.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _MODE))
    return sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
