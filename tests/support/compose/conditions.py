"""Conditions on Intents as policies have them, drawn type by type: true, false and errors, each often."""

from collections.abc import Iterable
from typing import Final

from hypothesis import strategies as st

from interlock.model.area import Area
from support.compose.facts import (
    ACCELERATORS,
    BOUNDS,
    CLAIM,
    CLASSIFICATIONS,
    GROUPS,
    MODELS,
    REGIONS,
    REGISTRIES,
    RESOURCES,
    TEAMS,
    TOOLS,
)
from support.expressions import Grammar, Texts, expressions

_LOGIC: Final = Grammar(
    {"bool": ("true", "false")},
    {
        "bool": (
            "({bool} && {bool})",
            "({bool} || {bool})",
            "!({bool})",
            "({bool} ? {bool} : {bool})",
            "({bool} == {bool})",
            "({int} <= {int})",
            "({int} > {int})",
            "({string} == {string})",
            "({string} in {strings})",
            "{strings}.all({it}, {bool:string})",
            "{strings}.exists({it}, {bool:string})",
            "{strings}.exists_one({it}, {bool:string})",
            "{string}.startsWith({string})",
        ),
        "int": ("({int} + {int})", "({bool} ? {int} : {int})", "size({strings})", "(100 / {int})"),
        "string": ("{strings}[0]", "({bool} ? {string} : {string})"),
        "strings": ("{strings}.filter({it}, {bool:string})", "({strings} + {strings})"),
    },
)

_INTENT: Final = Grammar(
    {
        "team": tuple(f"'{team}'" for team in TEAMS),
        "bound": tuple(map(str, BOUNDS)),
        "int": (*map(str, BOUNDS), "intent.usage.outputTokens", "intent.usage.cost"),
        "string": (*(f"'{team}'" for team in TEAMS), "intent.attribution.team", "intent.principal.type"),
        "strings": ("intent.principal.groups", "['search', 'staff']", "intent.data.classifications"),
        "bool": (
            "has(intent.attribution.team)",
            "has(intent.usage.outputTokens)",
            "(intent.principal.type == 'agent')",
            *(f"('{group}' in intent.principal.groups)" for group in GROUPS[:2]),
            "has(intent.object.limit)",
            "intent.models.all(m, m.class != 'unknown')",
            "intent.tools.exists(t, t.pinned)",
            f"(intent.principal.claims.tier == '{CLAIM}')",
            "(now > timestamp('2025-01-01T00:00:00Z'))",
        ),
    },
    {
        "bool": (
            "(intent.usage.outputTokens <= {bound})",
            "(intent.usage.cost < {bound})",
            "(has(intent.usage.cost) && intent.usage.cost <= {bound})",
            "(intent.attribution.team == {team})",
            "(has(intent.attribution.team) && intent.attribution.team != {team})",
            "(intent.object.limit <= {bound})",
            "(size(intent.tools) <= {int})",
        ),
    },
)

_TOOLS: Final = Grammar(
    {
        "string": ("tool.name", "tool.server", "tool.class"),
        "bool": (
            "(tool.class == 'read')",
            "(tool.class in ['read', 'write'])",
            "tool.pinned",
            "has(tool.arguments.limit)",
            *(f"(tool.server == '{server}')" for server in sorted({server for server, _ in TOOLS})),
        ),
    },
    {"bool": ("(tool.arguments.limit <= {bound})",)},
)
_MODELS: Final = Grammar(
    {
        "string": ("model.name", "model.class"),
        "int": ("model.inputPrice",),
        "bool": (
            "(model.class != 'unknown')",
            "(model.hosting == 'selfHosted')",
            "model.name.startsWith('gpt-5')",
            *(f"(model.name == '{name}')" for name in MODELS),
        ),
    },
    {"bool": ("(model.inputPrice <= {bound})", "(has(model.inputPrice) && model.inputPrice > {bound})")},
)
_RESOURCES: Final = Grammar(
    {
        "string": ("resource.type", "resource.id"),
        "bool": (
            "has(resource.properties.limit)",
            *(f"(resource.type == '{kind}')" for kind in sorted({kind for kind, _ in RESOURCES})),
        ),
    },
    {"bool": ("(resource.properties.limit <= {bound})",)},
)
_ACCELERATORS: Final = Grammar(
    {
        "int": ("accelerator.total",),
        "bool": ("accelerator.shared", *(f"(accelerator.class == '{name}')" for name in ACCELERATORS)),
    },
    {"bool": ("(accelerator.total <= {bound})",)},
)
_IMAGES: Final = Grammar(
    {
        "string": ("image.tag",),
        "bool": (
            "has(image.digest)",
            "(image.tag == 'latest')",
            *(f"(image.registry == '{name}')" for name in REGISTRIES),
        ),
    },
    {},
)
_DATA: Final = Grammar(
    {
        "string": ("data.region", *(f"'{region}'" for region in REGIONS)),
        "bool": (
            "(data.residency == data.region)",
            *(f"('{name}' in data.classifications)" for name in CLASSIFICATIONS),
        ),
    },
    {},
)

VARIABLES: Final = {"limit": ("int", "variables.limit"), "owner": ("string", "variables.owner")}
"""Variables of policies: of few names and types, since the checker needs a scope for each."""

_OF: Final = {
    area: _LOGIC.joined(_INTENT, *grammars)
    for area, grammars in {
        Area.INTENT: (),
        Area.TOOLS: (_TOOLS, _TOOLS),
        Area.MODELS: (_MODELS, _MODELS),
        Area.RESOURCES: (_RESOURCES, _RESOURCES),
        Area.ACCELERATORS: (_ACCELERATORS, _ACCELERATORS),
        Area.IMAGES: (_IMAGES, _IMAGES),
        Area.DATA: (_DATA, _DATA),
    }.items()
}


def conditions(area: Area, variables: Iterable[str] = ()) -> st.SearchStrategy[str]:
    """A condition on an item of `area`, which may read these variables of its policy."""
    return typed("bool", area, variables)


def typed(kind: str, area: Area, variables: Iterable[str] = ()) -> st.SearchStrategy[str]:
    """An expression of `kind` over an item of `area`."""
    scope: Texts = {}
    for name in variables:
        of, text = VARIABLES[name]
        scope = {**scope, of: (text, text)}
    return expressions(_OF[area], kind, 2, scope)


COSTLY: Final = (
    "intent.principal.groups.all(g, g != '')",
    "intent.principal.groups.all(g, intent.principal.groups.exists(h, h == g))",
    "intent.principal.groups.exists(g, g == 'staff') || intent.principal.groups.all(g, size(g) > 0)",
    "intent.principal.groups.map(g, g + g).exists(g, g == 'staffstaff')",
)
"""Conditions whose cost depends on how many groups there are, for limits of cost."""
