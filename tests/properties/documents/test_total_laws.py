"""Whatever JSON comes in, a decision comes out or a refusal: nothing else is ever raised."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.document import decide_as_it_stands, decide_document
from interlock.errors import RequestError
from interlock.loading.policyset import load
from support.intents import all_recorded, pod, recorded
from support.policies import write_policies
from support.reviews import chat
from support.strategies import NOW, json_values, texts


@pytest.fixture(scope="module")
def strict() -> Iterator[Engine]:
    """An engine of policies on models, tools and workloads, which also change what they decide."""
    with TemporaryDirectory() as folder:
        yield Engine(load([write_policies(Path(folder))]))


def failures(made: Engine, document: Any) -> list[str]:
    """What broke where `document` was to get a decision that can be logged, or a refusal, on either way in."""
    found: list[str] = []
    for decide in (decide_document, decide_as_it_stands):
        with suppress(RequestError):
            decision = decide(made, document, now=NOW).decision
            json.dumps(record(decision))
            found += [decision.failure] if decision.failure.startswith("internal error") else []
    return found


HOSTILE_NUMBERS: Final = (0, -1, 2**63, -(2**64), 10**40, 1e308, -0.0, 0.5)
HOSTILE_TEXTS: Final = ("\0", "\ud800", "a" * 5000, "../..", "{{x}}", "٣", "1e400", "+08", "9" * 400)
PARTS: Final = json_values() | st.sampled_from(HOSTILE_NUMBERS) | st.sampled_from(HOSTILE_TEXTS)
KEYS: Final = st.sampled_from(
    [
        "apiVersion",
        "kind",
        "metadata",
        "spec",
        "request",
        "object",
        "messages",
        "model",
        "tools",
        "method",
        "params",
    ]
) | st.sampled_from(["input", "intent", "chat", "mcp", "admission", "caller", "labels", "name", "operation"])


@st.composite
def requests(draw: st.DrawFn) -> Any:
    """A recorded request in which one or two parts are something else, gone, or there twice."""
    document = recorded(draw(st.sampled_from(all_recorded())))
    for _ in range(draw(st.integers(1, 2))):
        document = draw(damaged(document))
    return document


@st.composite
def damaged(draw: st.DrawFn, value: Any) -> Any:
    """`value` with one part of it changed, more often one that is deep in it."""
    parts: Any = dict(enumerate(value)) if isinstance(value, list) else value
    if isinstance(parts, dict) and parts and draw(st.integers(0, 15)):
        every = list(parts)
        wide = [key for key in every if isinstance(parts[key], dict | list)]
        is_deep = draw(st.integers(0, 4)) > 0
        key = draw(st.sampled_from(wide if wide and is_deep else every))
        changed = {**parts, key: draw(damaged(parts[key]))}
        return list(changed.values()) if isinstance(value, list) else changed
    if isinstance(value, dict):
        fewer = {key: part for key, part in value.items() if draw(st.booleans())}
        return draw(st.sampled_from([fewer, [value], {**value, draw(KEYS): draw(PARTS)}]))
    if isinstance(value, list):
        others: list[Any] = [value * 2, {"0": value}, []]
        return draw(st.sampled_from(others))
    return draw(PARTS)


@given(requests())
def test_total(strict: Engine, document: Any) -> None:
    """Whatever JSON comes in, a decision comes out, or a refusal that says why."""
    assert failures(strict, document) == []


@given(st.recursive(PARTS, lambda parts: st.dictionaries(KEYS | texts(), parts, max_size=4), max_leaves=12))
def test_total_of_any_json(strict: Engine, document: Any) -> None:
    assert failures(strict, document) == []


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": [value]}
    return value


NASTY: Final[dict[str, Any]] = {
    "nothing": {},
    "a list": [],
    "a text": "apiVersion",
    "null": None,
    "a Job whose metadata is a text": {"apiVersion": "batch/v1", "kind": "Job", "metadata": "name"},
    "a Job whose annotations are a list": {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "j", "annotations": []},
        "spec": {},
    },
    "a Job whose spec is null": {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "j"},
        "spec": None,
    },
    "a Job that is 500 levels deep": {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "j"},
        "spec": nested(250),
    },
    "a Job that is 100,000 levels deep": {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "j"},
        "spec": nested(50_000),
    },
    "an API version that is a number": {"apiVersion": 1, "kind": "Job"},
    "an API version that is null": {"apiVersion": None, "kind": "Job"},
    "an API version that is an object": {"apiVersion": {}, "kind": []},
    "a review of nothing": {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"},
    "a review whose operation is a list": {
        "apiVersion": "admission.k8s.io/v1",
        "request": {"operation": [], "object": {}},
    },
    "a review of an object that is empty": {
        "apiVersion": "admission.k8s.io/v1",
        "request": {"operation": "CREATE", "object": {}},
    },
    "a chat with more tokens than there are": {
        "chat": {"model": "good-1", "messages": [], "max_tokens": 10**40}
    },
    "a chat whose messages are a text": {"messages": "hello", "model": "good-1"},
    "a chat in half a character": chat("good-\ud800"),
    "a Pod of half a character": pod({"image": "\udfff"}),
    "a Pod with a label that is a list": {**pod({}), "metadata": {"name": "p", "labels": {"team": ["a"]}}},
    "a Pod with limits that are no numbers": pod({"resources": {"limits": {"nvidia.com/gpu": {"n": 1}}}}),
    "an Intent of one thing": {"intent": {"action": "model.chat"}},
    "an Intent with a fact of another type": {"intent": {"action": "model.chat", "usage": {"cost": "1"}}},
    "two requests": {"chat": {}, "mcp": {}},
}


@pytest.mark.parametrize("document", NASTY.values(), ids=NASTY.keys())
def test_total_of_what_was_made_to_break_it(strict: Engine, document: Any) -> None:
    assert failures(strict, document) == []
