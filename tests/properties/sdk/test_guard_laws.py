"""A guarded function is called exactly where the check API allows the call, and denied for the same reasons."""

import asyncio
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock import DeniedError, Engine, Gate, Guard, calling
from interlock.ledger.stores.memory import MemoryLedger
from interlock_webhooks.app import check_app
from support.asgi import ask
from support.budgets import WORLD, limited
from support.documents import policy
from support.reviews import encoded
from support.service import LoggedService, service_over

_RULES: Final = policy(
    "refunds",
    layer="platform",
    spec="  area: tools\n",
    rules="""\
    - {name: small, forbid: tool.arguments.?amount.orValue(0) > 50, message: too large, remedy: ask}
    - {name: there, forbid: tool.server == "elsewhere", message: not there}
    - {name: named, forbid: tool.name == "list_orders", message: no lists}
    - {name: known, forbid: intent.principal.id == "eve", message: not you}
    - {name: notes, forbid: "has(tool.arguments.note) && tool.arguments.note.size() > 3", message: too long}
""",
)
_CALLS: Final = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["create_refund", "list_orders"]),
        "server": st.sampled_from(["payments", "elsewhere"]),
        "user": st.sampled_from(["jane", "eve"]),
        "left": st.integers(0, 2),
        "amount": st.integers(0, 100),
        "note": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
        "fails": st.booleans(),
    }
)


@cache
def _services() -> dict[int, LoggedService]:
    """A service for each number of calls that a budget allows."""
    services = {}
    for left in range(3):
        with TemporaryDirectory() as folder:
            documents = [*WORLD, _RULES, limited("calls", left)]
            Path(folder, "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
            services[left] = service_over(Path(folder))
    return services


def _expected(service: LoggedService, call: dict[str, Any]) -> dict[str, Any]:
    arguments = {"amount": call["amount"], "note": call["note"]}
    check = {
        "mcp": {"method": "tools/call", "params": {"name": call["name"], "arguments": arguments}},
        "caller": {"principal": {"id": call["user"]}, "server": call["server"]},
    }
    service.ledger = MemoryLedger()
    answer: dict[str, Any] = ask(check_app(service), "/v1/check", encoded(check)).json()
    return answer


async def _called(engine: Engine, call: dict[str, Any]) -> tuple[list[Any], bool, tuple[int, int]]:
    """Why the function was not called, whether it was, and what is spent and held then."""
    made: list[int] = []
    async with Gate(engine) as gate:

        @Guard(gate).tool(server=call["server"], name=call["name"])
        async def tool(amount: int, note: str | None = None) -> None:
            made.append(amount)
            if call["fails"]:
                raise OSError(note)

        reasons: list[Any] = []
        with calling(principal={"id": call["user"]}):
            try:
                await tool(call["amount"], note=call["note"])
            except DeniedError as error:
                reasons = error.reasons
            except OSError:
                assert call["fails"]
        dry: Any = {"intent": {"action": "tool.call"}, "dryRun": True}
        (account,) = (await gate.check(dry)).record["budgets"]
    return reasons, made == [call["amount"]], (account["spent"], account["held"])


@given(_CALLS)
def test_a_function_is_called_exactly_where_the_check_api_allows_it(call: dict[str, Any]) -> None:
    service = _services()[call["left"]]
    expected = _expected(service, call)
    reasons, is_called, standing = asyncio.run(_called(service.policies.in_force.engine, call))
    assert reasons == expected["reasons"]
    assert is_called is (expected["decision"] == "allow")
    assert standing == (int(is_called and not call["fails"]), 0)
