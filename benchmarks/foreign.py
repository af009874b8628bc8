"""CPU of Kubernetes' own policies on a pod: sixteen of pod security, evaluated by generated code and counted.

What expressions cost together is counted only where one of them costs more than its share of the budget, so
these two are what a policy costs at best and at worst. The counterpart is Google's evaluator on the same
expressions, which counts nothing and finds no policies. Rounds are interleaved, the fastest counts.

Run: python -m benchmarks.foreign
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from timeit import Timer
from typing import Any, Final

import msgspec
from benchmarks import podsecurity
from cel_expr_python import cel
from rich.console import Console
from rich.table import Table

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes
from interlock.foreign.activations import bound
from interlock.foreign.cluster import Snapshot
from interlock.foreign.expressions import BUDGET, Result
from interlock.foreign.load import load
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.requests import reviewed
from interlock.foreign.review import Review
from interlock.foreign.validate import validate

SIZES: Final = (1_000, 2_700)
_ROUNDS: Final = 25
_TIMES: Final = 20

_WHOLE: Final = "a ruling, as the webhook makes it"
_GENERATED: Final = "expressions, generated code"
_COUNTED: Final = "expressions, counted"
_GOOGLE: Final = "expressions, cel-expr-python"


def nobody(_asked: Attributes) -> Answer:
    """Nobody may do anything; no policy here asks."""
    return Answer(is_allowed=False)


def contenders(policies: KubernetesPolicies, item: dict[str, Any]) -> dict[str, Callable[[], bool]]:
    """What is timed, each of which says whether `item` passes."""
    attributes = reviewed(msgspec.json.decode(podsecurity.review(item))["request"])
    review = Review(attributes, Snapshot({"shop": {"metadata": {"name": "shop"}}}), nobody)
    activation = bound(attributes, params=None, namespace=None)
    every = [policy.validations for policy in policies.validating]
    env = cel.NewEnv(variables={"object": cel.Type.DYN})
    texts = [expression.replace("SPEC", "object.spec") for expression in podsecurity.CHECKS.values()]
    google = [env.compile(text) for text in texts]

    def generated() -> bool:
        return all(_holds(result) for each in every for result in each.results(activation) or ())

    def counted() -> bool:
        return all(_holds(result) for each in every for result in each.counted(activation, BUDGET)[0])

    def by_google() -> bool:
        converted = env.Activation({"object": item})
        return all(each.eval(converted).value() for each in google)

    return {
        _WHOLE: lambda: not validate(policies.validating, review).denials,
        _GENERATED: generated,
        _COUNTED: counted,
        _GOOGLE: by_google,
    }


def _holds(result: Result | None) -> bool:
    return result is not None and result.value is True


def fastest(timed: dict[str, Callable[[], bool]]) -> dict[str, float]:
    """The microseconds of CPU of each."""
    if not all(each() for each in timed.values()):
        raise SystemExit("one of them does not let the pod pass")
    timers = {name: Timer(each, timer=time.process_time_ns) for name, each in timed.items()}
    best = dict.fromkeys(timers, float("inf"))
    for _ in range(_ROUNDS):
        for name, timer in timers.items():
            best[name] = min(best[name], timer.timeit(_TIMES) / _TIMES / 1000)
    return best


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        podsecurity.write_theirs(Path(name))
        policies = load([Path(name)])
    shown = Table(title=f"{len(podsecurity.CHECKS)} ValidatingAdmissionPolicies of pod security on one pod")
    for heading in ("", "bytes", "µs of CPU", "to generated code"):
        shown.add_column(heading, justify="right" if heading else "left")
    for size in SIZES:
        item = podsecurity.pod(size)
        figures = fastest(contenders(policies, item))
        for name, figure in figures.items():
            ratio = f"{figure / figures[_GENERATED]:.2f}×"
            shown.add_row(name, f"{len(msgspec.json.encode(item)):,}", f"{figure:,.0f}", ratio)
    Console(width=112).print(shown)


if __name__ == "__main__":
    main()
