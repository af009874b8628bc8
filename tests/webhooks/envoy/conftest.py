from pathlib import Path

import pytest

from support.budgets import WORLD
from support.envoy import Ask, Over, message_of, over_grpc, over_http
from support.service import LoggedService, service_over


@pytest.fixture
def over(tmp_path: Path) -> Over:
    """A service over documents, beside which nothing is forbidden."""

    def made(*documents: str) -> LoggedService:
        (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, *documents]), encoding="utf-8")
        return service_over(tmp_path)

    return made


@pytest.fixture(params=["grpc", "http"])
def tell(request: pytest.FixtureRequest) -> Ask:
    """How a proxy asks."""
    if request.param == "http":
        return over_http
    return lambda service, sent, extensions=None: over_grpc(service, message_of(sent, extensions))
