"""Which models the proxy's router may have answer, by the name that a client asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from litellm.proxy import proxy_server

from interlock.integrations.litellm.steering import Fallbacks, reachable


def served(model: str, fallbacks: Fallbacks) -> Iterator[str]:
    """The models of all deployments of `model`, and of those that are tried after it by any list."""
    router = proxy_server.llm_router
    if router is None:
        return
    for group in reachable(model, [*_entries(router), *fallbacks]):
        for deployment in router.get_model_list(model_name=group) or ():
            yield str(deployment["litellm_params"]["model"])


def _entries(router: Any) -> Iterator[Mapping[str, Any]]:
    """What is in all lists of fallbacks of the router."""
    for configured in (router.fallbacks, router.context_window_fallbacks, router.content_policy_fallbacks):
        yield from (entry for entry in configured or () if isinstance(entry, Mapping))
