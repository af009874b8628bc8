"""Each scenario runs in both kinds of cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.e2e import KINDS, Cluster, running_cluster
from support.installed import registered
from support.policies import write_policies
from support.process import Running, running


@pytest.fixture(scope="session", params=KINDS)
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster for all tests, who leave nothing in it."""
    with running_cluster(request.param, tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Policies that are not changed."""
    return write_policies(tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="module")
def service(policies: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Our service as users start it."""
    with running(policies, tmp_path_factory.mktemp("state")) as started:
        yield started


@pytest.fixture
def registration(cluster: Cluster, service: Running) -> Iterator[None]:
    """The cluster asks our service."""
    with registered(cluster, service):
        yield
