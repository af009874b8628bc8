"""What an API server with our CustomResourceDefinitions takes: all that loads, and little that doesn't."""

from pathlib import Path
from typing import Any, Final

import pytest

from support.crds.documents import in_file, on_page
from support.crds.structural import violations
from support.crds.validation import said, schema_of
from support.openapi import problems

_ROOT = Path(__file__).parents[3]
_SHIPPED = [
    *sorted((_ROOT / "policies").rglob("*.yaml")),
    *sorted((_ROOT / "testdata/decisions").rglob("*.yaml")),
]
_PAGES = [page for page in sorted((_ROOT / "docs").rglob("*.md")) if list(on_page(page))]

LOADING_ALONE: Final = frozenset(
    {
        # What YAML is to hold, which the API server never sees.
        *("aliases", "colon-within", "duplicate-field", "quote-within", "tab-indentation", "not-a-policy"),
        # What expressions mean.
        *(
            "cel-misspelt-field",
            "cel-too-deep",
            "cel-unknown-function",
            "cel-wrong-type",
            "library-expressions",
        ),
        *("library-grows", "limits-of-wrong-types", "mutations-between", "mutations-with-wrong-conditions"),
        # What documents say of each other.
        *("catalog-names-twice", "duplicate-name", "ignored-errors-by-default", "library-twice", "obligations"),
        *("two-policy-sets", "unknown-layer", "limits-contradict", "waiver-of-changed-library"),
        *("waiver-of-changed-rule", "waiver-of-permit", "waiver-of-unknown-rule", "waiver-of-unwaivable"),
        "waiver-out-of-reach",
    }
)
"""The mistakes of authors of which the API server takes all documents: only the service says what is wrong."""

_ERRORS: Final = sorted(path.name for path in (_ROOT / "testdata/errors").iterdir())


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: str(path.relative_to(_ROOT)))
def test_what_loads_from_a_file_is_taken(path: Path) -> None:
    for document in in_file(path):
        assert said(document) == []


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_taken(page: Path) -> None:
    for document in on_page(page):
        assert said(document) == []


@pytest.mark.parametrize("case", _ERRORS)
def test_a_mistake_is_refused_unless_only_loading_can_see_it(case: str) -> None:
    folder = _ROOT / "testdata/errors" / case
    is_refused = any(said(document) for path in folder.glob("*.yaml") for document in in_file(path))
    assert is_refused is (case not in LOADING_ALONE)


def test_there_are_documents_to_ask_about() -> None:
    assert sum(len(list(in_file(path))) for path in _SHIPPED) > 90
    assert len(_PAGES) >= 5


def _status(**fields: Any) -> list[str]:
    return problems(fields, schema_of("IntentPolicy")["properties"]["status"])


def test_a_status_says_what_each_replica_decides_by() -> None:
    seen = {"digest": "sha256:12", "ready": False, "message": "no", "observedAt": "2026-01-01T00:00:00Z"}
    condition = {
        "type": "Ready",
        "status": "False",
        "observedGeneration": 3,
        "lastTransitionTime": "2026-01-01T00:00:00Z",
        "reason": "NotLoaded",
        "message": "unknown layer `tema`",
    }
    warnings = [{"fieldRef": "spec.rules[0].require", "warning": "undefined field"}]
    told = {
        "observedGeneration": 3,
        "conditions": [condition],
        "typeChecking": {"expressionWarnings": warnings},
        "replicas": {"interlock-0": seen},
    }
    assert _status(**told) == []
    assert _status(replicas={"interlock-0": {"ready": True}})
    assert _status(conditions=[condition, condition])
    assert _status(phase="Running")


def _holding(field: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"field": field}}


_A = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"metadata": {"type": "object", "description": "a"}}},
        {
            "type": "object",
            "properties": {"metadata": {"type": "object", "properties": {"uid": {"type": "string"}}}},
        },
        _holding({}),
        _holding({"$ref": "#/definitions/x"}),
        _holding({"type": "object", "additionalProperties": {"type": "string"}, "properties": {}}),
        _holding({"type": "object", "properties": {"a": {}}}),
        _holding({"type": "array"}),
        _holding({**_A, "required": ["b"]}),
        _holding({**_A, "anyOf": [{"properties": {"a": {"type": "string"}}}]}),
        _holding({"anyOf": [{"type": "boolean"}, {"type": "string"}], "x-kubernetes-int-or-string": True}),
        _holding({"type": "string", "const": "a"}),
        _holding(
            {
                "type": "array",
                "items": _A,
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["a"],
            }
        ),
    ],
    ids=str,
)
def test_what_is_not_structural_is_found(schema: dict[str, Any]) -> None:
    assert list(violations(schema))
