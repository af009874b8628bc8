"""Expected obligations and advice beside those that came."""

from typing import Any

import pytest
from pydantic import ValidationError

from interlock.policytest.expect import failures
from interlock.policytest.shapes import CaseShape, ExpectShape

_KEEP: dict[str, Any] = {"name": "keep", "value": 30, "policies": ["p"]}
_REDACT: dict[str, Any] = {"name": "redact", "value": ["email", "phone"], "policies": ["p"]}
_BOTH = pytest.mark.parametrize("field", ["obligations", "advice"])


def _decided(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("reasons", "warnings", "audits", "waived", "patches", "obligations", "advice")
    return {"decision": "allow", **{name: lists.get(name, []) for name in names}}


def _expect(**fields: Any) -> ExpectShape:  # any YAML
    return ExpectShape.model_validate(fields)


@_BOTH
@pytest.mark.parametrize("redact", [["email", "phone"], ["phone", "email", "phone"]])
def test_exactly_what_is_due_is_no_failure(field: str, redact: list[str]) -> None:
    expect = _expect(**{field: {"redact": redact, "keep": 30}})
    assert failures(expect, _decided(**{field: [_KEEP, _REDACT]})) == ()


@_BOTH
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"keep": 30}, "keep = 30"),
        ({}, "none"),
        ({"keep": 31, "redact": ["email", "phone"]}, 'keep = 31, redact = ["email", "phone"]'),
        ({"keep": 30, "redact": ["email"]}, 'keep = 30, redact = ["email"]'),
        (
            {"keep": 30, "redact": ["email", "phone"], "region": "eu"},
            'keep = 30, redact = ["email", "phone"], region = "eu"',
        ),
    ],
)
def test_anything_else_is_a_failure(field: str, wanted: dict[str, Any], expected: str) -> None:
    (failure,) = failures(_expect(**{field: wanted}), _decided(**{field: [_KEEP, _REDACT]}))
    assert failure.place == ("expect", field)
    assert failure.expected == f"{field} {expected}"
    assert failure.came == 'keep = 30, redact = ["email", "phone"]'


@_BOTH
def test_true_is_not_one(field: str) -> None:
    came = _decided(**{field: [{"name": "keep", "value": True, "policies": ["p"]}]})
    assert len(failures(_expect(**{field: {"keep": 1}}), came)) == 1
    assert failures(_expect(**{field: {"keep": True}}), came) == ()


@_BOTH
def test_what_is_not_expected_is_not_compared(field: str) -> None:
    assert failures(_expect(decision="allow"), _decided(**{field: [_KEEP]})) == ()


@_BOTH
def test_expecting_nothing_due_expects_something(field: str) -> None:
    case = {"name": "x", "input": {"chat": {}}, "expect": {field: {}}}
    assert CaseShape.model_validate(case).expect == _expect(**{field: {}})
    with pytest.raises(ValidationError, match="expects nothing"):
        CaseShape.model_validate({**case, "expect": {}})


def test_an_obligation_that_is_not_discharged_can_be_expected() -> None:
    reason = {"code": "undischarged", "obligation": "keep", "message": "nobody can"}
    came = {**_decided(reasons=[reason]), "decision": "deny"}
    assert failures(_expect(reasons=[{"code": "undischarged", "obligation": "keep"}]), came) == ()
    (failure,) = failures(_expect(reasons=[{"obligation": "redact"}]), came)
    assert failure.expected == "reasons with obligation `redact`"
