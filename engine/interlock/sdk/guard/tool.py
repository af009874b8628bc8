"""One function that agents call as a tool: what is asked before each call of it. Pure but for who calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from inspect import Signature, isasyncgenfunction, isgeneratorfunction, isroutine, signature
from typing import Any, Self

from interlock.checks.holds import Used
from interlock.intents.check import CheckRequest
from interlock.sdk.guard.arguments import arguments_of, itself
from interlock.sdk.guard.context import present
from interlock.sdk.lengths import written
from interlock.spelling import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The tool `name` of `server`, whose arguments are those of a function, but for those `left_out`.

    `hold_for` is how long what it draws is held, and `used` says of its result what
    was used; without it that is what was held.
    """

    name: str
    server: str
    signature: Signature
    left_out: frozenset[str]
    hold_for: timedelta | None
    used: Callable[[Any], Used] | None

    @classmethod
    def of(  # noqa: PLR0913 - what a decorator says
        cls,
        function: Callable[..., object],
        *,
        name: str | None,
        server: str,
        leave_out: frozenset[str],
        hold_for: timedelta | None,
        used: Callable[[Any], Used] | None,
    ) -> Self:
        """The tool that `function` is.

        Raises:
            TypeError: it is no function, or a generator, or has no parameter of a name that is to be left out.
        """
        if not isroutine(function):
            # Of other things that can be called nobody knows whether they are to be awaited.
            raise TypeError(f"{quoted(repr(function))} is no function: guard one that calls it")
        shown = quoted(function.__qualname__)
        if isgeneratorfunction(function) or isasyncgenfunction(function):
            raise TypeError(f"{shown} is a generator, which ends when its reader likes: guard what it calls")
        found = signature(function)
        if unknown := leave_out - found.parameters.keys():
            raise TypeError(f"{shown} has no parameter {', '.join(map(quoted, sorted(unknown)))} to leave out")
        return cls(
            name=function.__name__ if name is None else name,
            server=server,
            signature=found,
            left_out=leave_out | itself(found),
            hold_for=hold_for,
            used=used,
        )

    def check(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CheckRequest:
        """What is asked before it is called with these arguments, by whoever calls here.

        Raises:
            TypeError: it can't be called so.
            RequestError: an argument is no JSON.
        """
        arguments = arguments_of(self.signature, args, kwargs, self.left_out)
        check: CheckRequest = {
            "mcp": {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": self.name, "arguments": arguments},
            },
            "caller": {**present(), "server": self.server},
        }
        if self.hold_for is not None:
            check["holdFor"] = written(self.hold_for)
        return check
