"""One proxy and one model server for all scenarios, and a service for each, always at the same place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clusters import free_ports
from support.fakemodel import Model, model_server
from support.gatewaycrowd import Place, models
from support.litellmproxy import Proxy, configuration, proxy


@pytest.fixture(scope="session")
def port() -> int:
    """Where the service is."""
    return free_ports(1)[0]


@pytest.fixture
def here(port: int, tmp_path: Path) -> Place:
    """Where the service of a scenario is."""
    return Place(tmp_path, port)


@pytest.fixture(scope="session")
def served_at() -> Iterator[Model]:
    """The model server."""
    with model_server() as model:
        yield model


@pytest.fixture
def model(served_at: Model) -> Model:
    """The model server, which has served nothing yet."""
    served_at.served.clear()
    served_at.asked.clear()
    return served_at


@pytest.fixture(scope="session")
def litellm(served_at: Model, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The proxy with our logger. It answers from its cache only who asks for that."""
    config = configuration(
        models(served_at),
        num_retries=0,
        fallbacks=[{"flaky": ["priced"]}],
        cache=True,
        cache_params={"type": "local", "mode": "default_off"},
    )
    with proxy(config, tmp_path_factory.mktemp("litellm"), INTERLOCK_URL=f"http://127.0.0.1:{port}") as found:
        yield found
