"""Which models the proxy's router may have answer, by the name that a client asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from litellm.proxy import proxy_server


def served(model: str) -> Iterator[str]:
    """The models of all deployments of `model`, and of those that the router falls back to from it."""
    router = proxy_server.llm_router
    if router is None:
        return
    for group in (model, *_fallbacks(router, model)):
        for deployment in router.get_model_list(model_name=group) or ():
            yield str(deployment["litellm_params"]["model"])


def _fallbacks(router: Any, model: str) -> Iterator[str]:
    """The names that the router tries after `model`, by any of its lists."""
    lists = (router.fallbacks, router.context_window_fallbacks, router.content_policy_fallbacks)
    for configured in lists:
        for entry in configured or ():
            if isinstance(entry, Mapping):
                for name in (*entry.get(model, ()), *entry.get("*", ())):
                    yield name["model"] if isinstance(name, Mapping) else name
