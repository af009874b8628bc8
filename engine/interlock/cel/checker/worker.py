"""The process that has Google's checker: it answers until nobody can ask any more.

Native code that fails, or that takes all the memory it may have, ends this
process and no other.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec

from interlock.cel.checker.native import NativeChecker
from interlock.cel.checker.protocol import Exhausted, Request, framed, unframed

_MOST_MEMORY: Final = 512 << 20
"""In bytes of address space, of which the process has about 50 million at its start."""

_LONGEST: Final = 30.0
"""In seconds: nobody has waited for an answer that long."""


def main() -> None:
    """Answer every request on the standard input, after an empty message that says that it can be done."""
    requests, answers = _channel()
    checker = NativeChecker()
    decoder = msgspec.msgpack.Decoder(Request)
    encoder = msgspec.msgpack.Encoder()
    exhausted = framed(encoder.encode(Exhausted()))
    _limit_memory()
    answers.write(framed(b""))
    with contextlib.suppress(EOFError):
        while True:
            answers.flush()
            request = unframed(requests.read)
            try:
                with _alarm():
                    answer = framed(encoder.encode(checker.answer(decoder.decode(request))))
            except MemoryError:
                answer = exhausted
            answers.write(answer)


def _channel() -> tuple[BinaryIO, BinaryIO]:
    """The standard input and output, of which nothing but this process' messages can come from now on."""
    channel = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    # Whoever interrupts the parent in a terminal interrupts this too, which has to end with it and not before.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return channel


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  # not on every platform

        # Some systems know the limit and don't let it be set.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    """The system ends this process in a check whose parent has ended, where it can."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, _LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
