"""Puts policies before functions that agents call, and before calls of models."""

import inspect
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from interlock.checks.holds import Used
from interlock.engine import Engine
from interlock.sdk.guard.allowing import allowed, allowed_async
from interlock.sdk.guard.asking import Asked, is_asynchronous
from interlock.sdk.guard.context import present
from interlock.sdk.guard.ending import end, end_async, settlement
from interlock.sdk.guard.model_call import ModelCall
from interlock.sdk.guard.tool import Tool
from interlock.sdk.lengths import written
from interlock.sdk.points import Point
from interlock.spelling import quoted

if TYPE_CHECKING:
    from interlock.intents.check import CheckRequest

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Guard:
    """Asks an `Engine`, a `Gate`, a `Client` or an `AsyncClient` before anything goes on.

    Whoever calls is said around the call, by `calling`. Where a call is denied, or
    nobody decides, nothing is called, and DeniedError or another error is raised.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def tool(
        self,
        *,
        server: str,
        name: str | None = None,
        leave_out: Collection[str] = (),
        hold_for: timedelta | None = None,
        used: Callable[[Any], Used] | None = None,
    ) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
        """A decorator: each call of the function is checked as a call of a tool of `server` before it is made.

        The tool's name is the function's, unless it has another `name`, and its
        arguments are the function's, but for those to `leave_out`. What it draws is
        held `hold_for` a time, settled when it returns, at what `used` says of its
        result, and released when it raises.

        Raises:
            TypeError: such a function can't be guarded by this guard.
        """

        def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
            tool = Tool.of(
                function,
                name=name,
                server=server,
                leave_out=frozenset(leave_out),
                hold_for=hold_for,
                used=used,
            )
            if inspect.iscoroutinefunction(function):
                return cast("Callable[Given, Result]", _guarded_async(self._asked, tool, function))
            if is_asynchronous(self._asked):
                raise TypeError(
                    f"{quoted(tool.name)} can't wait for what decides: make it `async`, or ask a `Client`"
                )
            return _guarded(self._asked, tool, function)

        return decorate

    def model(
        self, chat: Mapping[str, Any], *, provider: str | None = None, hold_for: timedelta | None = None
    ) -> ModelCall:
        """One call of a model, whose body `chat` policies may change; to be entered before it is made.

        `provider` is whose prices count, and in whose words usage is told, where the
        model's name does not say: `openai` for whatever answers as OpenAI does.
        """
        check: CheckRequest = {"chat": dict(chat), "caller": present(), "appliesPatches": True}
        if hold_for is not None:
            check["holdFor"] = written(hold_for)
        return ModelCall(self._asked, check, dict(chat), provider)


def _guarded(asked: Engine | Point, tool: Tool, function: Callable[Given, Result]) -> Callable[Given, Result]:
    @wraps(function)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        hold = allowed(asked, tool.check(args, kwargs)).hold
        try:
            result = function(*args, **kwargs)
        except BaseException:
            end(asked, hold, None)
            raise
        end(asked, hold, settlement(hold, tool.used, result))
        return result

    return call


def _guarded_async(asked: Asked, tool: Tool, function: Callable[Given, Any]) -> Callable[Given, Any]:
    @wraps(function)
    async def call(*args: Given.args, **kwargs: Given.kwargs) -> Any:  # noqa: ANN401 - what the function gives
        hold = (await allowed_async(asked, tool.check(args, kwargs))).hold
        try:
            result = await function(*args, **kwargs)
        except BaseException:
            await end_async(asked, hold, None)
            raise
        await end_async(asked, hold, settlement(hold, tool.used, result))
        return result

    return call
