"""Every decision that AuthZEN's scenarios expect, from policies and catalogs of `testdata/authzen` alone.

No protocol is between: each request is the `access` of a check request. What
a search is expected to find is asked for candidate by candidate.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from interlock.engine import Engine
from interlock.intents.check import from_check
from interlock.loading.policyset import load
from interlock.search.query import Sought, query_of
from interlock.search.search import search
from interlock.units import Instant

CORPUS = Path(__file__).parents[3] / "shared/corpora/authzen"
FIXTURES = Path(__file__).parents[2] / "testdata/authzen"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpora are not beside the repository")

_NOW = Instant(1_790_000_000_000)


@cache
def _engine(scenario: str) -> Engine:
    folder = FIXTURES / scenario
    return Engine(load([folder / "catalog.yaml", folder / "policy.yaml"]))


def _allows(scenario: str, access: dict[str, Any]) -> bool:
    engine = _engine(scenario)
    return engine.decide(from_check({"access": access}, engine.context_at(_NOW)), now=_NOW).allowed


def _read(name: str) -> Any:  # raw JSON
    return json.loads((CORPUS / name).read_text(encoding="utf-8"))


def _wrong(scenario: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cases that are decided otherwise than they expect."""
    return [case for case in cases if _allows(scenario, case["request"]) is not case["expected"]]


def test_the_todo_application_is_decided_as_expected() -> None:
    found = _read("todo-decisions-authorization-api-1_0-02.json")
    assert len(found["evaluation"]) == 40
    assert _wrong("todo", found["evaluation"]) == []
    several = [case for batch in found["evaluations"] for case in _batched(batch)]
    assert len(several) > len(found["evaluations"]) == 3
    assert _wrong("todo", several) == []


def _batched(batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The evaluations of `batch`, each whole."""
    whole = {key: value for key, value in batch["request"].items() if key != "evaluations"}
    for one, expected in zip(batch["request"]["evaluations"], batch["expected"], strict=True):
        yield {"request": whole | one, "expected": expected["decision"]}


def test_gateways_are_decided_as_expected() -> None:
    cases = _read("gateway-decisions.json")["evaluation"]
    assert len(cases) == 25
    assert _wrong("gateways", cases) == []


def test_the_certification_is_decided_as_expected() -> None:
    modules = [
        module
        for module in _read("oidf-modules.json")
        if module["group"] != "interop" and "getExpectedDecisionResponseJson" in module
    ]
    cases = [
        {"request": module["payload"], "expected": module["getExpectedDecisionResponseJson"]["decision"]}
        for module in modules
    ]
    assert len(cases) > 8
    assert _wrong("certification", cases) == []


@pytest.mark.parametrize(
    ("kind", "entity", "count"),
    [("subject", "subject", 60), ("resource", "resource", 18), ("action", "action", 120)],
)
def test_what_searches_are_expected_to_find_is_allowed_and_nothing_else(
    kind: str, entity: str, count: int
) -> None:
    cases = _read(f"search/{kind}-results.json")["evaluation"]
    assert len(cases) == count
    for case in cases:
        allowed = [
            candidate
            for candidate in _candidates(kind)
            if _allows("search", {**case["request"], entity: candidate})
        ]
        assert sorted(map(str, allowed)) == sorted(map(str, case["expected"]["results"]))


def _candidates(kind: str) -> list[dict[str, Any]]:
    catalog = _engine("search").policies.catalog
    if kind == "action":
        (type_,) = catalog.resource_types
        return [{"name": name} for name in type_.operations]
    entries = catalog.subjects if kind == "subject" else catalog.resources
    return [{"type": entry.type, "id": entry.id} for entry in entries]


@pytest.mark.parametrize(
    ("sought", "count"), [(Sought.SUBJECT, 60), (Sought.RESOURCE, 18), (Sought.ACTION, 120)]
)
def test_searches_find_what_is_expected_and_nothing_else(sought: Sought, count: int) -> None:
    cases = _read(f"search/{sought}-results.json")["evaluation"]
    assert len(cases) == count
    for case in cases:
        assert _sorted(_found("search", sought, case["request"])) == _sorted(case["expected"]["results"])


def test_searches_of_the_certification_find_what_is_expected() -> None:
    modules = [m for m in _read("oidf-modules.json") if "getExpectedSearchResponseJson" in m]
    modules = [module for module in modules if module["group"] != "interop"]
    assert len(modules) > 6
    for module in modules:
        sought = next(each for each in Sought if f"-{each}-search-" in module["name"])
        found = _found("certification", sought, module["payload"])
        expected = module["getExpectedSearchResponseJson"]["results"]
        assert [each for each in expected if each not in found] == [], module["name"]
        assert expected or not found, module["name"]


def _found(scenario: str, sought: Sought, access: dict[str, Any]) -> list[dict[str, Any]]:
    engine = _engine(scenario)
    query = query_of(sought, {"access": access}, engine.context_at(_NOW))
    page = search(engine, query, now=_NOW)
    assert page.total == len(page.results)
    return list(page.results)


def _sorted(results: list[dict[str, Any]]) -> list[str]:
    return sorted(map(str, results))
