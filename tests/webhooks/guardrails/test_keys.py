"""Messages that their gateway passes on as they came mean the same to servers as to us, or are refused."""

import pytest

from support.asgi import JSON, Answer, ask
from support.checkcalls import Serve
from support.conversing import is_allowance

_ENVELOPE = (
    '{"version": "v0.1.0", "uid": "1", "principal": {"sub": "j", "claims": {"a": 1, "A": 2}}, "mcp_request": '
)


def _sent(serve: Serve, path: str, message: str) -> Answer:
    body = message if path == "/docker/before" else f"{_ENVELOPE}{message}}}"
    return ask(serve(), path, body.encode(), headers=JSON)


@pytest.mark.parametrize("path", ["/toolhive/validate", "/toolhive/mutate", "/docker/before"])
@pytest.mark.parametrize(
    "message",
    [
        '{"method": "tools/call", "params": {"name": "write"}, "params": {"name": "read"}}',
        '{"method": "tools/call", "params": {"name": "write", "name": "read"}}',
        '{"method": "tools/call", "params": {"name": "read", "arguments": {"path": "/etc", "path": "/tmp"}}}',
        '{"method": "tools/call", "params": {"name": "read", "arguments": {"path": "/tmp", "PATH": "/etc"}}}',
    ],
)
def test_a_key_that_is_there_twice_is_refused(serve: Serve, path: str, message: str) -> None:
    answer = _sent(serve, path, message)
    assert not is_allowance(answer)
    assert b"is there twice" in answer.body


@pytest.mark.parametrize(
    "message",
    [
        '{"method": "ping", "Method": "tools/call"}',
        '{"method": "ping", "METHOD": "ping"}',
        '{"method": "notifications/x", "Params": {}}',
        '{"method": "tools/call", "params": {"name": "read", "Arguments": {"path": "/etc"}}}',
        '{"method": "tools/call", "params": {"name": "read", "argument\u017f": {"path": "/etc"}}}',
    ],
)
def test_a_key_that_some_servers_take_for_another_is_refused(serve: Serve, message: str) -> None:
    assert not is_allowance(_sent(serve, "/toolhive/validate", message))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/toolhive/validate", '{"method": "tools/call", "params": {"name": "read", "_meta": {"taskId": 1}}}'),
        ("/toolhive/validate", '{"method": "notifications/x"}'),
        (
            "/docker/before",
            '{"method": "tools/call", "params": {"name": "read", "arguments": {"Path": "/tmp"}}}',
        ),
    ],
)
def test_what_everybody_reads_the_same_way_is_decided(serve: Serve, path: str, message: str) -> None:
    assert is_allowance(_sent(serve, path, message))


def test_a_message_that_is_nested_too_deeply_is_refused(serve: Serve) -> None:
    arguments = '{"a": ' * 2_000 + "1" + "}" * 2_000
    message = f'{{"method": "tools/call", "params": {{"name": "read", "arguments": {arguments}}}}}'
    for path in ("/toolhive/validate", "/docker/before"):
        assert not is_allowance(_sent(serve, path, message))
