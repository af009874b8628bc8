"""Policies, catalogs and queries of one small world, for the laws of searches."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import strategies as st

from interlock.engine import Engine
from interlock.loading.policyset import load
from interlock.search.query import Sought
from support.documents import catalog, policy, policy_set

IDS: Final = ("a", "b", "c", "d", "unknown")
OPERATIONS: Final = ("read", "write", "share", "tools/call", "chat")
TYPES: Final = ("record", "tool", "model")

_CONDITIONS: Final = (
    "true",
    "false",
    "intent.principal.id == 'a'",
    "intent.principal.id in ['b', 'd']",
    "'staff' in intent.principal.groups",
    "intent.principal.claims.level > 1",
    "has(intent.principal.claims.level) && intent.principal.claims.level == 1",
    "intent.principal.type == 'user'",
    "intent.operation.name == 'read'",
    "intent.operation.name in {'write': 1, 'share': 2}",
    "intent.kind == 'record'",
    "intent.context.hour < 12",
    "now < timestamp('2030-01-01T00:00:00Z')",
    "size(intent.resources) == 1 && intent.resources[0].id != 'c'",
    "['a', 'c'].exists(id, id == intent.principal.id)",
    "intent.provenance.exists(fact, intent.provenance[fact].startsWith('catalog.'))",
)
_OF_RESOURCES: Final = (
    "resource.id == 'b'",
    "resource.id in ['c', 'd', 'z']",
    "resource.properties.owner == intent.principal.id",
    "has(resource.properties.readers) && intent.principal.id in resource.properties.readers",
    "variables.mine || intent.operation.name == 'read'",
    "intent.operation.name == 'write' && resource.id.startsWith('a')",
)
_OF_TOOLS: Final = (
    "tool.name == 'a'",
    "tool.server == 's' && tool.class == 'read'",
    "tool.arguments.path == 'x'",
)
_EFFECTS: Final = ("permit", "permit", "permit", "forbid", "require")
_MINE: Final = (
    "  variables: [{name: mine, "
    "expression: has(resource.properties.owner) && resource.properties.owner == intent.principal.id}]\n"
)


@dataclass(frozen=True, slots=True)
class World:
    """The documents of a policy set."""

    documents: tuple[str, ...]

    def engine(self) -> Engine:
        """The engine that they make."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "policies.yaml"
            file.write_text("---\n".join(self.documents), encoding="utf-8")
            return Engine(load([file]))


@st.composite
def _policies(draw: st.DrawFn, number: int) -> str:
    area = draw(st.sampled_from(("intent", "resources", "resources", "tools")))
    more = {"intent": (), "resources": _OF_RESOURCES, "tools": _OF_TOOLS}[area]
    rules = "".join(
        f"    - {{name: r{index}, {draw(st.sampled_from(_EFFECTS))}: "
        f'"{draw(st.sampled_from((*_CONDITIONS, *more, *more)))}", message: no}}\n'
        for index in range(draw(st.integers(1, 2)))
    )
    when = draw(st.sampled_from(("", "", "", *_CONDITIONS)))
    match = f'  match: {{when: "{when}"}}\n' if when else ""
    spec = f"  area: {area}\n{match}{_MINE if area == 'resources' else ''}"
    return policy(f"p{number}", layer=draw(st.sampled_from(("organization", "team"))), spec=spec, rules=rules)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to four policies on accesses and calls of tools, closed layers, and a Catalog."""
    closed = draw(st.sampled_from(("resources, tools", "resources, tools", "intent", "")))
    layers = policy_set(f"  layers: [{{name: organization, closed: [{closed}]}}, {{name: team}}]\n")
    policies = [draw(_policies(number)) for number in range(draw(st.integers(1, 4)))]
    return World((layers, draw(_catalogs()), *policies))


@st.composite
def _catalogs(draw: st.DrawFn) -> str:
    lines = ""
    for sort, types in (("subjects", ("user",)), ("resources", ("record", "tool"))):
        listed = draw(
            st.lists(st.tuples(st.sampled_from(types), st.sampled_from(IDS[:4])), max_size=4, unique=True)
        )
        if listed:
            lines += f"  {sort}:\n"
        for type_, id_ in listed:
            lines += f"    - {{type: {type_}, id: {id_}, properties: {draw(_properties)}}}\n"
    lines += (
        f"  resourceTypes: [{{name: record, operations: [{draw(st.sampled_from(('read', 'read, share')))}]}}]\n"
    )
    return catalog("c", f"{lines}  tools: [{{names: [s/a, s/b, 't/*'], class: read}}]\n")


_properties: Final = st.sampled_from(
    (
        "{owner: a}",
        "{owner: b, readers: [c, a]}",
        "{level: 1}",
        "{level: 2, groups: [staff]}",
        "{groups: [staff]}",
    )
)
_stated: Final = st.sampled_from(({}, {}, {"owner": "a"}, {"level": 2}, {"groups": ["staff"]}))


@st.composite
def queries(draw: st.DrawFn) -> tuple[Sought, dict[str, Any]]:
    """What is sought, and the check request that leaves it open."""
    sought = draw(st.sampled_from(Sought))
    subject: dict[str, Any] = {"type": "user", "id": draw(st.sampled_from(IDS)), "properties": draw(_stated)}
    resource = {
        "type": draw(st.sampled_from(TYPES)),
        "id": draw(st.sampled_from(IDS)),
        "properties": draw(_stated),
    }
    access: dict[str, Any] = {
        "subject": subject,
        "action": {"name": draw(st.sampled_from(OPERATIONS))},
        "resource": resource,
        "context": draw(st.sampled_from(({}, {"hour": 9}, {"hour": 15}))),
    }
    if sought is Sought.ACTION:
        del access["action"]
    return sought, {"access": access}


def everything(sought: Sought, access: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whatever could complete the access in this world, and more."""
    if sought is Sought.ACTION:
        return [{"name": name} for name in (*OPERATIONS, "nothing")]
    return [{"type": access[sought]["type"], "id": id_} for id_ in (*IDS, "z", "s/a", "s/b", "t/x", "nothing")]
