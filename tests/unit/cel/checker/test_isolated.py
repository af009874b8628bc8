"""A checker that is ended, hangs or talks nonsense harms nobody."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec
import pytest

from interlock.cel.checker.isolated import IsolatedChecker
from interlock.cel.checker.protocol import (
    Accepted,
    Exhausted,
    Question,
    Refused,
    Signature,
    Unknown,
    Verdict,
    Vocabulary,
    framed,
)
from interlock.cel.types import INT, CelType
from interlock.errors import OperatorError

PLAIN: Final = Vocabulary(digest=b"plain", configuration="{}", merged=(), files=())

WORKER: Final = "from interlock.cel.checker.worker import main\nmain()\n"
READY: Final = "import os, time\nos.write(1, bytes(4))\n"
"""A process that can be asked, and does not more than that."""


def question(
    text: str, variables: Mapping[str, CelType] = MappingProxyType({}), vocabulary: Vocabulary = PLAIN
) -> Question:
    encoded = msgspec.Raw(msgspec.msgpack.encode(dict(variables)))
    return Question(vocabulary=vocabulary.digest, variables=encoded, container="", text=text)


class Started:
    """A checker whose processes run `scripts`, one after the other, and say in a file who they are."""

    def __init__(self, folder: Path, seconds: float = 20) -> None:
        self._ids = folder / "ids"
        self.scripts = [WORKER]
        self.checker = IsolatedChecker(self._command, seconds)

    def _command(self) -> list[str]:
        start = f"import os, sys\nsys.path[:] = {sys.path!r}\n"
        told = f"with open({str(self._ids)!r}, 'a') as ids: print(os.getpid(), file=ids)\n"
        return [
            sys.executable,
            "-I",
            "-c",
            start + told + self.scripts[min(len(self.ids), len(self.scripts) - 1)],
        ]

    @property
    def ids(self) -> list[int]:
        return [int(line) for line in self._ids.read_text().split()] if self._ids.exists() else []

    def check(self, text: str) -> Verdict:
        return self.checker.check(question(text), PLAIN)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    made = Started(tmp_path)
    yield made
    made.checker.close()
    assert not any(map(runs, made.ids))


def runs(process: int) -> bool:
    """Whether there is such a process, be it one that ended and that nobody waited for."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_process_answers_one_text_after_the_other(started: Started) -> None:
    assert isinstance(started.check("1 + 1"), Accepted)
    verdict = started.check("1 +\n 'a'")
    assert isinstance(verdict, Refused)
    assert [(each.line, each.column) for each in verdict.complaints] == [(1, 3)]
    assert len(started.ids) == 1


def test_a_process_that_was_killed_between_two_texts_has_a_successor(started: Started) -> None:
    for count in (1, 2, 3):
        assert isinstance(started.check("1"), Accepted)
        assert len(started.ids) == count
        os.kill(started.ids[-1], signal.SIGKILL)


def test_a_process_that_is_killed_while_it_checks_has_a_successor(started: Started) -> None:
    started.scripts = [READY + "os.read(0, 4)\nos.kill(os.getpid(), 9)", WORKER]
    assert isinstance(started.check("1"), Accepted)
    assert len(started.ids) == 2


def test_a_text_that_ends_every_process_is_too_much_and_the_next_is_not(started: Started) -> None:
    ending = READY + "os.read(0, 4)\nos.kill(os.getpid(), 11)"
    started.scripts = [ending, ending, WORKER]
    assert started.check("1") == Exhausted()
    assert len(started.ids) == 2
    assert isinstance(started.check("1"), Accepted)


@pytest.mark.parametrize(
    "script",
    [
        "time.sleep(600)",
        "os.read(0, 1 << 16)\ntime.sleep(600)",
        "os.write(1, b'\\0\\0\\1\\0 half')\ntime.sleep(600)",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
    ],
    ids=["deaf", "mute", "halting", "busy"],
)
def test_a_process_that_hangs_is_ended_in_time(tmp_path: Path, script: str) -> None:
    started = Started(tmp_path, seconds=0.2)
    started.scripts = [READY + script]
    before = time.monotonic()
    assert started.check("1") == Exhausted()
    assert time.monotonic() - before < 10
    assert len(started.ids) == 1
    assert not runs(started.ids[0])


