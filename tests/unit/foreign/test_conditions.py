"""When match conditions let a policy be asked."""

from typing import Any

import pytest

from support.foreign.policies import policy, said

FAILS = "object.spec.nothing"


def conditioned(*conditions: str, **spec: Any) -> bool:
    """Whether a policy that forbids everything is asked."""
    named = [{"name": f"c{at}", "expression": each} for at, each in enumerate(conditions)]
    return not said(policy("false", matchConditions=named, **spec)).allowed


@pytest.mark.parametrize(
    ("conditions", "is_asked"),
    [(["true", "true"], True), (["true", "false"], False), (["dyn(1)"], True), (["dyn(null)"], True)],
)
def test_a_policy_is_asked_unless_a_condition_is_false(conditions: list[str], *, is_asked: bool) -> None:
    assert conditioned(*conditions) is is_asked


@pytest.mark.parametrize("conditions", [["false", FAILS], [FAILS, "false"]])
def test_one_that_is_false_decides_also_beside_one_that_fails(conditions: list[str]) -> None:
    assert not conditioned(*conditions)


def test_one_that_fails_denies_or_skips_as_the_failure_policy_says() -> None:
    assert conditioned("true", FAILS)
    assert not conditioned("true", FAILS, failurePolicy="Ignore")


def test_conditions_see_no_namespace_whatever_is_documented() -> None:
    assert not conditioned("namespaceObject != null")


def test_conditions_may_ask_the_authorizer_and_read_parameters() -> None:
    kind = {"apiVersion": "v1", "kind": "ConfigMap"}
    assert conditioned("authorizer.requestResource.check('x').allowed() && params == null", paramKind=kind)


def test_conditions_that_cost_too_much_together_fail() -> None:
    few = " && ".join(["authorizer.requestResource.check('x').allowed()"] * 2)
    assert not conditioned(*[few] * 4, "false", failurePolicy="Ignore")
    assert conditioned(*[few] * 3)
    assert conditioned(*[few] * 4)
    assert not conditioned(*[few] * 4, failurePolicy="Ignore")
