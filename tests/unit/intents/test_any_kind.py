"""Whatever stands in a field of any kind, its object gives a valid Intent or is refused, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.intents.extract import extract
from interlock.intents.kinds import KINDS
from interlock.model.intent import Intent
from support.anyjson import changed, is_one_line, refusal
from support.intents import CONTEXT, MANIFESTS, kinds, manifests

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


def _extracted(document: Any) -> Intent:
    return extract(document, CONTEXT)


_DOCUMENTS = {case["name"]: case["manifest"] for case in kinds()} | dict(_of_corpus())


@pytest.mark.parametrize("name", sorted(_DOCUMENTS))
@settings(max_examples=25)
@given(draw=st.data())
def test_an_object_with_something_else_in_one_place_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    document = draw.draw(changed(_DOCUMENTS[name], _JSON))
    assert is_one_line(refusal(_extracted, document))


@pytest.mark.parametrize("kind", sorted(KINDS), ids="/".join)
@settings(max_examples=10)
@given(spec=_JSON)
def test_any_spec_of_any_kind_is_read_or_refused(kind: tuple[str, str], spec: object) -> None:
    group, name = kind
    document = {"apiVersion": f"{group}/v1", "kind": name, "metadata": {"name": "a"}, "spec": spec}
    assert is_one_line(refusal(_extracted, document))
