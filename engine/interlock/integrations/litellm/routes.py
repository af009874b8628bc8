"""Which models the proxy's router may have answer, by the name that a client asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from litellm.proxy import proxy_server

from interlock.integrations.litellm.steering import configured_fallbacks, reachable


def served(model: str, request: Mapping[str, Any]) -> Iterator[str]:
    """The models of all deployments that `model` means in `request`, and of all that may be tried after it."""
    router = proxy_server.llm_router
    if router is None:
        return
    for name in reachable(model, [*_entries(router), *configured_fallbacks(request)]):
        for deployment in router.get_model_list(model_name=name, team_id=_team(request)) or ():
            yield str(deployment["litellm_params"]["model"])
        # Clients are told the ids of deployments, and may ask for one.
        one = router.get_deployment(model_id=name)
        if one is not None:
            yield str(one.litellm_params.model)


def _entries(router: Any) -> Iterator[Mapping[str, Any]]:
    """What is in all lists of fallbacks of the router."""
    for configured in (router.fallbacks, router.context_window_fallbacks, router.content_policy_fallbacks):
        yield from (entry for entry in configured or () if isinstance(entry, Mapping))


def _team(request: Mapping[str, Any]) -> str | None:
    """The team of the key of `request`, which may have models of its own."""
    notes = (request.get(each) for each in ("metadata", "litellm_metadata"))
    found = (each.get("user_api_key_team_id") for each in notes if isinstance(each, Mapping))
    return next((team for team in found if isinstance(team, str) and team), None)
