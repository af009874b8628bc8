"""The logger that LiteLLM's proxy is configured with; the one module that imports LiteLLM.

    litellm_settings:
      callbacks: [interlock.integrations.litellm.logger.proxy_handler_instance]

`INTERLOCK_URL` says where the service is, `INTERLOCK_TOKEN_FILE` holds a bearer
token, where it wants one, `INTERLOCK_HOLD_SECONDS` is longer than calls last, and
`INTERLOCK_UNCHECKED` lists kinds of calls that go on undecided.
"""

import os
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy.litellm_pre_call_utils import LiteLLMProxyRequestSetup
from litellm.types.utils import all_litellm_params

from interlock.integrations.litellm.caller import caller_of
from interlock.integrations.litellm.deciding import RefusedError
from interlock.integrations.litellm.failure import may_have_used
from interlock.integrations.litellm.inflight import InFlight
from interlock.integrations.litellm.routes import served
from interlock.sdk.client import AsyncClient


class InterlockLogger(CustomLogger):  # type: ignore[misc]  # LiteLLM is not there where this is checked
    """Has the proxy's calls decided by `calls`, and tells it what became of them."""

    def __init__(self, calls: InFlight) -> None:
        super().__init__()
        self._calls = calls

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """The request as policies make it. Raises HTTPException where it does not go on."""
        key = LiteLLMProxyRequestSetup.get_sanitized_user_information_from_key(user_api_key_dict)
        agent = getattr(user_api_key_dict, "agent_id", None)
        try:
            await self._calls.enter(
                call_type, data, caller_of(key, run=data.get("litellm_trace_id"), agent=agent)
            )
        except RefusedError as error:
            headers = {} if error.wait is None else {"retry-after": str(error.wait)}
            raise HTTPException(
                error.status.value, {"error": str(error), "type": "policy_denied"}, headers
            ) from None
        return data

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: Any, request_data: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """The stream as it is. Of one that breaks off, or whose client leaves, LiteLLM may say nothing more."""
        notes = _notes(request_data)
        try:
            async for each in response:
                self._calls.begin(notes)
                yield each
        finally:
            self._calls.finish(notes)

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Book what a call used: nothing where its answer was cached, what it held where its client left."""
        parameters = kwargs.get("litellm_params") or {}
        notes = _notes(parameters)
        usage = _usage(response_obj)
        if kwargs.get("cache_hit") is True:
            await self._calls.save(notes)
        elif notes.get("client_disconnected") or usage is None:
            await self._calls.spend(notes)
        else:
            provider = kwargs.get("custom_llm_provider") or parameters.get("custom_llm_provider") or ""
            await self._calls.settle(notes, usage, model=str(kwargs.get("model")), provider=str(provider))

    async def async_log_failure_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Note a try that failed: the proxy may make another one."""
        error = kwargs.get("exception")
        if not isinstance(error, BaseException) or may_have_used(error):
            self._calls.fail(_notes(kwargs.get("litellm_params") or {}))

    async def async_post_call_failure_hook(
        self,
        request_data: dict[str, Any],
        original_exception: Exception,
        user_api_key_dict: Any,
        traceback_str: str | None = None,
    ) -> None:
        """Give back what a call held that failed for good, unless it may have used something."""
        notes = _notes(request_data)
        if may_have_used(original_exception):
            await self._calls.spend(notes)
        else:
            await self._calls.release(notes)


def _notes(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the proxy has noted about a call."""
    return {**(request.get("litellm_metadata") or {}), **(request.get("metadata") or {})}


def _usage(response: Any) -> dict[str, Any] | None:
    """The tokens that LiteLLM counted, as OpenAI shows them; None where it shows none."""
    found: Any = response.get("usage") if isinstance(response, dict) else getattr(response, "usage", None)
    shown = found.model_dump(exclude_none=True) if hasattr(found, "model_dump") else found
    return shown if isinstance(shown, dict) and shown else None


def _token(path: str | None) -> Callable[[], str] | None:
    """What gives the token that is in the file at `path` now."""
    return None if not path else lambda: Path(path).read_text(encoding="utf-8").strip()


def _calls(environment: Mapping[str, str]) -> InFlight:
    client = AsyncClient(
        environment.get("INTERLOCK_URL", "http://127.0.0.1:8080"),
        token=_token(environment.get("INTERLOCK_TOKEN_FILE")),
    )
    return InFlight(
        client,
        served,
        own=frozenset(all_litellm_params),
        hold_for=timedelta(seconds=int(environment.get("INTERLOCK_HOLD_SECONDS", "900"))),
        unchecked=frozenset(filter(None, environment.get("INTERLOCK_UNCHECKED", "").split(","))),
    )


proxy_handler_instance = InterlockLogger(_calls(os.environ))
