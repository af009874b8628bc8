"""Intents, JSON and text for the property tests, from small pools, so that values drawn apart still meet."""

from typing import Annotated, Any, Final, get_args, get_origin

from hypothesis import strategies as st
from typing_extensions import get_type_hints, is_typeddict

from interlock.identity import Digest, LayerName
from interlock.model.intent import MAX_INT64, MIN_INT64, Action, Intent
from interlock.spans import Span
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
