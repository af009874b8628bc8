"""Findings on an object as a report of OpenReports (openreports.io/v1alpha1). Pure.

One object has one report, in its namespace and with its uid for a name; the API
server's garbage collector removes it with the object that owns it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from interlock.digests import digest_of
from interlock.identity import Digest
from interlock.units import Instant
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.scan.findings import Finding, Result
from interlock_webhooks.text import one_line

REPORTS: Final = Resource(group="openreports.io", version="v1alpha1", plural="reports", namespaced=True)
CLUSTER_REPORTS: Final = Resource(
    group="openreports.io", version="v1alpha1", plural="clusterreports", namespaced=False
)
MOST: Final = 500
"""Findings in one report; the gravest are kept."""

OURS: Final = {"app.kubernetes.io/managed-by": "interlock"}
"""The label of our reports."""

_SOURCE: Final = "interlock"
_MESSAGE: Final = 1024


def report_of(body: Object, findings: Sequence[Finding], now: Instant) -> Object:
    """The report of `findings` on the object `body`, which the API server gave a uid."""
    metadata = body["metadata"]
    namespace = metadata.get("namespace", "")
    counted = Counter(each.result for each in findings)
    return {
        "apiVersion": REPORTS.api_version,
        "kind": "Report" if namespace else "ClusterReport",
        "metadata": {
            "name": metadata["uid"],
            **({"namespace": namespace} if namespace else {}),
            "labels": OURS,
            "ownerReferences": [_owner(body)],
        },
        "source": _SOURCE,
        "scope": _owner(body) | ({"namespace": namespace} if namespace else {}),
        "summary": {result.value: counted[result] for result in Result},
        "results": [_result(each, now) for each in findings[:MOST]],
    }


def path_of(report: Object) -> str:
    """Where the API server has `report`."""
    namespace = report["metadata"].get("namespace", "")
    resource = REPORTS if namespace else CLUSTER_REPORTS
    return resource.path(report["metadata"]["name"], namespace=namespace)


def essence(report: Mapping[str, Any]) -> Digest:
    """What two reports have in common that say the same, whenever they were written."""
    results = [{**each, "timestamp": None} for each in report.get("results") or ()]
    return digest_of([report.get("scope"), report.get("summary"), results])


def _owner(body: Object) -> Object:
    return {
        "apiVersion": body["apiVersion"],
        "kind": body["kind"],
        "name": body["metadata"]["name"],
        "uid": body["metadata"]["uid"],
    }


def _result(finding: Finding, now: Instant) -> Object:
    category = {"category": finding.category} if finding.category else {}
    message = {"message": one_line(finding.message, _MESSAGE)} if finding.message else {}
    layer = {"properties": {"layer": finding.layer}} if finding.layer else {}
    return {
        "source": _SOURCE,
        "policy": finding.policy,
        "rule": finding.rule,
        "result": finding.result.value,
        "scored": finding.result is not Result.WARN,
        "timestamp": {"seconds": now // 1000, "nanos": now % 1000 * 1_000_000},
        **category,
        **message,
        **layer,
    }
