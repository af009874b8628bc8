"""Microseconds of CPU per evaluation of fourteen expressions, on every engine, beside the same by hand.

Every figure is the fastest of many short interleaved rounds of one run; read
the ratios. Compilation, which two processes share, is timed by the clock on the
wall. `--leaks` evaluates a million times instead and prints what stays.

Run: python -m benchmarks.cel
"""

import sys
import time
from collections.abc import Iterable, Mapping
from math import exp, log
from timeit import Timer
from typing import Final

from benchmarks import soundness
from benchmarks.contenders import (
    BY_HAND,
    GOOGLE,
    GOOGLE_FRESH,
    INTERLOCK,
    INTERLOCK_FRESH,
    Contender,
    contenders,
    environment,
    google_environment,
)
from benchmarks.crowd import crowd
from benchmarks.expressions import EXPRESSIONS, Expression
from rich.console import Console
from rich.table import Table

from interlock.spans import typed_in

_ROUNDS: Final = 25
_SLOW_ROUNDS: Final = 3
_BATCH: Final = 1_000_000
"""The CPU nanoseconds that one batch of one contender should take."""

Figures = dict[str, float]
"""Microseconds by contender."""


def fastest(rows: Iterable[Mapping[str, Contender]]) -> list[Figures]:
    """The microseconds of each contender of each row, whose rounds are interleaved."""
    timers = [{name: _timer(each) for name, each in row.items()} for row in rows]
    best = [dict.fromkeys(row, float("inf")) for row in timers]
    for number in range(_ROUNDS):
        for row, figures in zip(timers, best, strict=True):
            for name, (timer, times, is_slow) in row.items():
                if number < _SLOW_ROUNDS or not is_slow:
                    figures[name] = min(figures[name], timer.timeit(times) / times / 1000)
    return best


def _timer(contender: Contender) -> tuple[Timer, int, bool]:
    """What times the contender, and how many times make a batch."""
    timer = Timer(contender.statement, globals=dict(contender.names), timer=contender.clock)
    once = min(timer.timeit(3) / 3 for _ in range(3))
    return timer, max(1, int(_BATCH / max(once, 10))), contender.is_slow


def compiling(expression: Expression) -> dict[str, Contender]:
    """Our compilation, of which the checker's is a part, in a process of its own, and the checker's alone."""
    ours = {"compile": environment(expression).compile, "source": typed_in(expression.source)}
    googles = {"compile": google_environment(expression).compile, "source": expression.source}
    return {
        INTERLOCK: Contender("compile(source)", ours, clock=time.perf_counter_ns),
        GOOGLE: Contender("compile(source)", googles, clock=time.perf_counter_ns),
    }


def mean(figures: Iterable[float]) -> float:
    """The geometric mean."""
    logarithms = [log(each) for each in figures]
    return exp(sum(logarithms) / len(logarithms))


def ratio(rows: list[Figures], name: str, to: str) -> float:
    """The geometric mean of how many times as long as `to` a contender takes."""
    return mean(row[name] / row[to] for row in rows)


def evaluation_table(rows: list[Figures]) -> Table:
    """All evaluations, as multiples of those by hand."""
    names = list(rows[0])
    table = Table(title="evaluation: µs by hand, and how many times as long the engines take")
    table.add_column("expression", no_wrap=True)
    for heading in names:
        table.add_column(heading, justify="right")
    for expression, row in zip(EXPRESSIONS, rows, strict=True):
        others = [f"{row[name] / row[BY_HAND]:,.2f}×" for name in names[1:]]
        table.add_row(expression.name, f"{row[BY_HAND]:.3f}", *others)
    means = [f"{ratio(rows, name, BY_HAND):,.2f}×" for name in names[1:]]
    table.add_row("geometric mean", f"{mean(row[BY_HAND] for row in rows):.3f}", *means)
    return table


def compilation_table(rows: list[Figures]) -> Table:
    """All compilations."""
    table = Table("expression", title="compilation: µs")
    for heading in (INTERLOCK, "cel-expr-python alone", "times as long"):
        table.add_column(heading, justify="right")
    for expression, row in zip(EXPRESSIONS, rows, strict=True):
        times = row[INTERLOCK] / row[GOOGLE]
        table.add_row(expression.name, f"{row[INTERLOCK]:,.0f}", f"{row[GOOGLE]:,.0f}", f"{times:.1f}×")
    means = [f"{mean(row[name] for row in rows):,.0f}" for name in (INTERLOCK, GOOGLE)]
    table.add_row("geometric mean", *means, f"{ratio(rows, INTERLOCK, GOOGLE):.1f}×")
    return table


def bounds_table(rows: list[Figures], compiled: list[Figures], many: Figures) -> Table:
    """What evaluation is held to, and what it is."""
    table = Table("what it is held to", "bound", "measured", title="bounds")
    to_hand = ratio(rows, INTERLOCK, BY_HAND)
    table.add_row("times by hand", "at most 2.2×", f"{to_hand:.2f}×")
    once = ratio(rows, GOOGLE, INTERLOCK)
    table.add_row("faster than cel-expr-python, inputs converted once", "at least 4.5×", f"{once:.2f}×")
    # Plain data is all that we need: what is bound anew each time is measured too, but no conversion.
    fresh = ratio(rows, GOOGLE_FRESH, INTERLOCK)
    table.add_row("faster than cel-expr-python, inputs converted each time", "at least 30×", f"{fresh:.1f}×")
    anew = ratio(rows, GOOGLE_FRESH, INTERLOCK_FRESH)
    table.add_row("the same, where we bind our variables each time too", "", f"{anew:.1f}×")
    for name, microseconds in many.items():
        if name != BY_HAND:
            figure = f"{microseconds / many[BY_HAND]:.2f}× ({microseconds:,.0f} µs)"
            table.add_row(f"100 policies on one AdmissionReview: {name}, times by hand", "", figure)
    compilation = mean(made[INTERLOCK] for made in compiled)
    times = ratio(compiled, INTERLOCK, GOOGLE)
    bound = "at most 300 µs where the checker takes 73"
    table.add_row("compilation, times the checker alone", bound, f"{times:.1f}× ({compilation:,.0f} µs)")
    return table


def soundness_table(growth: soundness.Growth, *, is_thread_safe: bool) -> Table:
    """What stays after many evaluations, and whether threads agree."""
    table = Table("also", "measured")
    table.add_row(f"memory kept after {growth.evaluations:,} evaluations", f"{growth.kept:,} bytes")
    table.add_row("growth of the process", f"{growth.resident / 1024:,.0f} KiB")
    table.add_row("four threads give the answers of one", "yes" if is_thread_safe else "no")
    return table


def main(arguments: list[str]) -> None:
    """Measures all in one run and prints tables."""
    console = Console(width=160)
    if arguments == ["--leaks"]:
        growth = soundness.leaks(1_000_000)
    else:
        made = fastest([*map(contenders, EXPRESSIONS), *map(compiling, EXPRESSIONS), crowd(100)])
        rows, compiled, many = made[: len(EXPRESSIONS)], made[len(EXPRESSIONS) : -1], made[-1]
        console.print(evaluation_table(rows))
        console.print(compilation_table(compiled))
        console.print(bounds_table(rows, compiled, many))
        growth = soundness.leaks(50_000)
    console.print(soundness_table(growth, is_thread_safe=soundness.threads_agree()))


if __name__ == "__main__":
    main(sys.argv[1:])
