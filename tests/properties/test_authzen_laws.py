"""Whatever is sent to AuthZEN's routes: an allowance is a decision that allows, and nothing breaks."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.app import Application
from support.asgi import ask
from support.authzen.world import EVALUATION, EVALUATIONS, serve

_TEXTS: Final = st.sampled_from(
    ["ann", "record", "r1", "read", "write", "tool", "tools/call", "model", "chat", "sealed", ""]
)
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_PART: Final = _JSON | st.fixed_dictionaries(
    {}, optional={"type": _TEXTS | _JSON, "id": _TEXTS | _JSON, "name": _TEXTS | _JSON, "properties": _JSON}
)
_CONTEXT: Final = _JSON | st.fixed_dictionaries(
    {}, optional={"agent": _JSON, "interlock": _JSON, "obligations_supported": _JSON}
)
_EVALUATION: Final = st.fixed_dictionaries(
    {}, optional={"subject": _PART, "action": _PART, "resource": _PART, "context": _CONTEXT}
)
_SEVERAL: Final = st.builds(
    lambda beside, items, options: beside | {"evaluations": items} | options,
    _EVALUATION,
    st.lists(_EVALUATION | _JSON, max_size=4) | _JSON,
    st.sampled_from([{}, {"options": {"evaluations_semantic": "deny_on_first_deny"}}, {"options": 1}]),
)


@cache
def _app() -> Application:
    return serve(Path(mkdtemp()))


@given(_EVALUATION | _JSON)
def test_an_evaluation_is_decided_or_refused(body: Any) -> None:
    answer = ask(_app(), EVALUATION, msgspec.json.encode(body))
    assert answer.status in {200, 400}
    if answer.status == 200:
        _check(answer.json())


@given(_SEVERAL | _JSON)
def test_several_evaluations_are_decided_or_refused(body: Any) -> None:
    answer = ask(_app(), EVALUATIONS, msgspec.json.encode(body))
    assert answer.status in {200, 400}
    if answer.status == 200:
        for decided in answer.json().get("evaluations", [answer.json()]):
            _check(decided)


@given(st.binary(max_size=60))
def test_garbage_is_refused(body: bytes) -> None:
    assert ask(_app(), EVALUATION, body).status == 400


def _check(decided: dict[str, Any]) -> None:
    """What is allowed, the record of a decision allows; what is not understood is no allowance."""
    recorded = decided["context"].get("interlock", {"decision": "none"})
    assert decided["decision"] is (recorded["decision"] == "allow")
