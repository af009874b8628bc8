"""Patterns lead to the places that they mean, and keep to the items that lead to another place."""

import pytest

from interlock.errors import RequestError
from interlock.intents.patterns import pattern

_BODY = {
    "jobs": [
        {"name": "a", "replicas": 2, "by": {"x": {"n": 1}, "y": {"n": 2}}},
        {"name": "b", "replicas": 3, "by": {"x": {"n": 4}, "z": None}},
    ],
    "labels": {"model.aibrix.ai/name": "qwen"},
}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", {"": _BODY}),
        ("jobs[].replicas", {"jobs[0].replicas": 2, "jobs[1].replicas": 3}),
        ("jobs[name=b].replicas", {"jobs[1].replicas": 3}),
        ("jobs[name=b,replicas=x]", {}),
        ("jobs[].by{*}.n", {"jobs[0].by.x.n": 1, "jobs[0].by.y.n": 2, "jobs[1].by.x.n": 4}),
        ("jobs[].by.{x|z}.n", {"jobs[0].by.x.n": 1, "jobs[1].by.x.n": 4}),
        ('labels["model.aibrix.ai/name"]', {'labels["model.aibrix.ai/name"]': "qwen"}),
        ("jobs[].absent.deeper", {}),
    ],
)
def test_a_pattern_leads_to_its_places(written: str, found: dict[str, object]) -> None:
    assert {place.path: place.value for place in pattern(written).places(_BODY)} == found


def test_items_that_lead_to_another_place_are_kept() -> None:
    beside = pattern("jobs[].by{*}").places(_BODY)[1]
    assert beside.path == "jobs[0].by.y"
    assert [each.path for each in pattern("jobs[].replicas").places(_BODY, beside=beside)] == [
        "jobs[0].replicas"
    ]
    assert [each.value for each in pattern("jobs[].by{*}.n").places(_BODY, beside=beside)] == [2]
    assert [each.value for each in pattern("labels{*}").places(_BODY, beside=beside)] == ["qwen"]


@pytest.mark.parametrize(
    ("written", "path"), [("jobs.name", "jobs"), ("labels[]", "labels"), ("jobs[].name.x", "jobs[0].name")]
)
def test_what_stands_in_the_way_is_refused(written: str, path: str) -> None:
    with pytest.raises(RequestError) as caught:
        pattern(written).places(_BODY)
    assert caught.value.path == f"$.{path}"
    assert pattern(written).loose_places(_BODY) == []
