"""The real Envoy asks us whether limits are reached, and tells us what was used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

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
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda _: gateway.chat("counted"), range(32)))
    passed = [answer for answer in answers if answer.status_code == 200]
    denied = [answer for answer in answers if answer.status_code == 429]
    assert (len(passed), len(denied)) == (3, 29)
    assert sorted(answer.headers["x-ratelimit-remaining"] for answer in passed) == ["0", "1", "2"]
    assert {answer.headers["x-ratelimit-remaining"] for answer in denied} == {"0"}
    assert {answer.json()["error"]["code"] for answer in denied} == {"exhausted"}
    assert min(int(answer.headers["retry-after"]) for answer in denied) > 0
    assert len(gateway.upstream.seen) == 3
    settled(gateway, "counted", (3 * 34, 0))


def test_tokens_of_streams_are_booked(gateway: Scene) -> None:
    answer = gateway.chat("streamed", stream=True, stream_options={"include_usage": True})
    assert answer.text.endswith("data: [DONE]\n\n")
    settled(gateway, "streamed", (34, 0))


def test_nothing_passes_while_we_are_away(gateway: Scene) -> None:
    gateway.killed()
    assert gateway.chat("away").status_code == 503
    assert gateway.upstream.seen == []