def test_a_process_that_stops_reading_in_the_middle_is_ended_in_time(tmp_path: Path) -> None:
    started = Started(tmp_path, seconds=0.2)
    unknown = framed(msgspec.msgpack.encode(Unknown()))
    started.scripts = [READY + f"os.read(0, 1 << 16)\nos.write(1, {unknown!r})\ntime.sleep(600)"]
    large = Vocabulary(digest=b"large", configuration="{}", merged=(), files=(bytes(1 << 20),))
    assert started.checker.check(question("1", vocabulary=large), large) == Exhausted()
    assert not runs(started.ids[0])


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff" * 100,
        b"\0\0\0\3abc",
        b"\0\0\0\0",
        framed(msgspec.msgpack.encode(["Accepted", 1])),
        framed(msgspec.msgpack.encode(["Learned"])),
        framed(msgspec.msgpack.encode(PLAIN)),
    ],
    ids=["endless", "no message", "empty", "ill-typed", "out of turn", "a request"],
)
def test_what_answers_nonsense_is_ended(started: Started, answer: bytes) -> None:
    started.scripts = [READY + f"os.read(0, 1 << 16)\nos.write(1, {answer!r})\ntime.sleep(600)"]
    assert started.check("1") == Exhausted()
    assert len(started.ids) == 2


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["/no/such/python"], "the checker of expressions can't be started: No such file or directory"),
        (
            [sys.executable, "-c", "raise SystemExit(3)"],
            "the checker of expressions ended with code 3 before it was ready",
        ),
    ],
)
def test_a_checker_that_can_not_start_is_the_operators_problem(command: list[str], message: str) -> None:
    with pytest.raises(OperatorError) as caught:
        IsolatedChecker(lambda: command).check(question("1"), PLAIN)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("vocabulary", "variables"),
    [
        (Vocabulary(digest=b"a", configuration="[", merged=(), files=()), {}),
        (Vocabulary(digest=b"b", configuration="{}", merged=(), files=(b"\xff",)), {}),
        (PLAIN, {"x": CelType("map", (CelType("bytes"), INT))}),
    ],
    ids=["configuration", "descriptors", "variables"],
)
def test_what_no_text_can_be_checked_with_is_no_authors_problem(
    started: Started, vocabulary: Vocabulary, variables: dict[str, CelType]
) -> None:
    with pytest.raises(ValueError, match="the checker can't use this environment"):
        started.checker.check(question("1", variables, vocabulary), vocabulary)
    assert isinstance(started.check("1"), Accepted)
    assert len(started.ids) == 1


def test_vocabularies_that_were_forgotten_are_told_again(started: Started) -> None:
    signature = Signature("f_int", "math.f", (INT,), INT, is_member=False)
    told = [
        Vocabulary(
            digest=bytes([number]),
            configuration=json.dumps({"extensions": [{"name": "math"}]}),
            merged=(signature,) if number % 2 else (),
            files=(),
        )
        for number in range(40)
    ]
    for vocabulary in told * 2:
        verdict = started.checker.check(question("math.f(1)", vocabulary=vocabulary), vocabulary)
        assert isinstance(verdict, Accepted if vocabulary.merged else Refused)
    assert len(started.ids) == 1


def test_each_thread_gets_the_answer_to_its_own_text(started: Started) -> None:
    def answers_to(thread: int) -> bool:
        texts = [f"'{thread} {number}'" for number in range(100)]
        verdicts = [started.check(text) for text in texts]
        return all(
            isinstance(verdict, Accepted) and text.strip("'").encode() in verdict.wire
            for text, verdict in zip(texts, verdicts, strict=True)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(answers_to, range(8)))
    assert len(started.ids) == 1


def test_an_interrupt_while_a_text_is_checked_leaves_no_answer_behind(started: Started) -> None:
    started.scripts = [READY + f"os.read(0, 1 << 16)\nos.kill({os.getpid()}, 2)\ntime.sleep(600)", WORKER]
    with pytest.raises(KeyboardInterrupt):
        started.check("1")
    assert not runs(started.ids[0])
    assert isinstance(started.check("1"), Accepted)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system doesn't list what is open")
def test_nothing_stays_open(started: Started) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = opened()
    for _ in range(3):
        assert isinstance(started.check("1"), Accepted)
        os.kill(started.ids[-1], signal.SIGKILL)
    started.checker.close()
    assert opened() == before
