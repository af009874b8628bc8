"""What holds for every list of tools: a tool is hidden only where no call of it is allowed."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Engine, Gate
from interlock.intents.check import CheckRequest
from interlock_webhooks.mcp.codec import message_of
from interlock_webhooks.mcp.guard import Guard, Passed, Replaced
from interlock_webhooks.mcp.terms import Terms
from support.mcp import tool_call, tool_list

_ATOMS = st.sampled_from(
    [
        "tool.name == 'a'",
        "tool.server == 's'",
        "tool.arguments.x == 1",
        "has(tool.arguments.x)",
        "tool.arguments.y",
        "size(tool.arguments) > 0",
        "tool.pinned",
    ]
)
_CONDITIONS = st.recursive(
    _ATOMS,
    lambda below: (
        st.builds("({} && {})".format, below, below)
        | st.builds("({} || {})".format, below, below)
        | st.builds("!({})".format, below)
    ),
    max_leaves=4,
)
_Rules = list[tuple[str, str]]
_RULES = st.lists(
    st.tuples(st.sampled_from(["permit", "forbid", "require"]), _CONDITIONS), min_size=1, max_size=3
)
_ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"x": 1},
    {"x": 2},
    {"y": True},
    {"x": 1, "y": False},
    {"x": 1, "y": True},
]
_TOOLS = ["b", "a"]


class _Deciding:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def check(self, check: CheckRequest) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", (await self._gate.check(check)).record)

    async def give_back(self, record: Mapping[str, Any]) -> None:
        raise AssertionError(record)


@settings(max_examples=40, deadline=None)
@given(rules=_RULES, is_closed=st.booleans(), when=st.none() | _CONDITIONS)
def test_a_tool_is_hidden_only_where_no_call_of_it_is_allowed(
    rules: _Rules, when: str | None, *, is_closed: bool
) -> None:
    kept, called = asyncio.run(_kept_and_called(_engine(_document(rules, when, is_closed=is_closed))))
    assert kept == [name for name in _TOOLS if name in kept]
    assert called <= set(kept)
    if not any("arguments" in condition for _, condition in [*rules, ("", when or "")]):
        assert called == set(kept)


def _engine(document: str) -> Engine:
    with TemporaryDirectory() as folder:
        Path(folder, "policies.yaml").write_text(document, encoding="utf-8")
        return Engine.load(folder)


async def _kept_and_called(engine: Engine) -> tuple[list[str], set[str]]:
    """The tools that a list keeps by `engine`, and those of which a call with some arguments is allowed."""
    terms, guard = Terms(caller={"server": "s"}), Guard()
    async with Gate(engine) as gate:
        deciding = _Deciding(gate)
        outcome = await guard.response(deciding, tool_list(*_TOOLS), terms)
        assert isinstance(outcome, Replaced)
        calls = [(name, message_of(tool_call(name, **given_))) for name in _TOOLS for given_ in _ARGUMENTS]
        called = {
            name for name, call in calls if isinstance(await guard.request(deciding, call, terms), Passed)
        }
        return [tool["name"] for tool in outcome.message["result"]["tools"]], called


def _document(rules: _Rules, when: str | None, *, is_closed: bool) -> str:
    text = [
        "apiVersion: interlock.dev/v1alpha1",
        "kind: PolicySet",
        "metadata: {name: all}",
        f"spec: {{layers: [{{name: organization, closed: [{'tools' if is_closed else ''}]}}]}}",
        "---",
        "apiVersion: interlock.dev/v1alpha1",
        "kind: IntentPolicy",
        "metadata: {name: own}",
        "spec:",
        "  layer: organization",
        "  area: tools",
        "  description: Some rules.",
        *([] if when is None else ["  match:", f'    when: "{when}"']),
        "  rules:",
    ]
    for number, (effect, condition) in enumerate(rules):
        said = "" if effect == "permit" else ", message: no"
        text.append(f'    - {{name: r{number}, {effect}: "{condition}"{said}}}')
    return "\n".join(text) + "\n"
