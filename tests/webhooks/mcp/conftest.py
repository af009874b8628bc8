from pathlib import Path

import pytest

from interlock.intents.tooldefinitions import definition_digest
from interlock_webhooks.app import Application, check_app
from support.mcp import PINNED, written
from support.service import LoggedService, service_over


@pytest.fixture
def service(tmp_path: Path) -> LoggedService:
    """A service over policies on what MCP does."""
    return service_over(written(tmp_path, definition_digest(PINNED)))


@pytest.fixture
def app(service: LoggedService) -> Application:
    """Its check listener."""
    return check_app(service)
