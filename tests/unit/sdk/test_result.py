"""What came of a check, as programs read it."""

from typing import Any

import pytest

from interlock import CheckResult, ConflictError, DeniedError
from interlock.decisionlog.record import record
from interlock.sdk.patches import patched
from interlock.sdk.result import said_of
from support.budgets import call, engine_of, limited


def _result(check: dict[str, Any], *budgets: str) -> CheckResult:
    found: Any = record(engine_of(*budgets).check(check))  # type: ignore[arg-type]  # plain JSON
    return CheckResult(found)


def test_a_result_is_true_where_it_allows() -> None:
    assert _result(call())
    assert not _result(call(), limited("tokens", 1))


def test_an_allowance_raises_nothing() -> None:
    result = _result(call())
    result.raise_if_denied()
    assert (result.hold, result.reasons) == (None, [])


def test_a_denial_says_why_and_what_to_do() -> None:
    denied = _result(call(), limited("tokens", 1))
    with pytest.raises(DeniedError) as raised:
        denied.raise_if_denied()
    (reason,) = denied.reasons
    assert str(raised.value) == f"denied: {reason['message']}: {reason['remedy']}"
    assert raised.value.reasons == denied.reasons
    assert raised.value.record == denied.record


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ([{"code": "x", "message": "no", "remedy": "ask"}, {"code": "x", "message": "nor"}], "no: ask; nor"),
        ([{"code": "errored", "policy": "p", "rule": "r", "error": "broke"}], "broke"),
        ([{"code": "violated", "policy": "p", "rule": "r"}], "p/r denies it"),
        ([{"code": "refused"}], "refused denies it"),
        ([{"code": "x", "message": "no"}] * 18, "; ".join(["no"] * 16) + "; and 2 more reasons"),
        ([], "no reason was given"),
    ],
)
def test_reasons_are_told_in_one_line(reasons: list[Any], said: str) -> None:
    assert said_of(reasons) == said


@pytest.mark.parametrize(
    ("path", "value", "changed"),
    [
        (["a"], 2, {"a": 2, "l": [{"b": 1}]}),
        (["new"], {}, {"a": 1, "l": [{"b": 1}], "new": {}}),
        (["new", "below", "it"], 2, {"a": 1, "l": [{"b": 1}], "new": {"below": {"it": 2}}}),
        (["l", 0, "b"], 3, {"a": 1, "l": [{"b": 3}]}),
        (["l", 1], "end", {"a": 1, "l": [{"b": 1}, "end"]}),
        ([], {"other": 1}, {"other": 1}),
    ],
)
def test_changes_go_to_their_places(path: list[str | int], value: object, changed: dict[str, Any]) -> None:
    body = {"a": 1, "l": [{"b": 1}]}
    assert patched(body, [{"path": path, "value": value, "policies": []}]) == changed
    assert body == {"a": 1, "l": [{"b": 1}]}


@pytest.mark.parametrize("path", [["a", "b"], ["l", 2], ["l", -1], ["l", "0"], [0]])
def test_a_change_without_a_place_is_for_another_body(path: list[str | int]) -> None:
    with pytest.raises(ConflictError, match="not what was decided"):
        patched({"a": 1, "l": [{}]}, [{"path": path, "value": 1, "policies": []}])


_SHORT = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: short-answers}
spec:
  layer: platform
  description: Answers are short.
  match: {actions: [model.chat]}
  clamps: [{path: [max_tokens], ceiling: 10}]
"""


def test_what_policies_changed_is_put_into_the_body() -> None:
    check = call(most=100)
    result = _result({**check, "appliesPatches": True}, _SHORT)
    assert result.changed(check["chat"]) == {**check["chat"], "max_tokens": 10}
