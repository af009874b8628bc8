"""Policies as objects of the cluster: they decide as soon as they are applied, and say what became of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.e2e import Cluster
from support.installation import documents, installed
from support.installed import registered
from support.manifests import named
from support.policies import WORKLOADS
from support.process import eventually
from support.reviews import pod

_SOON = 60
_READY = ("wait", "--for=condition=Ready", "--timeout=60s")


@pytest.fixture(scope="module", autouse=True)
def service(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with installed(cluster, tmp_path_factory.mktemp("installed")) as started, registered(cluster, started):
        yield


@pytest.fixture
def workloads(cluster: Cluster) -> Iterator[list[dict[str, Any]]]:
    """Policies that are in force."""
    given = documents(WORKLOADS)
    cluster.kubectl.done("apply", "-f", "-", given=given)
    cluster.kubectl.done(*_READY, "intentpolicies", "--all")
    yield given
    cluster.kubectl.done("delete", "intentpolicies", "--all")


def _denied(cluster: Cluster, why: str) -> bool:
    """Whether a pod without a team is denied, for `why`."""
    said = cluster.kubectl("create", "--dry-run=server", "-f", "-", given=named("judged", pod()))
    return said.code != 0 and why in said.err


def test_a_policy_decides_when_it_says_that_it_is_ready(
    cluster: Cluster, workloads: list[dict[str, Any]]
) -> None:
    assert _denied(cluster, "no team answers for this workload")
    rows = cluster.kubectl.done("get", "intentpolicies").splitlines()
    assert rows[0].split()[0] == "NAME"
    assert {row.split()[0] for row in rows[1:]} == {each["metadata"]["name"] for each in workloads}
    assert all("True" in row for row in rows[1:])


def test_a_policy_that_is_changed_decides_anew_and_one_that_is_deleted_no_more(
    cluster: Cluster, workloads: list[dict[str, Any]]
) -> None:
    changed = workloads[0]
    changed["spec"]["rules"][0]["message"] = "somebody has to answer"
    cluster.kubectl.done("apply", "-f", "-", given=changed)
    eventually(lambda: _denied(cluster, "somebody has to answer"), _SOON)
    cluster.kubectl.done("delete", "intentpolicy", "workloads")
    eventually(lambda: not _denied(cluster, ""), _SOON)


def test_what_is_wrong_with_a_policy_is_in_its_status_and_what_was_in_force_stays(
    cluster: Cluster, workloads: list[dict[str, Any]]
) -> None:
    broken = documents(WORKLOADS)[0]
    broken["metadata"]["name"] = "broken"
    broken["spec"]["rules"][0]["require"] = "has(intent.atribution.team)"
    cluster.kubectl.done("apply", "-f", "-", given=broken)
    try:
        wait = (
            "wait",
            '--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Invalid',
            "--timeout=60s",
        )
        cluster.kubectl.done(*wait, "intentpolicy/broken")
        path = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
        assert "atribution" in cluster.kubectl.done("get", "intentpolicy", "broken", "-o", path)
        assert _denied(cluster, workloads[0]["spec"]["rules"][0]["message"])
    finally:
        cluster.kubectl.done("delete", "intentpolicy", "broken")
    cluster.kubectl.done(*_READY, "intentpolicies", "--all")


def test_an_object_that_is_no_policy_is_refused_by_its_definition(cluster: Cluster) -> None:
    wrong = documents(WORKLOADS)[0]
    wrong["spec"]["layers"] = wrong["spec"].pop("layer")
    said = cluster.kubectl.refused("apply", "-f", "-", given=wrong)
    assert 'unknown field "spec.layers"' in said or "spec.layer: Required value" in said
