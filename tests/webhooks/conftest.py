from pathlib import Path

import pytest

from interlock_webhooks.app import Application, check_app, webhook_app
from support.budgets import WORLD
from support.checkcalls import Serve
from support.policies import write_policies
from support.service import LoggedService, service_over


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a few policies."""
    return write_policies(tmp_path / "policies")


@pytest.fixture
def service(folder: Path) -> LoggedService:
    """A service over `folder`."""
    return service_over(folder)


@pytest.fixture
def check(service: LoggedService) -> Application:
    """The application of the check listener."""
    return check_app(service)


@pytest.fixture
def webhook(service: LoggedService) -> Application:
    """The application of the webhook listener."""
    return webhook_app(service)


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """The check API of a service over budgets, beside which nothing is forbidden."""

    def over(*budgets: str) -> Application:
        (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, *budgets]), encoding="utf-8")
        return check_app(service_over(tmp_path))

    return over
