"""Whatever stands in a field of any kind, its object gives a valid Intent or is refused, and nothing else."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from interlock.errors import RequestError
from interlock.intents.extract import extract
from interlock.intents.kinds import KINDS
from interlock.model.intent import Intent
from support.intents import CONTEXT, MANIFESTS, kinds, manifests

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)
_SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [-1, 2**31, 2**63, "\0", "\ud800", "{{x}}", "${N}", "a: [1", "applications: []", "kind: Pod"]
    )
)
_JSON: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "model", "spec", "replicas", "gpu"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def _of_corpus() -> Iterator[tuple[str, Any]]:
    """The first document of each file of the corpus, where it is there."""
    for path in sorted(MANIFESTS.glob("*.yaml")):
        yield path.stem, next(manifests(path.stem))[1]


_DOCUMENTS = {case["name"]: case["manifest"] for case in kinds()} | dict(_of_corpus())


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # raw JSON
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from _places(child, (*path, key))


def _decide(document: Any) -> None:  # raw JSON
    refusal = None
    try:
        _INTENTS.validate_python(extract(document, CONTEXT), strict=True)
    except RequestError as refused:
        refusal = str(refused)
    assert refusal is None or (refusal and "\n" not in refusal)


@pytest.mark.parametrize("name", sorted(_DOCUMENTS))
@settings(max_examples=25)
@given(draw=st.data())
def test_an_object_with_something_else_in_one_place_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    document = copy.deepcopy(_DOCUMENTS[name])
    *path, last = draw.draw(st.sampled_from(list(_places(document))))
    parent = document
    for key in path:
        parent = parent[key]
    parent[last] = draw.draw(_JSON)
    _decide(document)


@pytest.mark.parametrize("kind", sorted(KINDS), ids="/".join)
@settings(max_examples=10)
@given(spec=_JSON)
def test_any_spec_of_any_kind_is_read_or_refused(kind: tuple[str, str], spec: object) -> None:
    group, name = kind
    _decide({"apiVersion": f"{group}/v1", "kind": name, "metadata": {"name": "a"}, "spec": spec})
