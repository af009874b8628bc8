"""The real Envoy asks us whether limits are reached, and tells us what was used."""

from collections.abc import Iterator

import pytest

from support.budgets import limited
from support.gatewayscene import Scene, scene, settled

_CALLS = limited(
    "calls", 3, "  match: {actions: [resource.access]}\n", name="calls", window="{calendar: {every: day}}"
)


@pytest.fixture
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The real Envoy with us as its rate limit service: three calls may be made a day."""
    with scene("ratelimit.yaml", tmp_path_factory.mktemp("gateway"), _CALLS) as made:
        yield made


def test_calls_pass_until_none_is_left_and_tokens_are_booked(gateway: Scene) -> None:
    answers = [gateway.chat("counted") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[3].json()["error"]["code"] == "exhausted"
    assert int(answers[3].headers["retry-after"]) > 0
    assert len(gateway.upstream.seen) == 3
    settled(gateway, "counted", (3 * 34, 0))
    gateway.killed()
    assert gateway.chat("counted").status_code == 503
    assert len(gateway.upstream.seen) == 3
