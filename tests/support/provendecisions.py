"""The decisions that proofs/Table.v is about, made by the kernel: the same cases in the same order."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, product
from typing import Any, Final

from msgspec.structs import replace

from interlock.identity import ObligationName
from interlock.kernel.combine import combine, demands
from interlock.kernel.evidence import Evidence
from interlock.kernel.obligations import enforceable
from interlock.kernel.waivers import lift
from interlock.model.area import Area, path
from interlock.model.layers import Layer, Layers
from interlock.model.limit import Bound, Bounds
from interlock.model.obligation import Merge, Obligation
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.rules import RULE, waiver_for
from support.strategies import DIGEST, NAMES, NOW

BOOLS: Final = (False, True)
LAYERS: Final = NAMES[:2]
JUDGING: Final = {True: Outcome.SATISFIED, False: Outcome.VIOLATED}
SAYS: Final[dict[Effect, dict[bool, Outcome]]] = {
    Effect.REQUIRE: JUDGING,
    Effect.FORBID: {not found: outcome for found, outcome in JUDGING.items()},
    Effect.LIMIT: JUDGING,
    Effect.PERMIT: {True: Outcome.PERMITTED, False: Outcome.NOT_APPLICABLE},
}
"""What a rule says whose expression is true or false."""


def duty(value: int) -> Obligation:
    return Obligation(ObligationName("keep"), Merge.EQUAL, value)


def judged(  # noqa: PLR0913  # a case has as many parts
    layer: int,
    effect: Effect,
    *,
    found: bool | None,
    mode: Enforcement = Enforcement.ENFORCE,
    ignores: bool = False,
    waived: bool = False,
    obligation: Obligation | None = None,
    bounds: Bounds | None = None,
    tool: int = 0,
) -> Verdict:
    """The verdict of a rule whose expression is `found`, None being an error, after waivers."""
    rule = replace(
        RULE,
        layer=LAYERS[layer],
        effect=effect,
        enforcement=mode,
        obligations=() if obligation is None else (obligation,),
    )
    item = path(Area.TOOLS, tool)
    if found is None:
        verdict = Verdict(rule=rule, outcome=Outcome.ERRORED, item=item, error="overflow", ignored=ignores)
    else:
        bound = None if bounds is None else Bound("tool.arguments.count", bounds)
        verdict = Verdict(rule=rule, outcome=SAYS[effect][found], item=item, bound=bound)
    waivers = [waiver_for(rule)] if waived else []
    return lift(verdict, waivers, layers(BOOLS), now=NOW, covers=lambda _: True)


@cache
def layers(closed: tuple[bool, ...]) -> Layers:
    """The two layers, each closed for tools or not."""
    return Layers(
        tuple(
            Layer(name=name, closed=frozenset({Area.TOOLS}) if is_closed else frozenset())
            for name, is_closed in zip(LAYERS, closed, strict=True)
        )
    )


def decisions(said: Iterable[Verdict], counts: Sequence[int], known: Sequence[bool]) -> Iterator[bool]:
    evidence = Evidence.of(said)
    for knows, *closed in product(known, BOOLS, BOOLS):
        of = layers(tuple(closed))
        for count in counts:
            decision = combine(evidence, demands(of, {Area.TOOLS: count}), of, policy_set=DIGEST, now=NOW)
            yield enforceable(decision, {"keep"} if knows else ()).allowed


def digits(bits: Iterable[bool]) -> str:
    """Bits as hexadecimal digits, four at a time, the first one the highest."""
    text = "".join("1" if bit else "0" for bit in bits)
    return "".join(f"{int(text[at : at + 4], 2):x}" for at in range(0, len(text), 4))


def in_modes(modes: Iterable[Enforcement]) -> list[Verdict]:
    effects = (Effect.REQUIRE, Effect.FORBID, Effect.PERMIT)
    return [
        judged(layer, effect, found=found, mode=mode, ignores=ignores, waived=waived, obligation=obligation)
        for layer, mode, effect, found, ignores, waived in product(
            (0, 1), modes, effects, (True, False, None), BOOLS, BOOLS
        )
        for obligation in ([None, duty(1)] if effect is Effect.PERMIT else [None])
    ]


def pair_rows() -> Iterator[str]:
    enforced = in_modes([Enforcement.ENFORCE])
    for one in in_modes(Enforcement):
        yield digits(chain.from_iterable(decisions((one, other), (0, 1), [True]) for other in enforced))


def meeting(layer: int) -> list[Verdict]:
    low, high = Bounds(ceiling=1), Bounds(floor=2)
    return [
        judged(layer, Effect.REQUIRE, found=False),
        judged(layer, Effect.FORBID, found=None),
        judged(layer, Effect.PERMIT, found=True),
        judged(layer, Effect.PERMIT, found=True, tool=1),
        judged(layer, Effect.PERMIT, found=True, obligation=duty(1)),
        judged(layer, Effect.PERMIT, found=True, obligation=duty(2)),
        judged(layer, Effect.PERMIT, found=None, obligation=duty(1)),
        judged(layer, Effect.LIMIT, found=True, bounds=low),
        judged(layer, Effect.LIMIT, found=True, bounds=high),
        judged(layer, Effect.LIMIT, found=False, bounds=low, waived=True),
        judged(layer, Effect.LIMIT, found=None, bounds=high, ignores=True),
    ]


def triples(members: Sequence[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Three members, each in its turn no later than the one before."""
    for first, one in enumerate(members):
        for second, other in enumerate(members[: first + 1]):
            for last in members[: second + 1]:
                yield one, other, last


def meeting_rows() -> Iterator[str]:
    for said in triples([*meeting(0), *meeting(1)]):
        yield digits(decisions(said, (0, 1, 2), BOOLS))
