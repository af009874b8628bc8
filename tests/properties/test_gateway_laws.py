"""Whatever comes in a gateway's name is answered, and what policies forbid is never let through."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st

from interlock_webhooks.app import Application, check_app
from support.anyjson import changed
from support.asgi import Answer, ask
from support.conversing import CALLERS, conversations, is_allowance, send, sent
from support.documents import policy
from support.service import service_over

_MESSAGES: Final = {f"{caller}/{path.stem}": sent(path) for caller in CALLERS for path in conversations(caller)}
_ASKING_NOTHING: Final = {
    "agentgateway/response",
    "litellm/response",
    "toolhive/initialize",
    "toolhive/initialize-before-changes",
}
_ASKING: Final = [message for name, message in _MESSAGES.items() if name not in _ASKING_NOTHING]
"""Messages that ask for something, so that somebody may forbid it."""

_ROUTES: Final = sorted({message["path"] for message in _ASKING})
_VALUES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.lists(st.text(), max_size=3),
    st.dictionaries(st.text(), st.text(), max_size=3),
    st.sampled_from(["tools/call", "tools/list", "\0", "v0.1.0", "request", "mcp:tool:list", {"a": [{}] * 9}]),
)


@cache
def _forbidding() -> Application:
    """A service whose policies forbid everything."""
    with TemporaryDirectory() as folder:
        rules = "    - {name: nothing, forbid: 'true', message: not a thing}\n"
        Path(folder, "all.yaml").write_text(policy(rules=rules), encoding="utf-8")
        return check_app(service_over(Path(folder)))


def _assert_refused(answer: Answer) -> None:
    assert answer.status in {200, 400, 422}
    assert answer.body
    assert not is_allowance(answer)


@given(message=st.sampled_from(_ASKING).flatmap(lambda message: st.tuples(st.just(message), _bodies(message))))
def test_a_message_with_anything_in_one_place_is_refused_where_all_is_forbidden(
    message: tuple[dict[str, Any], Any],
) -> None:
    sane, body = message
    _assert_refused(send(_forbidding(), {**sane, "body": body}))


def _bodies(message: dict[str, Any]) -> st.SearchStrategy[Any]:
    return changed(message["body"], _VALUES)


@given(path=st.sampled_from(_ROUTES), body=st.binary())
@example(path="/docker/before", body=b"")
@example(path="/toolhive/validate", body=b"[" * 100_000)
@example(path="/request", body=b'{"messages": [], "body": 1}')
def test_any_bytes_are_refused(path: str, body: bytes) -> None:
    _assert_refused(ask(_forbidding(), path, body))


@given(
    message=st.sampled_from(_ASKING),
    name=st.sampled_from(
        ["interlock-caller", "interlock-chat", "x-toolhive-signature", "x-toolhive-timestamp"]
    ),
    value=_VALUES,
)
def test_any_header_is_no_way_in(message: dict[str, Any], name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=True)
    _assert_refused(send(_forbidding(), {**message, "headers": {name: text}}))
