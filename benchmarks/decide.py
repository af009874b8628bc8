"""Microseconds of CPU per decision, in process, beside the same rules on other engines.

Every figure is the fastest of interleaved rounds of one run; read the ratios.
The rules are those of `benchmarks/rules.py`. "By hand" is what a good engineer
would write for just these ten: a function a rule, a loop, a record of reasons.
A check is all of it, from the request's plain JSON to the decision.

Run: python -m benchmarks.decide
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import celpy
from benchmarks.rules import BUDGETS, CALL, CALL_RULES, CHAT, CHAT_RULES, VARIABLES, Rule, Terms, documents
from cel_expr_python import cel
from celpy.adapter import json_to_cel
from rich.console import Console
from rich.table import Table

from interlock.engine import Engine
from interlock.intents.check import from_check
from interlock.loading.policyset import load
from interlock.model.intent import Intent
from interlock.units import Instant

ROUNDS = 15
NOW = Instant(1_767_225_600_000)

BY_HAND = "by hand, in Python"
OURS = "interlock, 10 policies loaded"


def engine(count: int, rules: Sequence[Rule] = CHAT_RULES, budgets: Sequence[Terms] = ()) -> Engine:
    """An engine with `count` policies, of which those with `rules` match, and `budgets`, which all do."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policies.yaml"
        path.write_text(documents(count, rules, budgets))
        return Engine(load([path]))


def items(area: str, intent: Intent) -> list[Any]:
    """What the rules of an area are asked about."""
    return [intent] if area == "intent" else list(intent[area])  # type: ignore[literal-required]


def by_hand(intent: Intent) -> dict[str, Any]:
    """The ten rules in Python."""
    reasons: list[str] = []
    permits: list[str] = []
    for number, (area, effect, _, holds) in enumerate(CHAT_RULES):
        for item in [intent] if area == "intent" else intent[area]:  # type: ignore[literal-required]
            try:
                value = holds(item)
            except (KeyError, TypeError, AttributeError) as error:
                reasons.append(f"rule {number} failed: {error}")
                continue
            if effect == "permit":
                (permits if value else reasons).append(f"rule {number}")
            elif value is (effect == "forbid"):
                reasons.append(f"rule {number} is broken")
    return {"allowed": not reasons, "reasons": reasons, "permits": permits}


def by_google(intent: Intent, *, is_converted_once: bool) -> Callable[[], object]:
    """The ten rules on cel-expr-python, dynamically typed; conversion kept or made again each time."""
    env = cel.NewEnv(variables=dict.fromkeys(VARIABLES.values(), cel.Type.DYN))
    programs = [(env.compile(expression), area) for area, _, expression, _ in CHAT_RULES]

    def activations() -> dict[str, Any]:
        return {area: env.Activation({name: items(area, intent)[0]}) for area, name in VARIABLES.items()}

    kept = activations()

    def decide() -> object:
        bound = kept if is_converted_once else activations()
        return [program.eval(bound[area]).value() for program, area in programs]

    return decide


def by_celpy(intent: Intent) -> Callable[[], object]:
    """The ten rules on cel-python, inputs converted once."""
    environment = celpy.Environment()
    bound = {area: {name: json_to_cel(items(area, intent)[0])} for area, name in VARIABLES.items()}
    programs = [
        (environment.program(environment.compile(expression)), bound[area])
        for area, _, expression, _ in CHAT_RULES
    ]
    return lambda: [program.evaluate(activation) for program, activation in programs]


def cost(decide: Callable[[], object], times: int) -> float:
    """CPU microseconds of one decision."""
    started = time.process_time_ns()
    for _ in range(times):
        decide()
    return (time.process_time_ns() - started) / times / 1000


def contenders() -> dict[str, tuple[Callable[[], object], int]]:
    """What is compared, and how often it is done in a round."""
    engines = {count: engine(count) for count in (10, 100, 1000)}
    charging, calls = engine(10, budgets=BUDGETS), engine(10, CALL_RULES)
    intent = from_check(CHAT, engines[10].context_at(NOW))
    if len(charging.check(CHAT, now=NOW).charges) != len(BUDGETS):
        raise SystemExit("the request must draw on all budgets")
    for decision in (engines[10].check(CHAT, now=NOW), calls.check(CALL, now=NOW)):
        if not decision.allowed:
            raise SystemExit(f"the request must be allowed: {decision}")
    if not by_hand(intent)["allowed"]:
        raise SystemExit("the request must be allowed by hand, too")
    return {
        BY_HAND: (lambda: by_hand(intent), 2000),
        OURS: (lambda: engines[10].decide(intent, now=NOW), 2000),
        "interlock, 100 policies loaded": (lambda: engines[100].decide(intent, now=NOW), 2000),
        "interlock, 1,000 policies loaded": (lambda: engines[1000].decide(intent, now=NOW), 2000),
        "interlock, 10 policies and 5 budgets loaded": (lambda: charging.decide(intent, now=NOW), 2000),
        "a check of a chat, 10 policies loaded": (lambda: engines[10].check(CHAT, now=NOW), 1000),
        "a check of a chat, 1,000 policies loaded": (lambda: engines[1000].check(CHAT, now=NOW), 1000),
        "a check of a tool call, 10 policies loaded": (lambda: calls.check(CALL, now=NOW), 1000),
        "cel-expr-python, inputs converted once": (by_google(intent, is_converted_once=True), 1000),
        "cel-expr-python, inputs converted each time": (by_google(intent, is_converted_once=False), 500),
        "cel-python, inputs converted once": (by_celpy(intent), 20),
    }


def main() -> None:
    """Measures all in one run and prints a table."""
    compared = contenders()
    best = dict.fromkeys(compared, float("inf"))
    for _ in range(ROUNDS):
        for name, (decide, times) in compared.items():
            best[name] = min(best[name], cost(decide, times))
    table = Table("a decision over ten rules", "µs of CPU", "to Python by hand", "to interlock with 10")
    for name, microseconds in best.items():
        table.add_row(
            name,
            f"{microseconds:,.1f}",
            f"{microseconds / best[BY_HAND]:,.2f}×",
            f"{microseconds / best[OURS]:,.2f}×",
        )
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
