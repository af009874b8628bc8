"""Whatever JSON comes in, an extractor gives a valid Intent or a RequestError, and nothing else."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from interlock.intents.access import from_access
from interlock.intents.admission import from_admission, from_manifest
from interlock.intents.chat import from_chat, from_embeddings
from interlock.intents.check import from_check
from interlock.intents.extract import extract
from interlock.intents.mcp import from_mcp
from interlock.intents.stated import from_stated
from interlock.model.intent import Intent
from support.anyjson import changed, is_one_line, refusal
from support.intents import CONTEXT, all_recorded, recorded

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)
_ENTRY_POINTS: dict[str, Callable[[Any], Intent]] = {
    "admission": lambda given_: from_admission(given_, CONTEXT),
    "manifest": lambda given_: from_manifest(given_, CONTEXT),
    "chat": lambda given_: from_chat(given_, {}, CONTEXT),
    "caller": lambda given_: from_chat({"model": "m", "messages": [{}]}, given_, CONTEXT),
    "embeddings": lambda given_: from_embeddings(given_, {}, CONTEXT),
    "access": lambda given_: from_access(given_, {}, CONTEXT),
    "mcp": lambda given_: from_mcp(given_, {}, CONTEXT),
    "check": lambda given_: from_check(given_, CONTEXT),
    "stated": from_stated,
    "extract": lambda given_: extract(given_, CONTEXT),
}


def _keys(value: Any) -> Iterator[str]:  # raw JSON
    if isinstance(value, dict):
        yield from value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _keys(child)


_RECORDED = {name: recorded(name) for name in all_recorded()}
_KNOWN_KEYS = sorted({key for request in _RECORDED.values() for key in _keys(request)})
_SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63)])
    | st.floats()
    | st.text()
    | st.sampled_from(["", "\0", "\ud800", "-c", "1", "{{x}}", "Deployment", "CREATE", "--model", "In"])
)
_JSON: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_KNOWN_KEYS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("entry", _ENTRY_POINTS)
@given(given_=_JSON)
def test_any_json_gives_a_valid_intent_or_is_refused(entry: str, given_: object) -> None:
    assert is_one_line(refusal(_ENTRY_POINTS[entry], given_))


@pytest.mark.parametrize("name", sorted(_RECORDED))
@settings(max_examples=30)
@given(draw=st.data())
def test_a_real_request_with_something_else_in_one_place_does_too(name: str, draw: st.DataObject) -> None:
    request = draw.draw(changed(_RECORDED[name], _JSON))
    assert is_one_line(refusal(_ENTRY_POINTS["extract"], request))


@pytest.mark.parametrize("name", sorted(_RECORDED))
def test_a_real_request_gives_a_valid_intent_with_a_source_for_each_fact(name: str) -> None:
    before = copy.deepcopy(_RECORDED[name])
    intent = extract(_RECORDED[name], CONTEXT)
    _INTENTS.validate_python(intent, strict=True)
    for item in (
        *intent["models"],
        *intent["accelerators"],
        *intent["tools"],
        *intent["resources"],
        *intent["images"],
    ):
        assert item["source"]
    for fact in intent["attribution"]:
        assert intent["provenance"][f"attribution.{fact}"]
    assert _RECORDED[name] == before
