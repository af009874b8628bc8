"""Behind the real LiteLLM proxy, calls for text are decided and booked, whichever API they are made by."""

from typing import Any

import pytest

from support.fakemodel import INPUT, Model
from support.gatewaycrowd import LIMIT, Place, post, served, service, spent
from support.litellmproxy import Proxy

_MESSAGES = [{"role": "user", "content": "hello"}]
_CALLS: dict[str, dict[str, Any]] = {
    "/v1/responses": {"model": "priced", "input": "hello", "max_output_tokens": 100},
    "/v1/messages": {"model": "priced", "messages": _MESSAGES, "max_tokens": 100},
    "/v1/completions": {"model": "priced", "prompt": "hello", "max_tokens": 100},
}


@pytest.mark.parametrize("path", _CALLS)
def test_a_call_is_decided_clamped_by_the_name_of_its_limit_and_booked(
    litellm: Proxy, model: Model, here: Place, path: str
) -> None:
    limit = next(name for name in _CALLS[path] if name.startswith("max_"))
    with service(here, spec="  onExceed: clamp\n") as running:
        answer = post(litellm, path, _CALLS[path])
        assert answer.status_code == 200, answer.text
        assert spent(running) == served(model) == INPUT + 200
        assert post(litellm, path, {**_CALLS[path], "stream": True}).status_code == 200
        assert spent(running) == served(model) == 2 * (INPUT + 200)
        assert all("metadata" not in asked for asked in model.asked)
        assert post(litellm, path, {**_CALLS[path], limit: LIMIT}).status_code == 200
        assert 2 * (INPUT + 200) < spent(running) == served(model) <= LIMIT
        assert post(litellm, path, _CALLS[path]).status_code == 429
        assert len(model.asked) == 3
