"""What expressions may cost, and what becomes of those that cost more."""

from interlock.foreign.expressions import OUT_OF_BUDGET
from support.foreign.policies import policy, said

CHECK = "authorizer.requestResource.check('x').allowed()"
"""Costs a little over 350,000."""

TWO = f"{CHECK} && {CHECK}"


def test_one_expression_that_costs_more_than_a_million_fails_alone() -> None:
    found = said(policy(f"{TWO} && {CHECK}", "true", "false"))
    assert [denial.is_error for denial in found.denials] == [True, False]


def test_all_together_may_cost_ten_million() -> None:
    assert said(policy(*[TWO] * 14)).allowed
    (denial,) = said(policy(*[TWO] * 15)).denials
    assert (denial.message, denial.is_error) == (OUT_OF_BUDGET, True)
    assert said(policy(*[TWO] * 15, failurePolicy="Ignore")).allowed


def test_a_variable_is_charged_once() -> None:
    variables = [{"name": "may", "expression": TWO}]
    assert said(policy(*["variables.may"] * 60, variables=variables)).allowed


def test_messages_have_what_validations_leave_and_if_that_is_too_little_every_validation_fails() -> None:
    ten = "[0,1,2,3,4,5,6,7,8,9]"
    dear = f"size({ten}.map(a, {ten}.map(b, {ten}.map(c, {ten}.map(d, a + b + c + d))))) == 0 ? '' : 'said'"
    rule = {"expression": f"{TWO} && false", "messageExpression": dear}
    assert {denial.message for denial in said(policy(*[rule] * 10)).denials} == {"said"}
    found = said(policy(*[rule] * 10, *[TWO] * 4))
    assert {denial.message for denial in found.denials} == {f"failed messageExpression: {OUT_OF_BUDGET}"}
    assert (len(found.denials), all(denial.is_error for denial in found.denials)) == (14, True)
    assert said(policy(*[rule] * 10, *[TWO] * 4, failurePolicy="Ignore")).allowed


def test_annotations_have_a_budget_of_their_own() -> None:
    annotations = [{"key": f"a{at}", "valueExpression": f"{TWO} ? 'x' : ''"} for at in range(14)]
    found = said(policy(*[TWO] * 14, auditAnnotations=annotations))
    assert (found.allowed, len(found.annotations)) == (True, 14)
