"""Functions that agents call as tools, guarded in process: by an engine alone, and by one with a ledger."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest

from interlock import CheckResult, DeniedError, Gate, Guard, RequestError, UnavailableError, Used, calling
from interlock.intents.check import CheckRequest
from support import guarded
from support.points import Awaited, entered

_Result = TypeVar("_Result")
_JANE = {"principal": {"id": "jane"}}


@pytest.fixture
def gate() -> Iterator[Awaited]:
    with entered(guarded.engine()) as gate:
        yield gate


@pytest.fixture(autouse=True)
def jane() -> Iterator[None]:
    with calling(principal={"id": "jane"}):
        yield


def _account(result: CheckResult) -> tuple[int, int]:
    (account,) = result.record["budgets"]
    return account["spent"], account["held"]


def _standing(gate: Awaited) -> tuple[int, int]:
    """What is spent and held."""
    check: Any = {"mcp": {"method": "tools/call", "params": {"name": "any"}}, "caller": _JANE, "dryRun": True}
    return _account(gate.check(check))


def _refunds(guard: Guard, **terms: Any) -> tuple[Callable[..., str], list[int]]:
    made: list[int] = []

    @guard.tool(server="payments", **terms)
    def create_refund(order: str, amount: int = 100, *, note: str = "") -> str:
        """Give money back."""
        made.append(amount)
        if note == "fail":
            raise OSError("no connection")
        return f"{order}: {amount}"

    return create_refund, made


def test_what_is_allowed_is_called() -> None:
    refund, made = _refunds(Guard(guarded.engine()))
    assert refund("A-1", amount=5000) == "A-1: 5000"
    assert made == [5000]


def test_what_is_denied_is_not_called_and_an_agent_reads_why() -> None:
    refund, made = _refunds(Guard(guarded.engine()))
    with pytest.raises(DeniedError, match=r"^denied: the refund is too large: refund 5000 at most$"):
        refund("A-1", 5001)
    assert made == []


def test_defaults_are_arguments_too() -> None:
    guard = Guard(guarded.engine())

    @guard.tool(server="payments")
    def create_refund(amount: int = 9000) -> int:
        return amount

    with pytest.raises(DeniedError, match="too large"):
        create_refund()
    assert create_refund(1) == 1


def test_a_guarded_function_looks_as_before() -> None:
    refund, _ = _refunds(Guard(guarded.engine()))
    assert (refund.__name__, refund.__doc__) == ("create_refund", "Give money back.")
    assert list(inspect.signature(refund).parameters) == ["order", "amount", "note"]


def test_who_calls_is_whoever_is_said_around_the_call() -> None:
    refund, _ = _refunds(Guard(guarded.engine()))
    with calling(run={"id": "r-1"}):
        assert refund("A-1") == "A-1: 100"
    with calling(principal={}), pytest.raises(DeniedError, match="nobody stands for this call"):
        refund("A-1")
    assert refund("A-2") == "A-2: 100"


def test_what_a_call_holds_is_booked_when_it_returns(gate: Awaited) -> None:
    refund, _ = _refunds(Guard(gate))
    refund("A-1")
    assert _standing(gate) == (1, 0)


def test_what_a_call_holds_is_given_back_when_it_raises(gate: Awaited) -> None:
    refund, made = _refunds(Guard(gate))
    with pytest.raises(OSError, match="no connection"):
        refund("A-1", note="fail")
    assert made == [100]
    assert _standing(gate) == (0, 0)


def test_a_budget_that_is_used_up_denies(gate: Awaited) -> None:
    refund, made = _refunds(Guard(gate))
    for _ in range(3):
        refund("A-1")
    with pytest.raises(DeniedError, match="calls"):
        refund("A-1")
    assert len(made) == 3


def test_what_was_used_may_be_read_off_the_result(gate: Awaited) -> None:
    refund, _ = _refunds(Guard(gate), used=lambda result: Used(calls=len(result.split())))
    refund("A-1")
    assert _standing(gate) == (2, 0)


@pytest.mark.parametrize("used", [lambda _: 1 / 0, lambda _: Used(calls=-1)], ids=["fails", "is none"])
def test_where_nobody_knows_what_was_used_it_is_what_was_held(
    gate: Awaited, used: Callable[[Any], Used], caplog: pytest.LogCaptureFixture
) -> None:
    refund, _ = _refunds(Guard(gate), used=used)
    assert refund("A-1") == "A-1: 100"
    assert _standing(gate) == (1, 0)
    assert "what was held is booked" in caplog.text


def test_a_hold_lasts_as_long_as_is_said(gate: Awaited, caplog: pytest.LogCaptureFixture) -> None:
    refund, _ = _refunds(Guard(gate), hold_for=timedelta(milliseconds=1), used=lambda _: _later())
    refund("A-1")
    assert _standing(gate) == (1, 0)  # it had expired, and what was used is booked all the same
    assert caplog.text == ""


def _later() -> Used:
    import time  # noqa: PLC0415

    time.sleep(0.005)
    return Used()


def test_a_hold_that_somebody_else_ended_undoes_no_call(
    gate: Awaited, caplog: pytest.LogCaptureFixture
) -> None:
    guard = Guard(gate)

    @guard.tool(server="payments")
    def create_refund() -> str:
        gate.release(gate.held[-1])
        return "done"

    assert create_refund() == "done"
    assert "a hold was not ended, and expires" in caplog.text


def _run(asked: Callable[[Gate], Awaitable[_Result]]) -> _Result:
    async def entered_and_asked() -> _Result:
        async with Gate(guarded.engine()) as gate:
            return await asked(gate)

    return asyncio.run(entered_and_asked())


async def _state(gate: Gate) -> tuple[int, int]:
    check: Any = {"mcp": {"method": "tools/call", "params": {"name": "any"}}, "caller": _JANE, "dryRun": True}
    return _account(await gate.check(check))


def test_a_coroutine_is_settled_when_it_returns_and_released_when_it_raises() -> None:
    async def asked(gate: Gate) -> list[object]:
        @Guard(gate).tool(server="payments")
        async def create_refund(*, fails: bool) -> str:
            if fails:
                raise OSError("no connection")
            return "done"

        assert inspect.iscoroutinefunction(create_refund)
        with pytest.raises(OSError, match="no connection"):
            await create_refund(fails=True)
        return [await _state(gate), await create_refund(fails=False), await _state(gate)]

    assert _run(asked) == [(0, 0), "done", (1, 0)]


def test_a_coroutine_that_is_cancelled_gives_back_what_it_held() -> None:
    async def asked(gate: Gate) -> tuple[int, int]:
        begun = asyncio.Event()

        @Guard(gate).tool(server="payments")
        async def create_refund() -> None:
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(create_refund())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await _state(gate)

    assert _run(asked) == (0, 0)


class _Slow(Gate):
    """A gate whose decisions are kept from who asks until they `may_go`."""

    decided: asyncio.Event
    may_go: asyncio.Event
    fails: bool

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        result = await super().check(check, within=within)
        if "dryRun" not in check:
            self.decided.set()
            await self.may_go.wait()
            if self.fails:
                raise UnavailableError("no answer")
        return result


@pytest.mark.parametrize(("fails", "held"), [(False, 0), (True, 1)])
def test_a_coroutine_that_is_cancelled_while_it_is_decided_gives_back_what_it_will_hold(
    fails: bool,  # noqa: FBT001  # a row of the table
    held: int,
) -> None:
    async def scenario() -> None:
        async with _Slow(guarded.engine()) as gate:
            gate.decided, gate.may_go, gate.fails = asyncio.Event(), asyncio.Event(), fails

            @Guard(gate).tool(server="payments")
            async def create_refund() -> None:
                pytest.fail("it was called")

            task = asyncio.create_task(create_refund())
            await gate.decided.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await _state(gate) == (0, 1)
            gate.may_go.set()
            await asyncio.wait({each for each in asyncio.all_tasks() if each is not asyncio.current_task()})
            assert await _state(gate) == (0, held)

    asyncio.run(scenario())


def test_callers_at_once_are_not_confused_and_never_over_the_budget() -> None:
    async def asked(gate: Gate) -> list[object]:
        @Guard(gate).tool(server="payments")
        async def create_refund(number: int) -> int:
            await asyncio.sleep(0)
            return number

        async def by(number: int) -> int:
            with calling(principal={"id": f"p-{number}"}):
                return await create_refund(number)

        return [*await asyncio.gather(*map(by, range(8)), return_exceptions=True)]

    came = _run(asked)
    assert sorted(each for each in came if isinstance(each, int)) == [0, 1, 2]
    assert sum(isinstance(each, DeniedError) for each in came) == 5


def test_a_coroutine_may_be_guarded_by_an_engine_alone() -> None:
    @Guard(guarded.engine()).tool(server="payments")
    async def create_refund(amount: int) -> int:
        return amount

    assert asyncio.run(create_refund(1)) == 1
    with pytest.raises(DeniedError):
        asyncio.run(create_refund(9000))


def test_what_cannot_be_guarded_is_refused_when_it_is_decorated() -> None:
    guard = Guard(guarded.engine())

    def parts() -> Iterator[int]:
        yield 1

    async def later() -> AsyncIterator[int]:
        yield 1

    def plain() -> int:
        return 1

    with pytest.raises(TypeError, match="is no function"):
        guard.tool(server="a")(partial(plain))
    for generator in (parts, later):
        with pytest.raises(TypeError, match="is a generator"):
            guard.tool(server="a")(generator)
    with pytest.raises(TypeError, match="has no parameter `c`, `d` to leave out"):
        guard.tool(server="a", leave_out=("d", "c"))(plain)
    with pytest.raises(TypeError, match="`plain` can't wait for what decides"):
        Guard(Gate(guarded.engine())).tool(server="a")(plain)


def test_methods_and_all_kinds_of_parameters_can_be_guarded() -> None:
    guard = Guard(guarded.engine())

    class Payments:
        @guard.tool(server="payments", name="create_refund", leave_out=("connection",))
        def refund(self, connection: object, *orders: str, **more: int) -> tuple[object, ...]:
            assert connection is not None
            return orders, more

    assert Payments().refund(object(), "A-1", "A-2", amount=5000) == (("A-1", "A-2"), {"amount": 5000})
    with pytest.raises(DeniedError, match="too large"):
        Payments().refund(object(), amount=5001)


def test_a_call_that_does_not_fit_is_an_error_as_without_a_guard() -> None:
    refund, made = _refunds(Guard(guarded.engine()))
    with pytest.raises(TypeError, match="missing a required argument: 'order'"):
        refund()
    assert made == []


@pytest.mark.parametrize(
    "argument",
    [object(), float("nan"), [float("inf")], {"a": [lambda: 1]}, 2**70],
    ids=["object", "nan", "infinite", "function", "large"],
)
def test_an_argument_that_policies_cannot_see_is_refused(argument: object) -> None:
    refund, made = _refunds(Guard(guarded.engine()))
    with pytest.raises(RequestError):
        refund(argument)
    assert made == []
