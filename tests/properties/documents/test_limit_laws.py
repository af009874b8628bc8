"""The laws of limits, from document to decision: those of many policies only ever narrow.

tests/properties/kernel/test_limit_laws.py states the same of the kernel alone.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.kernel.limits import contradiction, meet
from interlock.loading.policyset import load
from interlock.model.decision import Decision
from interlock.model.limit import Bounds
from support.bounds import MANY, NUMBERS, OF_TEXTS, TEXTS, recomputed
from support.limits import OPEN, intent, is_within, limits
from support.strategies import NOW

_TOKENS: Final = "intent.usage.?outputTokens"
_MODELS: Final = "intent.models.map(m, m.name)"


class Stack:
    """Policies with one limit each, of alternating layers, from text to engine."""

    def __init__(self, bounds: Sequence[Bounds], *, computed: bool) -> None:
        """Bounds that bound nothing are no limit, and so no policy."""
        self.bounds = [each for each in bounds if each != Bounds()]
        documents = [
            limits(
                f"p{number}", as_written(each, computed=computed), layer=("organization", "team")[number % 2]
            )
            for number, each in enumerate(self.bounds)
        ]
        with TemporaryDirectory() as folder:
            (Path(folder) / "policies.yaml").write_text("---\n".join([OPEN, *documents]))
            self.engine = Engine(load([Path(folder)]))

    def decide(self, tokens: int | None = None, models: Sequence[str] = ()) -> Decision:
        return self.engine.decide(intent(tokens, models), now=NOW)


def as_written(bounds: Bounds, *, computed: bool) -> str:
    """The lines of a limit, whose bounds are expressions if `computed`: then loading can't know them."""
    are_of_texts = bounds.allowed is not None or bounds.blocked
    found: dict[str, object] = {"of": f"'{_MODELS if are_of_texts else _TOKENS}'"}
    for name in ("ceiling", "floor"):
        if (number := getattr(bounds, name)) is not None:
            found[name] = f"'{number}'" if computed else number
    for name in ("allowed", "blocked"):
        if (texts := getattr(bounds, name)) or (name == "allowed" and texts is not None):
            expression = f'"{sorted(texts)}"' if texts else "\"['a'].filter(text, false)\""
            found[name] = expression if computed or not texts else sorted(texts)
    return ", ".join(f"{name}: {value}" for name, value in found.items())


def asked(data: st.DataObject) -> tuple[int | None, list[str]]:
    """What a request asks for: a number of tokens or none, and some models."""
    tokens = data.draw(st.none() | st.sampled_from([number for number in NUMBERS if number >= 0]))
    return tokens, data.draw(st.lists(st.sampled_from([*TEXTS, "z"]), max_size=2))


@given(st.data(), MANY)
def test_min_meet(data: st.DataObject, bounds: list[Bounds]) -> None:
    met = recomputed(bounds)
    stack = Stack(bounds, computed=bool(contradiction(met)) or data.draw(st.booleans()))
    tokens, models = asked(data)
    decision = stack.decide(tokens, models)
    values: list[int | str] = [*models]
    values += [] if tokens is None else [tokens]
    kept_by_all = all(is_within(each, value) for each in bounds for value in values)
    assert decision.allowed is (kept_by_all and not contradiction(met))
    assert [each.bounds for each in decision.limits] == ([met] if stack.bounds else [])
    assert len(decision.denials) == sum(
        any(not is_within(each, value) for value in values) for each in stack.bounds
    )


@given(st.data(), MANY)
def test_child_cannot_loosen(data: st.DataObject, above: list[Bounds]) -> None:
    below = data.draw(MANY)
    tokens, models = asked(data)
    left = Stack(above, computed=True).decide(tokens, models)
    narrowed = Stack([*above, *below], computed=True).decide(tokens, models)
    assert narrowed.allowed <= left.allowed
    for limit in left.limits:
        (now,) = [each.bounds for each in narrowed.limits if each.of == limit.of]
        assert meet(now, limit.bounds) == now


@given(st.data(), st.lists(OF_TEXTS, max_size=2))
def test_undeclared_is_top(data: st.DataObject, bounds: list[Bounds]) -> None:
    stack = Stack(bounds, computed=True)
    tokens, _ = asked(data)
    decision = stack.decide(tokens)
    assert decision.allowed is (contradiction(recomputed(bounds)) == "")
    assert all(limit.of == _MODELS for limit in decision.limits)


@given(st.data(), MANY.filter(lambda bounds: contradiction(recomputed(bounds)) != ""))
def test_conflict_denies(data: st.DataObject, bounds: list[Bounds]) -> None:
    stack = Stack(bounds, computed=True)
    for tokens, models in ((None, []), asked(data)):
        decision = stack.decide(tokens, models)
        assert not decision.allowed
        (conflict,) = [each for each in record(decision)["reasons"] if each["code"] == "conflict"]
        assert conflict["message"].endswith(contradiction(recomputed(bounds)))
