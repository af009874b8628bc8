"""What was expected beside what came."""

from typing import Any

import pytest

from interlock.policytest.expect import failures, written
from interlock.policytest.shapes import ExpectShape

_VIOLATION = {
    "code": "violated",
    "layer": "team",
    "area": "models",
    "policy": "models",
    "rule": "never-bad",
    "item": "models[0]",
    "message": "this model is not to be used",
    "remedy": "use good-1",
}
_UNPERMITTED = {"code": "unpermitted", "layer": "organization", "area": "models", "item": "models[0]"}


def _decided(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    empty: dict[str, Any] = {"reasons": [], "warnings": [], "audits": [], "waived": [], "patches": []}
    return {"decision": "deny" if lists.get("reasons") else "allow", **empty, **lists}


def _expect(**fields: Any) -> ExpectShape:  # any YAML
    return ExpectShape.model_validate(fields)


def test_an_expected_decision_that_comes_is_no_failure() -> None:
    assert failures(_expect(decision="deny"), _decided(reasons=[_VIOLATION])) == ()


def test_another_decision_is_a_failure_that_says_why_it_came() -> None:
    (failure,) = failures(_expect(decision="allow"), _decided(reasons=[_VIOLATION]))
    assert failure.expected == "decision allow"
    assert failure.came == "deny: violated team models/never-bad models[0]: this model is not to be used"
    assert failure.place == ("expect", "decision")


def test_an_allowance_has_no_reasons_to_show() -> None:
    (failure,) = failures(_expect(decision="deny"), _decided())
    assert failure.came == "allow"


@pytest.mark.parametrize("field", sorted(_VIOLATION))
def test_every_field_that_is_given_must_fit(field: str) -> None:
    fits = _expect(reasons=[{field: _VIOLATION[field]}])
    assert failures(fits, _decided(reasons=[_VIOLATION])) == ()
    other = "errored" if field == "code" else "other"
    differs = _expect(reasons=[{**_VIOLATION, field: other}])
    (failure,) = failures(differs, _decided(reasons=[_VIOLATION]))
    assert failure.place == ("expect", "reasons", 0)
    assert f"`{other}`" in failure.expected


def test_a_message_need_only_contain_the_text_and_a_rule_must_equal_it() -> None:
    assert failures(_expect(reasons=[{"message": "not to be"}]), _decided(reasons=[_VIOLATION])) == ()
    assert len(failures(_expect(reasons=[{"rule": "never"}]), _decided(reasons=[_VIOLATION]))) == 1


def test_all_fields_of_one_entry_must_be_of_the_same_reason() -> None:
    expect = _expect(reasons=[{"rule": "never-bad", "layer": "organization"}])
    (failure,) = failures(expect, _decided(reasons=[_VIOLATION, _UNPERMITTED]))
    assert failure.expected == "reasons with layer `organization`, rule `never-bad`"
    assert failure.came == f"{written(_VIOLATION)}; unpermitted organization models[0]"


@pytest.mark.parametrize("name", ["reasons", "warnings", "audits", "waived"])
def test_every_list_is_compared(name: str) -> None:
    expect = _expect(**{name: [{"rule": "never-bad"}]})
    assert failures(expect, _decided(**{name: [_VIOLATION]})) == ()
    (failure,) = failures(expect, _decided())
    assert failure.came == "none"
    assert failure.place == ("expect", name, 0)


def test_more_may_come_than_is_listed_unless_exactly_that_is_expected() -> None:
    came = _decided(reasons=[_VIOLATION, _UNPERMITTED])
    listed = {"reasons": [{"rule": "never-bad"}]}
    assert failures(_expect(**listed), came) == ()
    (failure,) = failures(_expect(**listed, exactly=True), came)
    assert (failure.expected, failure.came) == ("no other reasons", "unpermitted organization models[0]")
    assert failure.place == ("expect", "reasons")


def test_with_exactly_a_list_that_is_left_out_has_to_be_empty() -> None:
    (failure,) = failures(_expect(decision="allow", exactly=True), _decided(warnings=[_VIOLATION]))
    assert failure.expected == "no other warnings"
    assert failure.place == ("expect", "exactly")


def test_the_waiver_of_a_waived_violation_can_be_expected() -> None:
    came = _decided(waived=[{**_VIOLATION, "waiver": "training"}])
    assert failures(_expect(waived=[{"waiver": "training"}]), came) == ()
    assert len(failures(_expect(waived=[{"waiver": "another"}]), came)) == 1


_PATCH = {"path": ["metadata", "labels", "team"], "value": 1, "policies": ["x"]}


def test_a_default_that_was_applied_can_be_expected() -> None:
    expect = _expect(patches=[{"path": ["metadata", "labels", "team"], "value": 1}], exactly=True)
    assert failures(expect, _decided(patches=[_PATCH])) == ()


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["metadata", "labels", "team"], True, "patches with `metadata.labels.team` = true"),
        (["metadata", "labels", "team"], 2, "patches with `metadata.labels.team` = 2"),
        (["metadata"], 1, "patches with `metadata` = 1"),
    ],
)
def test_another_default_is_a_failure(path: list[str], value: object, expected: str) -> None:
    (failure,) = failures(_expect(patches=[{"path": path, "value": value}]), _decided(patches=[_PATCH]))
    assert (failure.expected, failure.came) == (expected, "metadata.labels.team = 1")
