"""Findings as objects of OpenReports."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.units import Instant
from interlock_webhooks.scan.findings import Finding, Result
from interlock_webhooks.scan.report import MOST, essence, path_of, report_of

NOW = Instant(1_760_000_000_123)
FAILED = Finding(
    result=Result.FAIL, policy="workloads", rule="team", layer="team", category="intent", message="no"
)
FINDINGS = st.builds(
    Finding,
    result=st.sampled_from(Result),
    policy=st.text(max_size=20),
    rule=st.text(max_size=20),
    layer=st.text(max_size=5),
    message=st.text(max_size=2000),
)


def body(namespace: str = "shop") -> dict[str, Any]:
    """An object that is in a cluster."""
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "uid": "u-1", **place}}


def test_an_object_in_a_namespace_has_a_report_there_that_goes_with_it() -> None:
    report = report_of(body(), [FAILED], NOW)
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "u-1"}
    assert report["kind"] == "Report"
    assert report["metadata"]["namespace"] == "shop"
    assert report["metadata"]["ownerReferences"] == [owner]
    assert report["scope"] == {**owner, "namespace": "shop"}
    assert path_of(report) == "/apis/openreports.io/v1alpha1/namespaces/shop/reports/u-1"


def test_an_object_in_no_namespace_has_a_report_in_none() -> None:
    report = report_of(body(""), [FAILED], NOW)
    assert report["kind"] == "ClusterReport"
    assert "namespace" not in report["metadata"]
    assert path_of(report) == "/apis/openreports.io/v1alpha1/clusterreports/u-1"


def test_a_result_says_which_rule_found_what_and_when() -> None:
    (result,) = report_of(body(), [FAILED], NOW)["results"]
    assert result == {
        "source": "interlock",
        "policy": "workloads",
        "rule": "team",
        "result": "fail",
        "scored": True,
        "timestamp": {"seconds": 1_760_000_000, "nanos": 123_000_000},
        "category": "intent",
        "message": "no",
        "properties": {"layer": "team"},
    }


def test_what_is_not_enforced_is_not_scored() -> None:
    warned = Finding(result=Result.WARN, policy="p", rule="r")
    assert report_of(body(), [warned], NOW)["results"][0]["scored"] is False


@given(st.lists(FINDINGS, max_size=30))
def test_the_summary_counts_all_findings(found: list[Finding]) -> None:
    report = report_of(body(), found, NOW)
    assert sum(report["summary"].values()) == len(found)
    assert set(report["summary"]) == {"pass", "fail", "warn", "error", "skip"}


def test_a_report_has_no_more_results_than_an_object_should() -> None:
    report = report_of(body(), [FAILED] * (MOST + 1), NOW)
    assert len(report["results"]) == MOST
    assert report["summary"]["fail"] == MOST + 1


@given(st.lists(FINDINGS, max_size=5), st.integers(0, 2**40))
def test_reports_that_say_the_same_at_other_times_are_the_same(found: list[Finding], later: int) -> None:
    first, second = report_of(body(), found, NOW), report_of(body(), found, Instant(later))
    assert essence(first) == essence({**second, "metadata": {"resourceVersion": "7"}})


@given(st.lists(FINDINGS, max_size=3), FINDINGS)
def test_reports_that_say_something_else_are_others(found: list[Finding], more: Finding) -> None:
    assert essence(report_of(body(), found, NOW)) != essence(report_of(body(), [*found, more], NOW))
