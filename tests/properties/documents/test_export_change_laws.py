"""An exported change makes of an object what the policy makes of it, or refuses it where that is a conflict."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.errors import AuthorError
from interlock.exporting.mutating import mutating
from support.exporting import WIDGETS, Pair, loaded, paired
from support.reviews import deployment, job, review

_LABEL: Final = ["metadata", "labels", "example.com/team"]
_NOTE: Final = ["metadata", "annotations", "note"]
_FLAG: Final = ["spec", "own", "inner", "other-flag"]
_DEADLINE: Final = ["spec", "activeDeadlineSeconds"]
_INNER: Final = ["spec", "dnsConfig", "options"]
_LISTED: Final = ["spec", "tolerations"]

_WHEN: Final = st.sampled_from(
    [
        None,
        "has(object.metadata.name)",
        "object.metadata.name == 'web'",
        "object.spec.hostNetwork",
        "has(object.spec.schedulerName) && object.spec.schedulerName != ''",
    ]
)
_TEXTS: Final = st.sampled_from(["search", ""])
_SCALARS: Final = st.sampled_from(["search", "", 3, 0, True, False])
_ITEMS: Final = st.lists(
    st.sampled_from(
        [{"key": "gpu", "operator": "Exists"}, {"key": "a", "tolerationSeconds": 3}, "text", 3, True]
    ),
    min_size=1,
    max_size=3,
)


def _change(path: list[str], **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    def written(found: dict[str, Any]) -> dict[str, Any]:
        return {"path": path, **{key: value for key, value in found.items() if value is not None}}

    return st.fixed_dictionaries({"when": _WHEN, **parts}).map(written)


_BOUNDS: Final = st.sampled_from([{"ceiling": 5}, {"floor": 2}])
_CLAMPS: Final = _BOUNDS.flatmap(
    lambda bound: _change(_DEADLINE, **{key: st.just(value) for key, value in bound.items()})
)


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    spec: dict[str, Any] = {
        "layer": "team",
        "description": "Drawn.",
        "match": {"kinds": ["Widget"]},
        "defaults": draw(
            st.lists(
                st.one_of(
                    _change(_LABEL, value=_TEXTS), _change(_NOTE, value=_TEXTS), _change(_FLAG, value=_SCALARS)
                )
            )
        ),
        "clamps": draw(st.lists(_CLAMPS, max_size=1)),
        "unions": draw(
            st.lists(st.one_of(_change(_LISTED, items=_ITEMS), _change(_INNER, items=_ITEMS)), max_size=2)
        ),
        "locks": draw(
            st.lists(
                st.one_of(
                    _change(["spec", "priority"], value=_SCALARS),
                    _change(["spec", "priority"], value=_SCALARS, instead=st.lists(_SCALARS, min_size=1)),
                ),
                max_size=1,
            )
        ),
    }
    document = {
        "apiVersion": "interlock.dev/v1alpha1",
        "kind": "IntentPolicy",
        "metadata": {"name": "drawn"},
        "spec": {key: value for key, value in spec.items() if value != []},
    }
    try:
        found = paired(loaded(json.dumps(document) + "\n" + WIDGETS), write=mutating)
    except AuthorError:
        found = None
    assume(found is not None)
    assert found is not None
    return found


def _widgets() -> Iterator[dict[str, Any]]:
    metadata = (
        {"name": "web", "labels": {"example.com/team": "web", "env": "live"}},
        {"name": "app", "annotations": {"note": None}, "labels": {}},
        {"generateName": "a", "annotations": {"note": ""}},
    )
    values: tuple[dict[str, Any], ...] = (
        {},
        {
            "activeDeadlineSeconds": 1,
            "hostNetwork": True,
            "own": {"inner": {"other-flag": 1}},
            "tolerations": [],
            "priority": 3,
        },
        {"activeDeadlineSeconds": 9, "schedulerName": "own", "priority": True, "own": None},
        {
            "activeDeadlineSeconds": "9",
            "tolerations": ["text", {"key": "gpu", "operator": "Exists"}],
            "priority": 0,
        },
        {
            "activeDeadlineSeconds": 3,
            "tolerations": [{"key": "gpu", "operator": "Exists", "value": "a"}, 3, True],
        },
        {"activeDeadlineSeconds": None, "dnsConfig": {"options": [{"key": "a", "tolerationSeconds": 3}]}},
        {"tolerations": "all", "dnsConfig": {}, "priority": "search", "hostNetwork": "yes"},
        {
            "tolerations": {"key": "gpu"},
            "own": {"inner": "flag"},
            "dnsConfig": {"options": [3]},
            "priority": 1.0,
        },
    )
    for named, value in product(metadata, values):
        yield {"apiVersion": "acme.example/v1", "kind": "Widget", "metadata": named, "spec": value}


_WIDGETS: Final = tuple(_widgets())


def _agree(found: Pair, item: dict[str, Any]) -> None:
    asked = review(item)
    ours, theirs = found.changed(asked), found.rewritten(asked)
    assert bool(ours.decision.conflicts) is bool(theirs.denials), item
    if not theirs.denials:
        # As JSON, where true is not 1.
        assert json.dumps(ours.intent["object"], sort_keys=True) == json.dumps(theirs.object, sort_keys=True), (
            item
        )


@given(_pairs())
def test_an_exported_change_makes_the_same_object(found: Pair) -> None:
    for item in _WIDGETS:
        _agree(found, item)


@pytest.mark.parametrize("item", [deployment(3), job()])
def test_what_is_missing_on_the_way_is_made(item: dict[str, Any]) -> None:
    text = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: drawn}
spec:
  layer: team
  description: Written.
  match: {kinds: [Deployment, Job]}
  defaults:
    - {path: [metadata, annotations, a~b/c], value: "1"}
    - {path: [metadata, annotations, d], value: "2"}
    - {path: [spec, template, spec, securityContext, runAsNonRoot], value: true}
    - {path: [spec, template, spec, securityContext, seccompProfile, type], value: RuntimeDefault}
"""
    found = paired(loaded(text), write=mutating)
    assert found is not None
    _agree(found, item)
    assert found.changed(review(item)).decision.patches
