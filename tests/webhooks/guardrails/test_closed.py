"""Whatever fails is a refusal in the words of the gateway, and the log says why."""

from pathlib import Path

import pytest

from interlock.errors import OperatorError
from interlock_webhooks.app import check_app
from support.conversing import send, sent
from support.failing import Unreachable
from support.service import LoggedService

_TESTDATA = Path(__file__).parents[3] / "testdata"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("litellm/allowed.json", 200),
        ("agentgateway/passed.json", 200),
        ("docker/continues.json", 200),
        ("toolhive/validated.json", 422),
    ],
)
def test_a_failure_is_a_refusal(service: LoggedService, path: str, status: int) -> None:
    app = check_app(service)
    service.policies = None  # type: ignore[assignment]  # breaks whatever comes next
    answer = send(app, sent(_TESTDATA / path))
    assert answer.status == status
    assert b"the service failed to decide" in answer.body
    (line,) = [line for line in service.lines if line["level"] == "error"]
    assert line["event"] == "request failed"
    assert isinstance(line["exc_info"], AttributeError)
    assert f'endpoint="{path.partition("/")[0]}",status="500"' in service.metrics.exposition().decode()


def test_what_the_operator_has_to_mend_is_said_in_a_line(service: LoggedService) -> None:
    service.decisions = _Full()  # type: ignore[assignment]  # all that is asked of it
    answer = send(check_app(service), sent(_TESTDATA / "docker" / "continues.json"))
    assert answer.json()["isError"] is True
    assert [line["error"] for line in service.lines if line["level"] == "error"] == [Unreachable.why]


class _Full:
    """A decision log that takes nothing more."""

    def append(self, *_: object) -> None:
        raise OperatorError(Unreachable.why)
