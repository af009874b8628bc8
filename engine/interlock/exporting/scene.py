"""The requests that one policy is about, as expressions of Kubernetes see them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from interlock.cel.text.literal import literal
from interlock.exporting.resources import Keys, Resource
from interlock.exporting.unfit import UnfitError
from interlock.identity import WaiverName
from interlock.model.intent import Action
from interlock.model.labels import AttributionLabels

DELETE: Final = "DELETE"
OPERATIONS: Final[Mapping[str, str]] = {
    Action.WORKLOAD_CREATE: "CREATE",
    Action.WORKLOAD_UPDATE: "UPDATE",
    Action.WORKLOAD_DELETE: DELETE,
}
"""Operations by the actions that they are. Connections are to other resources than objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Requests of these `operations` for these `resources`, which are None where they can be any.

    `labels` carry attribution in their objects, and `waivers` lift rules for some of them.
    """

    operations: tuple[str, ...]
    resources: tuple[Resource, ...] | None
    labels: AttributionLabels
    waivers: tuple[WaiverName, ...] = ()

    def whole(self, operations: tuple[str, ...]) -> Self:
        """The requests of `operations` among these that are for whole objects."""
        found = self.resources and tuple(replace(each, is_whole=True) for each in self.resources)
        return replace(self, operations=operations, resources=found)

    def given(self) -> frozenset[Keys]:
        """The places where every object has something: its metadata, and the way to what describes its pods."""
        found = [{("metadata",), *_ways(each)} for each in self.resources or ()]
        return frozenset.intersection(*map(frozenset, found)) if found else frozenset({("metadata",)})

    @property
    def actions(self) -> dict[str, str]:
        """The action that each operation is."""
        return {operation: action for action, operation in OPERATIONS.items() if operation in self.operations}

    @property
    def kind(self) -> str | None:
        """The kind of all objects; None where there are several."""
        kinds = {each.kind for each in self.resources or ()}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def kind_text(self) -> str:
        """CEL of the kind of the object that the request is about, which is not a Scale of it."""
        if self.kind is not None:
            return literal(self.kind)
        found = self.resources or ()
        if not any(each.is_scaled for each in found):
            return "request.kind.kind"
        return f"{literal({each.plural: each.kind for each in found})}[request.resource.resource]"

    @property
    def subject(self) -> str:
        """CEL of the object that is decided: of one that is deleted, as it was."""
        if self.operations == (DELETE,):
            return "oldObject"
        return "variables.subject" if DELETE in self.operations else "object"

    def pod_metadata(self) -> str | None:
        """CEL of an optional: what holds labels of the object's pods, beside its own; None where nothing does.

        Raises:
            UnfitError: nobody can say where it is.
        """
        found = [(each.kind, each.template) for each in self._known("of what pods inherit")]
        keys = [(kind, None if at is None else at.metadata) for kind, at in found]
        return self._by_kind([(kind, None if at == ("metadata",) else at) for kind, at in keys])

    def pod_spec(self) -> str | None:
        """CEL of an optional: the PodSpec of the object; None where it has none.

        Raises:
            UnfitError: nobody can say where it is.
        """
        found = [(each.kind, each.template) for each in self._known("where pods are described")]
        return self._by_kind([(kind, None if at is None else at.spec) for kind, at in found])

    def _known(self, what: str) -> tuple[Resource, ...]:
        if self.resources is None:
            hint = "name kinds in `match.kinds`, or with `--kind`"
            raise UnfitError(f"depends on the kind of the object {what}: {hint}")
        return self.resources

    def _by_kind(self, places: Sequence[tuple[str, Keys | None]]) -> str | None:
        kinds: dict[Keys | None, list[str]] = {}
        for kind, keys in places:
            if kind not in kinds.setdefault(keys, []):
                kinds[keys].append(kind)
        every = [kind for each in kinds.values() for kind in each]
        if len(set(every)) < len(every):
            raise UnfitError("several groups have a kind of one name, and keep its pods in different places")
        texts = {keys: self._optional(keys) for keys in kinds}
        if set(kinds) <= {None}:
            return None
        (last, *others) = sorted(kinds, key=lambda keys: (len(kinds[keys]), keys or ()), reverse=True)
        text = texts[last]
        for keys in others:
            named = sorted(kinds[keys])
            is_one = f"== {literal(named[0])}" if len(named) == 1 else f"in {literal(named)}"
            text = f"request.kind.kind {is_one} ? {texts[keys]} : {text}"
        return text

    def _optional(self, keys: Keys | None) -> str:
        return "optional.none()" if keys is None else "".join((self.subject, *(f".?{key}" for key in keys)))


def _ways(resource: Resource) -> Iterator[Keys]:
    """The way to the PodSpec of one of Kubernetes' own kinds, which it never lacks."""
    try:
        template = None if resource.is_custom else resource.template
    except UnfitError:
        return
    if template is not None and resource.kind != "ReplicationController":
        yield from (template.spec[:depth] for depth in range(1, len(template.spec) + 1))
