"""The plugin that ContextForge is configured with; the one module that imports CPEX.

plugins:
  - name: Interlock
    kind: interlock.integrations.cpex.plugin.InterlockPlugin
    hooks: [tool_pre_invoke, tool_post_invoke]
    mode: sequential
    config: {url: "http://127.0.0.1:8080", token_file: /run/secrets/interlock}
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from cpex.framework import (
    Plugin,
    PluginConfig,
    PluginContext,
    PluginViolation,
    ToolPostInvokePayload,
    ToolPostInvokeResult,
    ToolPreInvokePayload,
    ToolPreInvokeResult,
)

from interlock.checks.holds import Settlement, Used
from interlock.errors import InterlockError, RequestError
from interlock.integrations.cpex import calls
from interlock.intents.check import CheckRequest
from interlock.sdk.client import AsyncClient
from interlock.sdk.errors import DeniedError
from interlock.sdk.result import CheckResult

_log: Final = logging.getLogger("interlock")


class InterlockPlugin(Plugin):  # type: ignore[misc]  # CPEX is not there where this is checked
    """Has tool calls decided before they are made, and settles what they held afterwards."""

    def __init__(self, config: PluginConfig) -> None:
        super().__init__(config)
        settings = config.config or {}
        self._service = AsyncClient(
            settings.get("url", "http://127.0.0.1:8080"), token=_token(settings.get("token_file"))
        )
        # In all other modes the gateway drops what is changed, so that the call is decided as it stands.
        self._is_changed = str(getattr(config.mode, "value", config.mode)) == "sequential"
        self._hears_ends = calls.POST in {str(getattr(each, "value", each)) for each in config.hooks}

    async def tool_pre_invoke(
        self, payload: ToolPreInvokePayload, context: PluginContext
    ) -> ToolPreInvokeResult:
        """Whether the call is made, and with which arguments."""
        asked = {"name": payload.name, "args": payload.args}
        known = {name: getattr(context.global_context, name) for name in _CONTEXT}
        try:
            check = calls.check_of(asked, calls.caller_of(known), is_changed=self._is_changed)
            result = await self._service.check(check)
            result.raise_if_denied()
            made = await self._made(asked, check, result)
        except DeniedError as error:
            return _refused(calls.violation_of(error.record, str(error)))
        except InterlockError as error:
            _log.error("a tool call was not decided: %s", error)
            return _refused(calls.undecided(f"the call can't be decided: {error}"))
        if result.hold is not None:
            context.state[calls.HOLD] = result.hold
            if not self._hears_ends:
                await self._settle(context)
        if made == asked:
            return ToolPreInvokeResult()
        return ToolPreInvokeResult(modified_payload=payload.model_copy(update=made))

    async def tool_post_invoke(
        self, payload: ToolPostInvokePayload, context: PluginContext
    ) -> ToolPostInvokeResult:
        """The result as it is; the call was made, so what it held is booked."""
        await self._settle(context)
        return ToolPostInvokeResult()

    async def _made(self, asked: dict[str, Any], check: CheckRequest, result: CheckResult) -> dict[str, Any]:
        """The call as policies make it; where it can't be made like that, nothing is held."""
        try:
            return calls.changed(asked, result.changed(check["mcp"]["params"]))
        except RequestError:
            if result.hold is not None:
                await self._service.release(result.hold)
            raise

    async def shutdown(self) -> None:
        """Close the connections to the service."""
        await self._service.aclose()

    async def _settle(self, context: PluginContext) -> None:
        hold = context.state.pop(calls.HOLD, None)
        if hold is None:
            return
        try:
            await self._service.settle(Settlement(hold, used=Used()))
        except InterlockError as error:
            _log.error("a tool call was not booked: %s", error)


_CONTEXT: Final = ("user", "tenant_id", "server_id", "metadata")


def _refused(violation: dict[str, Any]) -> ToolPreInvokeResult:
    return ToolPreInvokeResult(continue_processing=False, violation=PluginViolation(**violation))


def _token(path: str | None) -> Callable[[], str] | None:
    """What gives the token that is in the file at `path` now."""
    return None if not path else lambda: Path(path).read_text(encoding="utf-8").strip()
