"""Whether evaluation keeps memory, and whether threads that share programs get the answers of one."""

import gc
import resource
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from benchmarks.contenders import program
from benchmarks.expressions import EXPRESSIONS

from interlock.cel.activation import Activation
from interlock.cel.values import EvaluationError

_PROGRAMS: Final = [(program(each), each.variables) for each in EXPRESSIONS]
_THREADS: Final = 4


@dataclass(frozen=True)
class Growth:
    """The bytes that stay after so many evaluations: of Python objects, and of the process at its largest."""

    evaluations: int
    kept: int
    resident: int


def leaks(count: int) -> Growth:
    """The growth over `count` evaluations, of which one in fifteen fails."""
    rounds = count // (len(_PROGRAMS) + 1)
    _evaluate(200)
    before = _largest()
    _evaluate(rounds // 2)
    resident = _largest() - before
    tracemalloc.start()
    _evaluate(200)
    gc.collect()
    traced, _ = tracemalloc.get_traced_memory()
    _evaluate(rounds - rounds // 2)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - traced
    tracemalloc.stop()
    return Growth(rounds * (len(_PROGRAMS) + 1), kept, resident)


def _evaluate(rounds: int) -> None:
    nothing = Activation()
    for number in range(rounds):
        for each, variables in _PROGRAMS:
            each.evaluate(Activation(variables))
        failing, _ = _PROGRAMS[number % len(_PROGRAMS)]
        with suppress(EvaluationError):
            failing.evaluate(nothing)


def _largest() -> int:
    """The bytes of memory that the process had at its largest."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def threads_agree() -> bool:
    """Whether each of four threads finds every expression true, again and again, while the others do too."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            return all(pool.map(_all_true, range(_THREADS)))
    finally:
        sys.setswitchinterval(before)


def _all_true(offset: int) -> bool:
    """Whether all expressions are true, evaluated from the one at `offset` on."""
    programs = _PROGRAMS[offset:] + _PROGRAMS[:offset]
    return all(each.evaluate(Activation(variables)) is True for _ in range(500) for each, variables in programs)
