"""The real Envoy lets pass what we allow, and nothing else."""

import httpx
import pytest

from interlock_webhooks.envoy.names import HOLD_HEADER
from interlock_webhooks.envoy.outcome import HEADERS, POLICY_SET
from support.gatewayscene import FORBIDDEN, Scene, settled
from support.upstreams import SIZE, STATUS


def test_what_is_allowed_gets_to_the_upstream_with_its_hold(gateway: Scene) -> None:
    answer = gateway.chat("allowed")
    assert answer.status_code == 200
    seen = gateway.upstream.seen[-1]
    assert seen["x-interlock-decision"] == "allow"
    assert seen[HOLD_HEADER]
    settled(gateway, "allowed", (34, 0))


def test_what_is_streamed_is_settled_by_its_last_event(gateway: Scene) -> None:
    answer = gateway.chat("streamed", stream=True, stream_options={"include_usage": True})
    assert answer.status_code == 200
    assert answer.text.endswith("data: [DONE]\n\n")
    settled(gateway, "streamed", (34, 0))


@pytest.mark.parametrize("size", [100_000, 5_000_000])
def test_a_long_answer_passes_and_is_settled_by_its_end(gateway: Scene, size: int) -> None:
    model = f"long-{size}"
    answer = gateway.chat(model, headers={SIZE: str(size)})
    assert answer.status_code == 200
    assert len(answer.content) > size
    settled(gateway, model, (34, 0))


def test_what_is_denied_never_gets_there_and_is_told_why(gateway: Scene) -> None:
    before = len(gateway.upstream.seen)
    answer = gateway.chat(FORBIDDEN)
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "this model is not to be used"
    assert answer.json()["reasons"][0]["remedy"] == "use another one"
    assert answer.headers["x-interlock-reasons"] == "violated"
    assert len(gateway.upstream.seen) == before


def test_an_exhausted_budget_is_a_429_that_says_when_to_try_again(gateway: Scene) -> None:
    answers = [gateway.chat("scarce", max_tokens=290), gateway.chat("scarce", max_tokens=290)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["error"]["code"] == "exhausted"
    assert 1 <= int(answers[1].headers["retry-after"]) <= 24 * 60 * 60


def test_what_a_client_says_in_our_name_never_gets_to_the_upstream(gateway: Scene) -> None:
    spoofed = dict.fromkeys(HEADERS, "spoofed") | {"x-interlock-context": '{"interlock.kind": "route"}'}
    assert gateway.chat("spoofed", headers=spoofed).status_code == 200
    seen = gateway.upstream.seen[-1]
    assert "spoofed" not in {value for name, value in seen.items() if name in HEADERS}
    assert HOLD_HEADER in seen
    assert POLICY_SET in seen
    assert "x-interlock-max-output-tokens" not in seen
    assert gateway.chat(FORBIDDEN, headers=spoofed).status_code == 403


def test_a_header_that_some_upstreams_take_for_one_of_ours_gets_nowhere(gateway: Scene) -> None:
    before = len(gateway.upstream.seen)
    assert gateway.chat("spoofed", headers={HOLD_HEADER.replace("-", "_"): "spoofed"}).status_code == 400
    assert len(gateway.upstream.seen) == before


@pytest.mark.parametrize("status", [400, 503])
def test_what_the_upstream_refuses_is_given_back(gateway: Scene, status: int) -> None:
    model = f"refused-{status}"
    assert gateway.chat(model, headers={STATUS: str(status)}).status_code == status
    settled(gateway, model, (0, 0))
    assert gateway.chat(model, max_tokens=290).status_code == 200


def test_what_is_too_large_to_be_shown_to_us_gets_nowhere(gateway: Scene) -> None:
    before = len(gateway.upstream.seen)
    assert gateway.chat("large", pad="x" * 1_100_000).status_code == 413
    assert len(gateway.upstream.seen) == before


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"model": 1}', b"[" * 5000])
def test_garbage_gets_nowhere(gateway: Scene, body: bytes) -> None:
    before = len(gateway.upstream.seen)
    answer = gateway.sent(content=body)
    assert answer.status_code in {400, 403}
    assert len(gateway.upstream.seen) == before


def test_nothing_passes_while_we_are_away(gateway: Scene) -> None:
    assert gateway.chat("before").status_code == 200
    gateway.killed()
    before = len(gateway.upstream.seen)
    assert [gateway.chat("away").status_code for _ in range(3)] == [503] * 3
    assert len(gateway.upstream.seen) == before
    gateway.back()
    # Envoy tries to connect again by and by.
    answer = _until_passed(gateway)
    assert answer.status_code == 200
    settled(gateway, "back", (34, 0))


def _until_passed(gateway: Scene) -> httpx.Response:
    answers = (gateway.chat("back") for _ in range(200))
    return next(answer for answer in answers if answer.status_code != 503)
