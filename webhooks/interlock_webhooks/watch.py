"""When files changed.

Told by the operating system where it can tell, and looked up every few
seconds besides: mounted volumes, swapped links and changes from before the
watch began are seen too. Knows nothing of what the files are for.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Final

from watchfiles import awatch

_LOOK_EVERY_MS: Final = 2_000
_SETTLE_MS: Final = 200

Fingerprint = frozenset[tuple[str, int, int, int]]
"""Path, inode, size and modification time in nanoseconds of each file."""


def fingerprint(paths: Iterable[Path]) -> Fingerprint:
    """What tells the present files of `paths`, and of the folders among them, from changed ones.

    Files that can't be looked at are left out; loading reports them.
    """
    return frozenset(found for path in paths for file in _files(path) if (found := _look(file)) is not None)


async def changes(paths: tuple[Path, ...], seen: Fingerprint) -> AsyncGenerator[Fingerprint, None]:
    """Each fingerprint of `paths` that differs from the one before, the first from `seen`; never ends."""
    async for _ in _occasions(paths):
        found = await asyncio.to_thread(fingerprint, paths)
        if found != seen:
            seen = found
            yield found


async def _occasions(paths: tuple[Path, ...]) -> AsyncGenerator[None, None]:
    """Something whenever files may have changed, and every few seconds."""
    try:
        async for _ in awatch(*paths, debounce=_SETTLE_MS, rust_timeout=_LOOK_EVERY_MS, yield_on_timeout=True):
            yield
    except (OSError, RuntimeError):
        # The system watches no more files for us, or one is gone: looking now and then has to do.
        while True:
            yield
            await asyncio.sleep(_LOOK_EVERY_MS / 1000)


def _files(path: Path) -> Iterable[Path]:
    return path.rglob("*") if path.is_dir() else (path,)


def _look(file: Path) -> tuple[str, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return (str(file), found.st_ino, found.st_size, found.st_mtime_ns)
