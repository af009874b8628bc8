"""Which resources an API server is found to have."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from interlock_webhooks.cluster.discovery import Served, discovered
from interlock_webhooks.cluster.refusals import ClusterError
from support.connecting import connected
from support.kubernetes.server import ApiServer
from support.openreports import DEFINITIONS

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def found(folder: Path, **faults: int) -> dict[str, Served]:
    """What is discovered, by resource, where the server fails at the paths of `faults`."""

    async def ask() -> tuple[Served, ...]:
        async with ApiServer().running() as server, aclosing(connected(server, folder)) as cluster:
            await cluster.create(CRDS, DEFINITIONS[0])
            server.faults.update({path.replace("_", "/"): code for path, code in faults.items()})
            return await discovered(cluster)

    return {str(each.resource): each for each in asyncio.run(ask())}


def test_built_in_and_custom_resources_are_found_with_their_kinds(tmp_path: Path) -> None:
    served = found(tmp_path)
    assert (served["pods"].kind, served["pods"].resource.namespaced) == ("Pod", True)
    assert (served["namespaces"].kind, served["namespaces"].resource.namespaced) == ("Namespace", False)
    assert served["reports.openreports.io"].resource.path() == "/apis/openreports.io/v1alpha1/reports"
    assert "list" in served["deployments.apps"].verbs


def test_subresources_are_no_resources(tmp_path: Path) -> None:
    assert not any("/" in name for name in found(tmp_path))


def test_a_group_whose_server_is_down_hides_no_other(tmp_path: Path) -> None:
    served = found(tmp_path, _apis_openreports=503)
    assert "pods" in served
    assert "reports.openreports.io" not in served


def test_a_server_that_tells_no_groups_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClusterError):
        found(tmp_path, _apis=503)
