"""Asks the process that has Google's checker, of which there is one at a time.

What a text makes the checker do happens there: it is bounded in time from here
and in memory from there, and ends with that process. Any thread may ask.
"""

import atexit
import json
import os
import sys
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

import msgspec

from interlock.cel.checker.process import Process
from interlock.cel.checker.protocol import (
    Answer,
    Exhausted,
    Learned,
    Question,
    Request,
    Unknown,
    Unusable,
    Verdict,
    Vocabulary,
)

_SECONDS: Final = 5.0
_ATTEMPTS: Final = 2

_START: Final = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from interlock.cel.checker.worker import main
main()
"""

_encoder: Final = msgspec.msgpack.Encoder()
_answers: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)


class IsolatedChecker:
    """A checker in a process that `command` starts, of which no text gets more than `seconds`."""

    def __init__(self, command: Callable[[], Sequence[str]], seconds: float = _SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._lock = Lock()
        self._process: Process | None = None

    def check(self, question: Question, vocabulary: Vocabulary) -> Verdict:
        """What the checker says of a question in `vocabulary`.

        Raises:
            OperatorError: the process can't be started.
            ValueError: the checker can't use the vocabulary or the variables, whatever the text.
        """
        with self._lock:
            answer = self._answer(question, vocabulary)
        match answer:
            case Unusable(reason):
                raise ValueError(f"the checker can't use this environment: {reason}")
            case _:
                return answer

    def close(self) -> None:
        """Ends the process; the next question starts another one."""
        with self._lock:
            if self._process is not None:
                self._process.end()
                self._process = None

    def forget(self) -> None:
        """Leaves the process to the parent, of which this process is a fork."""
        self._lock = Lock()
        if self._process is not None:
            self._process.leave()
            self._process = None

    def _answer(self, question: Question, vocabulary: Vocabulary) -> Verdict | Unusable:
        for _ in range(_ATTEMPTS):
            process, self._process = self._process or Process(self._command()), None
            try:
                answer = self._conversed(process, question, vocabulary)
                # After an allocation failed in native code nothing is sure in its process.
                self._process = None if isinstance(answer, Exhausted) else process
            except TimeoutError:
                break
            except (EOFError, OSError, msgspec.MsgspecError):
                # Whatever ended the process need not have been this text: a second one is asked.
                continue
            else:
                return answer
            finally:
                if self._process is None:
                    process.kill()
        return Exhausted()

    def _conversed(self, process: Process, question: Question, vocabulary: Vocabulary) -> Verdict | Unusable:
        def answer(request: Request) -> Answer:
            return _answers.decode(process.ask(_encoder.encode(request), self._seconds))

        said = answer(question)
        if isinstance(said, Unknown):
            said = answer(vocabulary)
            if isinstance(said, Learned):
                said = answer(question)
        match said:
            case Learned() | Unknown():
                raise EOFError
            case _:
                return said


def command() -> list[str]:
    """What starts a process that has Google's checker, and finds modules where this one does."""
    return [sys.executable, "-I", "-c", _START, json.dumps(sys.path)]


CHECKER: Final = IsolatedChecker(command)
"""The checker of this process, which starts with the first question."""

atexit.register(CHECKER.close)
if sys.platform != "win32":
    os.register_at_fork(after_in_child=CHECKER.forget)
