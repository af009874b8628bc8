"""A child process that answers messages, each within a time. It knows nothing of what they say."""

import subprocess
from collections.abc import Sequence
from typing import IO, Final, cast

from interlock.cel.checker.protocol import framed, unframed
from interlock.cel.checker.watchdog import Watchdog
from interlock.errors import OperatorError

_SECONDS_TO_START: Final = 60.0
_SECONDS_TO_END: Final = 5.0


class Process:
    """What `command` starts: it says an empty message when it is ready, and ends when its input does.

    Raises:
        OperatorError: it can't be started, or isn't ready in time.
    """

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._child = subprocess.Popen(  # noqa: S603  # the command is our own
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            raise OperatorError(f"the checker of expressions can't be started: {error.strerror}") from None
        self._requests = cast("IO[bytes]", self._child.stdin)
        self._answers = cast("IO[bytes]", self._child.stdout)
        self._watchdog = Watchdog(self._child.kill)
        try:
            with self._watchdog.within(_SECONDS_TO_START):
                unframed(self._answers.read)
        except (EOFError, OSError):
            self.kill()
            raise OperatorError(
                f"the checker of expressions ended with code {self._child.returncode} before it was ready"
            ) from None

    def ask(self, message: bytes, seconds: float) -> bytes:
        """The answer to `message`.

        Raises:
            TimeoutError: there is none in time, and the process was ended.
            EOFError: the process ended.
            OSError: it ended before it was asked.
        """
        with self._watchdog.within(seconds):
            rest = memoryview(framed(message))
            while rest:
                rest = rest[self._requests.write(rest) :]
            return unframed(self._answers.read)

    def end(self) -> None:
        """Lets the process end, and ends it if it doesn't."""
        self._close()
        try:
            self._child.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the process, whatever it does."""
        self._child.kill()
        self._child.wait()
        self._close()

    def leave(self) -> None:
        """Has no part in the process any more: in a fork of its parent, to which alone it belongs."""
        self._close()
        # Nobody but its parent can wait for a process.
        self._child.returncode = 0

    def _close(self) -> None:
        self._requests.close()
        self._answers.close()
