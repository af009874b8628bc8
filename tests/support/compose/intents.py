"""Intents of the same names and numbers as the policies, with facts given, absent or of another type."""

from typing import Any, Final

from hypothesis import strategies as st

from interlock.model.area import Area
from interlock.model.intent import Intent
from support.compose.facts import (
    ACCELERATORS,
    ACTIONS,
    AROUND,
    CLAIM,
    CLASSIFICATIONS,
    GROUPS,
    KINDS,
    MODELS,
    OF_ANOTHER_TYPE,
    REGIONS,
    REGISTRIES,
    RESOURCES,
    TEAMS,
    TOOLS,
)

_numbers: Final = st.sampled_from([number for number in AROUND if number >= 0])
_anything: Final = st.sampled_from(AROUND) | st.sampled_from(OF_ANOTHER_TYPE)
_limits: Final = st.fixed_dictionaries({}, optional={"limit": _anything})


def _some(values: tuple[str, ...], most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=most)


@st.composite
def _model(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(MODELS)))
    priced = draw(st.fixed_dictionaries({}, optional={"inputPrice": _numbers}))
    return {"name": name, "provider": "acme", "confidence": "declared", "source": "$", **MODELS[name], **priced}


@st.composite
def _tool(draw: st.DrawFn) -> dict[str, Any]:
    server, name = draw(st.sampled_from(sorted(TOOLS)))
    return {
        "name": name,
        "server": server,
        "class": TOOLS[server, name],
        "arguments": draw(_limits),
        "pinned": draw(st.booleans()),
        "source": "$",
    }


@st.composite
def _resource(draw: st.DrawFn) -> dict[str, Any]:
    kind, name = draw(st.sampled_from(RESOURCES))
    return {"type": kind, "id": name, "properties": draw(_limits), "source": "$"}


_accelerator: Final = st.fixed_dictionaries(
    {
        "vendor": st.just("nvidia"),
        "resource": st.just("nvidia.com/gpu"),
        "class": st.sampled_from(ACCELERATORS),
        "product": st.just("NVIDIA-H100"),
        "count": st.just(1),
        "pods": st.just(1),
        "total": _numbers,
        "shared": st.booleans(),
        "allocation": st.just("resource"),
        "alternatives": st.just([]),
        "source": st.just("$"),
    }
)
_image: Final = st.fixed_dictionaries(
    {
        "reference": st.just("app"),
        "registry": st.sampled_from(REGISTRIES),
        "repository": st.just("app"),
        "source": st.just("$"),
    },
    optional={"tag": st.sampled_from(["latest", "1.2"]), "digest": st.just("sha256:" + "0" * 64)},
)
_regions: Final = st.sampled_from(REGIONS)

INTENTS: Final[st.SearchStrategy[Intent]] = st.fixed_dictionaries(
    {
        "action": st.sampled_from(ACTIONS),
        "kind": st.sampled_from(KINDS),
        "principal": st.fixed_dictionaries(
            {
                "id": st.just("ana"),
                "type": st.sampled_from(["user", "agent"]),
                "groups": _some(GROUPS, 3),
                "claims": st.fixed_dictionaries({}, optional={"tier": st.just(CLAIM) | _anything}),
            }
        ),
        "attribution": st.fixed_dictionaries({}, optional={"team": st.sampled_from(TEAMS)}),
        "models": st.lists(_model(), max_size=2),
        "accelerators": st.lists(_accelerator, max_size=2),
        "tools": st.lists(_tool(), max_size=2),
        "resources": st.lists(_resource(), max_size=2),
        "context": st.just({}),
        "data": st.fixed_dictionaries(
            {"classifications": _some(CLASSIFICATIONS, 2)}, optional={"region": _regions, "residency": _regions}
        ),
        "usage": st.fixed_dictionaries({}, optional={"outputTokens": _numbers, "cost": _numbers}),
        "images": st.lists(_image, max_size=1),
        "unresolved": st.just([]),
        "provenance": st.just({}),
        "object": _limits,
    }
)  # type: ignore[assignment]  # a fixed dictionary of all that an Intent has is one
"""An Intent of which anything that can be absent may be."""

FEW_INTENTS: Final = st.lists(INTENTS, min_size=1, max_size=3)

AREAS: Final = (Area.INTENT, Area.INTENT, Area.TOOLS, Area.TOOLS, Area.MODELS, Area.MODELS, *Area)
"""What policies and closed layers are about, the usual more often."""


@st.composite
def crowded(draw: st.DrawFn) -> Intent:
    """An Intent of somebody in many groups, which is costly to look through."""
    intent = draw(INTENTS)
    groups = [f"group-{number}" for number in range(draw(st.sampled_from([0, 3, 6, 10, 20, 40])))]
    return {**intent, "principal": {**intent["principal"], "groups": [*groups, *intent["principal"]["groups"]]}}
