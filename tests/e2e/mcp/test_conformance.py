"""A server behind our middleware conforms to the protocol as it does without it."""

from collections.abc import Iterator

import pytest

from support.mcpserver import everything, said_to_client, scenarios

_PASSED = {
    "tools-list",
    "tools-call-simple-text",
    "tools-call-with-progress",
    "resources-read-text",
    "prompts-get-with-args",
    "completion-complete",
}
"""What passes at least, so that two servers that do nothing are not the same."""


@pytest.fixture(scope="module")
def bare() -> Iterator[str]:
    with everything(guarded=False) as url:
        yield url


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    with everything(guarded=True) as url:
        yield url


@pytest.mark.parametrize(
    ("version", "arguments"),
    [("0.1.16", ()), ("0.2.0-alpha.12", ("--requirements", "2026-07-28", "--timeout", "20000"))],
    ids=["2025-11-25", "2026-07-28"],
)
def test_the_same_scenarios_pass(bare: str, guarded: str, version: str, arguments: tuple[str, ...]) -> None:
    # Some scenarios wait for a time, which a busy machine may not keep: what differs is asked once more.
    without, behind = (scenarios(url, version, *arguments) for url in (bare, guarded))
    if behind != without:
        without, behind = (scenarios(url, version, *arguments) for url in (bare, guarded))
    assert behind == without
    assert all(without[name] >= (1, 0) and without[name][1] == 0 for name in _PASSED)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_a_client_sees_and_calls_what_it_may(guarded: str, mode: str) -> None:
    said = said_to_client(guarded, mode, "decline")
    assert "test_simple_text" in said["tools"]
    assert "approved_tool" in said["tools"]
    assert "forbidden_tool" not in said["tools"]
    assert said["called"] == {"failed": False, "text": "This is a simple text response for testing."}
    assert said["denied"]["failed"]
    assert "no policy of layer `organization` permits" in said["denied"]["text"]
    assert said["approved"]["failed"]
    assert said["read"] == "This is the content of the static text resource."


def test_a_clients_user_approves_a_call(guarded: str) -> None:
    said = said_to_client(guarded, "2026-07-28", "accept")
    assert said["protocol"] == "2026-07-28"
    assert said["approved"] == {"failed": False, "text": "called for A-1"}
    (asked,) = said["asked"]
    assert 'of everything: approved_tool with {"order":"A-1"} needs your approval' in asked
