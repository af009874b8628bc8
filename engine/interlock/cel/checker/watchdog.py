"""Ends what takes too long. It knows nothing of what that is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Final

_LOOK_EVERY: Final = 1.0
"""In seconds."""


class Watchdog:
    """Calls `end` once something takes longer than it may.

    It has a thread for as long as there is something to watch, and a moment
    longer: to start one each time would take longer than most of what is watched.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._lock = Lock()
        self._deadline: float | None = None
        self._is_late = False
        self._is_watching = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Ends the block after `seconds`: what `end` makes fail in it is then a TimeoutError."""
        with self._lock:
            self._deadline = monotonic() + seconds
            if not self._is_watching:
                self._is_watching = True
                Thread(target=self._watch, name="watchdog", daemon=True).start()
        try:
            yield
        except (EOFError, OSError):
            if not self._is_late:
                raise
        finally:
            with self._lock:
                self._deadline = None
        if self._is_late:
            raise TimeoutError

    def _watch(self) -> None:
        while (left := self._left()) > 0:
            sleep(min(left, _LOOK_EVERY))

    def _left(self) -> float:
        """The seconds after which to look again; 0 where there is nothing to watch any more."""
        with self._lock:
            left = 0 if self._deadline is None else self._deadline - monotonic()
            if left <= 0:
                self._is_watching = False
                if self._deadline is not None:
                    self._is_late = True
                    self._end()
            return left
