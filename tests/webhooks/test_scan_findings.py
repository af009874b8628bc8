"""What a scan finds of an object: each rule once, the gravest first."""

import asyncio
from typing import Any

import pytest

from interlock.units import Instant
from interlock_webhooks.scan.findings import Finding, Result, findings
from interlock_webhooks.scan.scanner import said_of
from support.reviews import deployment, job, pod
from support.service import LoggedService

NOW = Instant(1_760_000_000_000)


def found_of(service: LoggedService, body: dict[str, Any]) -> tuple[Finding, ...]:
    """What is found of `body`."""
    return asyncio.run(said_of(service.policies.in_force.engine, body, NOW))


def said(service: LoggedService, body: dict[str, Any]) -> dict[str, Result]:
    """What is found of `body`, by policy and rule."""
    found = found_of(service, body)
    return {f"{each.policy}/{each.rule}": each.result for each in found}


def test_a_rule_that_would_deny_fails(service: LoggedService) -> None:
    assert said(service, pod())["workloads/team"] is Result.FAIL


def test_a_rule_that_has_nothing_against_an_object_passes(service: LoggedService) -> None:
    assert said(service, pod(team="a"))["workloads/team"] is Result.PASS


def test_a_rule_that_is_not_enforced_warns(service: LoggedService) -> None:
    assert said(service, deployment(50, team="a"))["few-pods/at-most-ten"] is Result.WARN


def test_a_policy_that_is_not_about_an_object_is_not_there(service: LoggedService) -> None:
    assert not any(each.startswith("jobs-end/") for each in said(service, pod()))


def test_an_object_is_judged_as_it_is_and_not_as_policies_would_change_it(service: LoggedService) -> None:
    assert said(service, job(team="a"))["jobs-end/ends"] is Result.FAIL


def test_permits_are_no_findings(service: LoggedService) -> None:
    assert not any(each.startswith(("models/good", "tools/read")) for each in said(service, pod(team="a")))


@pytest.mark.parametrize("body", [{"apiVersion": "v1"}, {"apiVersion": "v1", "kind": "Pod", "spec": 7}])
def test_an_object_that_can_not_be_read_is_an_error(service: LoggedService, body: dict[str, Any]) -> None:
    (found,) = found_of(service, body)
    assert (found.result, found.rule) == (Result.ERROR, "unreadable")
    assert found.message


NOTHING: dict[str, Any] = {"reasons": [], "warnings": [], "audits": [], "errors": [], "waived": []}
RULE = {"layer": "team", "area": "tools", "policy": "p", "rule": "r"}


def entry(code: str, **more: Any) -> dict[str, Any]:
    """What a record says of one rule."""
    return {"code": code, **RULE, **more}


def test_a_rule_is_there_once_with_the_gravest_that_it_says() -> None:
    recorded = NOTHING | {
        "reasons": [entry("violated", item="tools[1]", message="no")],
        "waived": [entry("violated", item="tools[0]", waiver="w", message="no")],
    }
    silent = Finding(result=Result.PASS, policy="p", rule="r", layer="team")
    (found,) = findings(recorded, [silent])
    assert (found.result, found.message) == (Result.FAIL, "no")


def test_the_gravest_rules_come_first() -> None:
    recorded = NOTHING | {
        "warnings": [entry("violated", rule="a")],
        "errors": [entry("errored", rule="b", error="no such key")],
        "reasons": [entry("violated", rule="c")],
        "waived": [entry("violated", rule="d", waiver="w")],
    }
    found = findings(recorded, [Finding(result=Result.PASS, policy="p", rule="e", layer="team")])
    assert [each.rule for each in found] == ["c", "b", "a", "d", "e"]
    assert [each.result for each in found] == list(Result)


@pytest.mark.parametrize(
    ("reason", "policy", "rule"),
    [
        ({"code": "unpermitted", "layer": "organization", "area": "tools"}, "organization", "tools"),
        ({"code": "conflict", "policies": ["a", "b"]}, "a, b", "conflict"),
        ({"code": "exhausted", "budget": "gpus"}, "gpus", "exhausted"),
        ({"code": "refused", "policy": "p", "binding": "b", "message": "no"}, "p", "b"),
        ({"code": "failed", "message": "time ran out"}, "interlock", "failed"),
    ],
)
def test_reasons_that_are_of_no_rule_are_found_under_what_they_are_of(
    reason: dict[str, Any], policy: str, rule: str
) -> None:
    (found,) = findings(NOTHING | {"reasons": [reason]}, [])
    assert (found.policy, found.rule) == (policy, rule)
    assert found.message
