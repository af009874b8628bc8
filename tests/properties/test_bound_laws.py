"""The laws of limits: those of many policies only ever narrow, in the kernel and from document to decision."""

from collections.abc import Iterable, Sequence
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.kernel.limits import contradiction, limitations, meet
from interlock.loading.policyset import load
from interlock.model.decision import Decision
from interlock.model.layers import Layer, Layers
from interlock.model.limit import Bounds
from support.laws import decided
from support.limits import OPEN, intent, is_within, kept, limits
from support.strategies import NAMES, NOW

_NUMBERS: Final = (-1, 0, 1, 2, 3, 10)
_TEXTS: Final = ("a", "b", "c", "d")
_OF_NUMBERS: Final = "intent.usage.?outputTokens"
_OF_TEXTS: Final = "intent.models.map(m, m.name)"

_number: Final = st.none() | st.sampled_from(_NUMBERS)
_texts: Final = st.frozensets(st.sampled_from(_TEXTS))
NUMBERS: Final = st.builds(Bounds, ceiling=_number, floor=_number)
TEXTS: Final = st.builds(Bounds, allowed=st.none() | _texts, blocked=_texts)
MANY: Final = st.lists(NUMBERS, max_size=5) | st.lists(TEXTS, max_size=5)

_TWO_OPEN: Final = Layers((Layer(name=NAMES[0]), Layer(name=NAMES[1])))


def together(bounds: Iterable[Bounds]) -> Bounds:
    return reduce(meet, bounds, Bounds())


def recomputed(bounds: Iterable[Bounds]) -> Bounds:
    """What all `bounds` leave, each bound for itself and without meeting any two."""
    every = list(bounds)
    allowed = [each.allowed for each in every if each.allowed is not None]
    return Bounds(
        ceiling=min((each.ceiling for each in every if each.ceiling is not None), default=None),
        floor=max((each.floor for each in every if each.floor is not None), default=None),
        allowed=frozenset(text for text in _TEXTS if all(text in each for each in allowed))
        if allowed
        else None,
        blocked=frozenset(text for each in every for text in each.blocked),
    )


def values_for(bounds: Iterable[Bounds]) -> Sequence[int | str]:
    """Values of which one is within all `bounds` if any value is: numbers or texts, as the bounds are for."""
    are_of_texts = any(each.allowed is not None or each.blocked for each in bounds)
    return (*_TEXTS, "z") if are_of_texts else _NUMBERS


# From the kernel's side.


@given(st.data(), MANY)
def test_min_meet(data: st.DataObject, bounds: list[Bounds]) -> None:
    met = together(bounds)
    assert met == recomputed(bounds)
    for value in values_for(bounds):
        assert is_within(met, value) is all(is_within(each, value) for each in bounds)
    # So order, repetition and grouping don't matter.
    shuffled = data.draw(st.permutations(bounds * 2))
    at = data.draw(st.integers(0, len(shuffled)))
    assert meet(together(shuffled[:at]), together(shuffled[at:])) == met
    limitation, _ = limitations(kept(f"p{number}", each) for number, each in enumerate(bounds))
    assert [each.bounds for each in limitation] == ([met] if bounds else [])


@given(MANY, st.data())
def test_child_cannot_loosen(above: list[Bounds], data: st.DataObject) -> None:
    below = data.draw(st.lists(NUMBERS | TEXTS, max_size=3))
    left, narrowed = together(above), together([*above, *below])
    for value in (*_NUMBERS, *_TEXTS):
        assert is_within(narrowed, value) <= is_within(left, value)
    assert bool(contradiction(narrowed)) >= bool(contradiction(left))


@given(NUMBERS | TEXTS)
def test_undeclared_is_top(bounds: Bounds) -> None:
    assert meet(bounds, Bounds()) == meet(Bounds(), bounds) == bounds
    assert all(is_within(Bounds(), value) for value in (*_NUMBERS, *_TEXTS))
    assert limitations([]) == ((), ())
    # A limit on one measure says nothing of another.
    limitation, _ = limitations([kept("p", bounds, of="tokens"), kept("p", Bounds(), of="cost")])
    assert [each.bounds for each in limitation] == [Bounds(), bounds]


@given(MANY)
def test_conflict_denies(bounds: list[Bounds]) -> None:
    met = together(bounds)
    nothing_left = not any(is_within(met, value) for value in values_for(bounds))
    assert bool(contradiction(met)) is nothing_left
    # Each limit is kept, since there is nothing to bound; nobody could keep them all if there were.
    decision = decided((kept(f"p{number}", each) for number, each in enumerate(bounds)), _TWO_OPEN, {})
    assert decision.allowed is not nothing_left
    assert len(decision.conflicts) == nothing_left


# From document to decision.


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
    found: dict[str, object] = {"of": f"'{_OF_TEXTS if are_of_texts else _OF_NUMBERS}'"}
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
    tokens = data.draw(st.none() | st.sampled_from([number for number in _NUMBERS if number >= 0]))
    return tokens, data.draw(st.lists(st.sampled_from([*_TEXTS, "z"]), max_size=2))


@given(st.data(), MANY)
def test_min_meet_of_documents(data: st.DataObject, bounds: list[Bounds]) -> None:
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
def test_child_cannot_loosen_in_documents(data: st.DataObject, above: list[Bounds]) -> None:
    below = data.draw(MANY)
    tokens, models = asked(data)
    left = Stack(above, computed=True).decide(tokens, models)
    narrowed = Stack([*above, *below], computed=True).decide(tokens, models)
    assert narrowed.allowed <= left.allowed
    for limit in left.limits:
        (now,) = [each.bounds for each in narrowed.limits if each.of == limit.of]
        assert meet(now, limit.bounds) == now


@given(st.data(), st.lists(TEXTS, max_size=2))
def test_undeclared_is_top_in_documents(data: st.DataObject, bounds: list[Bounds]) -> None:
    stack = Stack(bounds, computed=True)
    tokens, _ = asked(data)
    decision = stack.decide(tokens)
    assert decision.allowed is (contradiction(recomputed(bounds)) == "")
    assert all(limit.of == _OF_TEXTS for limit in decision.limits)


@given(st.data(), MANY.filter(lambda bounds: contradiction(recomputed(bounds)) != ""))
def test_conflict_denies_in_documents(data: st.DataObject, bounds: list[Bounds]) -> None:
    stack = Stack(bounds, computed=True)
    for tokens, models in ((None, []), asked(data)):
        decision = stack.decide(tokens, models)
        assert not decision.allowed
        (conflict,) = [each for each in record(decision)["reasons"] if each["code"] == "conflict"]
        assert conflict["message"].endswith(contradiction(recomputed(bounds)))
