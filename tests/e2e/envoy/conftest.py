from collections.abc import Iterator

import pytest

from support.gatewayscene import Scene, scene


@pytest.fixture(scope="module", params=["grpc.yaml", "http.yaml"], ids=["grpc", "http"])
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The real Envoy with a configuration that we ship, between clients and an upstream."""
    with scene(request.param, tmp_path_factory.mktemp("gateway")) as made:
        yield made
