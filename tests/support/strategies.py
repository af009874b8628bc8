"""What the property tests draw: layers, rules, verdicts, waivers, Intents and JSON.

Values come from small pools, so that what is drawn apart still meets: the
layer of a rule is one of the layers, a waiver names a rule that spoke.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Annotated, Any, Final, get_args, get_origin

from hypothesis import strategies as st
from msgspec.structs import replace
from typing_extensions import get_type_hints, is_typeddict

from interlock.identity import Digest, LayerName, PolicyName, RuleName, WaiverName
from interlock.model.area import Area, path
from interlock.model.intent import MAX_INT64, MIN_INT64, Action, Intent
from interlock.model.layers import Layer, Layers
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, RuleId, Verdict
from interlock.model.waiver import Waived, Waiver
from interlock.spans import Span, typed_in
from interlock.units import Instant

NAMES: Final = tuple(map(LayerName, ("organization", "platform", "team", "agent")))
DIGEST: Final = Digest("sha256:" + "0" * 64)
HERE: Final = Span("policy.yaml", 1, 1)
NOW: Final = Instant(1_760_000_000_000)

TEXTS: Final = (
    "",
    "a",
    "b",
    "ab",
    "team",
    "unknown",
    "gpt-5",
    "é",
    "😀",
    "a\0b",
    "web.fetch",
    "web.fetch\0; rm",
)
INTEGERS: Final = (0, 1, 2, 3, -1, 10, 1000, MAX_INT64, MAX_INT64 - 1, MIN_INT64, MIN_INT64 + 1)
DOUBLES: Final = (0.0, -0.0, 0.5, 1.0, 2.0, -1.0, 1e300, 9007199254740993.0)

OUTCOMES: Final[Mapping[Effect, Sequence[Outcome]]] = {
    Effect.REQUIRE: (Outcome.SATISFIED, Outcome.VIOLATED, Outcome.ERRORED),
    Effect.FORBID: (Outcome.SATISFIED, Outcome.VIOLATED, Outcome.ERRORED),
    Effect.PERMIT: (Outcome.PERMITTED, Outcome.NOT_APPLICABLE, Outcome.ERRORED),
}


@st.composite
def layers(draw: st.DrawFn) -> Layers:
    """Two to four layers, any of them closed in any areas."""
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    closed = st.frozensets(st.sampled_from([Area.INTENT, Area.TOOLS, Area.MODELS]))
    return Layers(tuple(Layer(name=name, closed=draw(closed)) for name in names))


def counts() -> st.SearchStrategy[dict[Area, int]]:
    """How many items an Intent has in each area."""
    several = st.integers(0, 2)
    return st.fixed_dictionaries({Area.INTENT: st.just(1), Area.TOOLS: several, Area.MODELS: several})


@cache
def _rules(of: Layers) -> tuple[RuleId, ...]:
    """One rule of each sort in each layer, named after what it is; enforced ones thrice."""
    enforcements = (*[Enforcement.ENFORCE] * 3, Enforcement.WARN, Enforcement.AUDIT)
    areas = (Area.INTENT, Area.TOOLS, Area.MODELS)
    return tuple(
        RuleId(
            policy=PolicyName(f"{layer.name}-{area}-{enforcement}"),
            rule=RuleName(effect),
            layer=layer.name,
            area=area,
            effect=effect,
            enforcement=enforcement,
            digest=DIGEST,
            span=HERE,
        )
        for layer, area, enforcement, effect in product(of.order, areas, enforcements, Effect)
    )


def _sayings(rule: RuleId) -> Iterator[Verdict]:
    """Everything that `rule` can say of either of two items."""
    for outcome, item in product(OUTCOMES[rule.effect], (path(rule.area, 0), path(rule.area, 1))):
        plain = Verdict(rule=rule, outcome=outcome, item=item)
        match outcome:
            case Outcome.VIOLATED:
                yield replace(plain, message="no")
                yield replace(plain, message="no", waiver=WaiverName("w"))
            case Outcome.ERRORED:
                yield replace(plain, error="divide by zero")
                if rule.effect is not Effect.PERMIT:
                    yield replace(plain, error="divide by zero", ignored=True)
            case _:
                yield plain


@cache
def _all_sayings(of: Layers) -> tuple[Verdict, ...]:
    return tuple(verdict for rule in _rules(of) for verdict in _sayings(rule))


def rule_ids(of: Layers) -> st.SearchStrategy[RuleId]:
    """A rule of one of these layers."""
    return st.sampled_from(_rules(of))


def verdicts(of: Layers, outcomes: Iterable[Outcome] = Outcome) -> st.SearchStrategy[Verdict]:
    """Anything of one of these outcomes that a rule of these layers can say, lifted by a waiver or not."""
    wanted = frozenset(outcomes)
    return st.sampled_from([verdict for verdict in _all_sayings(of) if verdict.outcome in wanted])


def evidence(of: Layers) -> st.SearchStrategy[list[Verdict]]:
    """What rules of these layers said; as in an evaluation, each rule speaks once of an item."""
    return st.lists(
        verdicts(of),
        max_size=8,
        unique_by=lambda verdict: (verdict.rule.policy, verdict.rule.rule, verdict.item),
    )


def violations(of: Layers) -> st.SearchStrategy[Verdict]:
    """A violation that nothing lifts."""
    return verdicts(of, {Outcome.VIOLATED}).map(lambda verdict: replace(verdict, waiver=None))


@st.composite
def waivers(draw: st.DrawFn, of: Layers, target: RuleId) -> Waiver:
    """A waiver that may or may not reach `target`, for an interval that may or may not hold `NOW`."""
    waived = Waived(
        policy=draw(st.sampled_from([target.policy, target.policy, PolicyName("other")])),
        rule=draw(st.sampled_from([target.rule, target.rule, RuleName("other")])),
        digest=draw(st.sampled_from([target.digest, target.digest, Digest("sha256:" + "f" * 64)])),
    )
    starts = NOW + draw(st.sampled_from([0, -1000, -1, 1]))
    return Waiver(
        name=WaiverName(draw(st.sampled_from(["v", "w"]))),
        layer=draw(st.sampled_from([layer.name for layer in of.order])),
        rules=(waived,),
        scope=typed_in("true"),
        owner="jane",
        approver="joe",
        reason="a migration",
        starts=Instant(starts),
        expires=Instant(starts + draw(st.sampled_from([1, 2, 1000, 1001]))),
        span=HERE,
    )


def texts() -> st.SearchStrategy[str]:
    """Text, mostly from the pool."""
    return st.sampled_from(TEXTS) | st.text(max_size=4)


def scalars() -> st.SearchStrategy[Any]:
    """A JSON value without parts."""
    return (
        st.sampled_from(TEXTS)
        | st.sampled_from(INTEGERS)
        | st.sampled_from(DOUBLES)
        | st.booleans()
        | st.none()
    )


def json_values() -> st.SearchStrategy[Any]:
    """JSON whose objects have the keys that expressions ask for."""
    keys = st.sampled_from(["a", "b", "c", "spec"])
    return st.recursive(
        scalars(),
        lambda parts: st.lists(parts, max_size=3) | st.dictionaries(keys, parts, max_size=3),
        max_leaves=6,
    )


def intents() -> st.SearchStrategy[Intent]:
    """An Intent as its types allow it, optional facts given or not."""
    return _record(Intent)


def _record(record: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(record, include_extras=True)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, hint in hints.items():
        is_optional = name in record.__optional_keys__
        kind = get_args(hint)[0] if is_optional else hint
        (optional if is_optional else required)[name] = _ACTIONS if name == "action" else _of(kind)
    return st.fixed_dictionaries(required, optional=optional)


def _of(hint: Any) -> st.SearchStrategy[Any]:
    if is_typeddict(hint):
        return _record(hint)
    if get_origin(hint) is list:
        return st.lists(_of(get_args(hint)[0]), max_size=2)
    if get_origin(hint) is dict:
        value = texts() if get_args(hint)[1] is str else json_values()
        return st.dictionaries(st.sampled_from(["a", "b", "team"]), value, max_size=2)
    if get_origin(hint) is Annotated:
        return st.sampled_from([number for number in INTEGERS if number >= 0])
    return st.booleans() if hint is bool else texts()


_ACTIONS: Final = st.sampled_from([action.value for action in Action])
