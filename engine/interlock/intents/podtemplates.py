"""The pods that an object would run, as its kind describes them.

A kind that isn't described has no pod facts.
"""

from dataclasses import dataclass
from typing import Any, Final

from interlock.intents.containers import Container, Role, containers
from interlock.intents.counts import number_of
from interlock.intents.demand import Demand
from interlock.intents.devicefields import demands_at
from interlock.intents.draft import few
from interlock.intents.fields import as_mapping, text
from interlock.intents.kinds.notation import PodsAt
from interlock.intents.nodes import ANY_NODES, Condition, Nodes, conditions_in, nodes_of
from interlock.intents.paths import member
from interlock.intents.patterns import Pattern, Place
from interlock.intents.scopes import Scope

_EVERYWHERE: Final = 20
"""Containers that can be in all pods of an object: each pod has them anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """`count` pods made from one template.

    `path` is the PodSpec's and `metadata_path` that of what holds labels and annotations;
    `count_source` is the field that says how many, and empty where there is none. `demands` are
    devices that are asked for outside of the PodSpec, who `serves` has a model, who `joins`
    helps those before with theirs, and who `needs_devices` has some.
    """

    spec: dict[str, Any]
    path: str
    metadata: dict[str, Any]
    metadata_path: str
    containers: list[Container]
    nodes: Nodes
    demands: list[Demand]
    count: int
    count_source: str
    notes: tuple[tuple[str, str], ...]
    serves: bool
    joins: bool
    needs_devices: bool


def pods_of(scope: Scope) -> list[Pods]:
    """The pods that the object of `scope` would run, one item for each template."""
    return [_pods(scope, at, place) for at in scope.kind.pods for place in _meant(scope, at)]


def _meant(scope: Scope, at: PodsAt) -> list[Place]:
    places = scope.places(at.at)
    return [
        place
        for place in places
        if (at.having is None or at.having.places(place.value))
        and not (at.lacking and at.lacking.places(place.value))
    ]


def _pods(scope: Scope, at: PodsAt, place: Place) -> Pods:
    spec, path = _object(place, at.spec)
    metadata, metadata_path = _object(place, at.metadata)
    number = number_of(scope, at, place)
    demanded = demands_at(place, at.devices)
    outside = [found for each in at.containers for found in each.places(place.value, place.path)]
    outside += few([found for each in at.everywhere for found in scope.places(each)], "containers", _EVERYWHERE)
    parts = [_container(found, at.resources) for found in outside]
    own = containers(spec, path)
    if at.containers:
        own = [Container(_plain(each.body, each.path, at.resources), each.path, each.role) for each in own]
    notes = [*demanded.notes]
    if at.note or number.note:
        notes.append((number.source or path, at.note or number.note))
    return Pods(
        spec=spec,
        path=path,
        metadata=metadata,
        metadata_path=metadata_path,
        containers=few([*own, *parts], "containers"),
        nodes=_nodes(_chosen(scope, at, Place(spec, path)), place, at, demanded.conditions),
        demands=demanded.demands,
        count=number.count,
        count_source=number.source,
        notes=tuple(notes),
        serves=at.serves,
        joins=at.joins,
        needs_devices=at.needs_devices,
    )


def _object(place: Place, where: Pattern | None) -> tuple[dict[str, Any], str]:
    """The object at `where` in `place` and its path; an empty one in its place where there is none."""
    found = None if where is None else next(iter(where.places(place.value, place.path)), None)
    if found is None:
        return {}, place.path
    return as_mapping(found.value, found.path), found.path


def _container(found: Place, resources: str) -> Container:
    return Container(_plain(as_mapping(found.value, found.path), found.path, resources), found.path, Role.MAIN)


def _plain(body: dict[str, Any], path: str, resources: str) -> dict[str, Any]:
    """`body` with what kinds write in their own ways as containers have it.

    An image in parts is one text, a command of one word a list of it, and
    variables in an object aren't those of a container.
    """
    plain = {key: value for key, value in body.items() if key != "env" or not isinstance(value, dict)}
    if isinstance(plain.get("image"), dict):
        plain["image"] = _reference(plain["image"], member(path, "image"))
    command = plain.get("command", plain.get("cmd"))
    plain["command"] = [command] if isinstance(command, str) else command
    if isinstance(plain.get("args"), str):
        plain["args"] = [plain["args"]]
    plain["resources"] = body.get(resources, body.get("resources"))
    return plain


def _reference(parts: dict[str, Any], path: str) -> str:
    """The image whose registry, repository, tag and digest are fields."""
    registry = text(parts, "registry", path)
    repository = text(parts, "repository", path) or text(parts, "name", path)
    tag, digest = text(parts, "tag", path), text(parts, "digest", path)
    name = "/".join(filter(None, (registry, repository)))
    return f"{name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}" if repository else ""


def _chosen(scope: Scope, at: PodsAt, spec: Place) -> Nodes:
    """Where the PodSpec lets the pods run; where it doesn't choose, as what is around it says."""
    nodes = nodes_of(spec.value, spec.path)
    around = scope.places(at.around) if at.around else []
    if nodes == ANY_NODES and around:
        return nodes_of(as_mapping(around[0].value, around[0].path), around[0].path)
    return nodes


def _nodes(nodes: Nodes, place: Place, at: PodsAt, conditions: tuple[Condition, ...]) -> Nodes:
    """`nodes` with the labels and machines beside the PodSpec."""
    selected = [
        Condition(key, (value,), member(found.path, key))
        for each in at.nodes
        for found in each.places(place.value, place.path)
        for key, value in as_mapping(found.value, found.path).items()
        if isinstance(value, str)
    ]
    more = (*selected, *conditions)
    if at.requirements:
        more += conditions_in(place.value, "requirements", place.path)
    return Nodes((*nodes.always, *more), nodes.terms) if more else nodes
