"""What roles and their bindings allow, as the API server's RBAC authorizer answers. Pure.

Source: kubernetes/plugin/pkg/auth/authorizer/rbac, pkg/apis/rbac/v1 and pkg/registry/rbac/validation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec import Struct, ValidationError, convert

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes
from interlock.errors import RequestError
from interlock.foreign.attributes import place_of

GROUP: Final = "rbac.authorization.k8s.io"
MASTERS: Final = "system:masters"
"""The group that may do everything."""

_ACCOUNT: Final = "system:serviceaccount"
_CLUSTER_ROLE: Final = "ClusterRole"
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asked about."""

    name: str
    groups: frozenset[str] = frozenset()


class Rule(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a role allows; `*` is everything, and no names are all."""

    verbs: list[str] = []
    api_groups: list[str] = []
    resources: list[str] = []
    resource_names: list[str] = []
    urls: list[str] = msgspec.field(default_factory=list, name="nonResourceURLs")

    def allows(self, asked: Attributes) -> bool:
        """Whether it allows what is asked."""
        if not _has(self.verbs, asked.verb):
            return False
        if asked.path:
            return any(_is_url(each, asked.path) for each in self.urls)
        return (
            _has(self.api_groups, asked.group)
            and any(_is_resource(each, asked) for each in self.resources)
            and (not self.resource_names or asked.name in self.resource_names)
        )


class Subject(Struct, frozen=True, kw_only=True):
    """Whom a binding is for."""

    kind: str
    name: str
    namespace: str = ""

    def is_for(self, who: Identity, namespace: str) -> bool:
        """Whether it is `who`, in a binding in `namespace`."""
        match self.kind:
            case "User":
                return who.name == self.name
            case "Group":
                return self.name in who.groups
            case "ServiceAccount":
                place = self.namespace or namespace
                return bool(place) and who.name == f"{_ACCOUNT}:{place}:{self.name}"
            case _:
                return False

    def told(self, namespace: str) -> str:
        """How the authorizer names it, in a binding in `namespace`."""
        is_account = self.kind == "ServiceAccount"
        name = f"{self.name}/{self.namespace or namespace}" if is_account else self.name
        return f'{self.kind} "{name}"'


class Reference(Struct, frozen=True):
    """Which role a binding gives."""

    kind: str
    name: str


class Binding(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who has a role."""

    role_ref: Reference
    subjects: list[Subject] = []


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles and bindings, by namespace and name; what is of the cluster has no namespace."""

    _rules: dict[tuple[str, str], list[Rule]] = field(default_factory=dict)
    _bindings: dict[tuple[str, str], Binding] = field(default_factory=dict)

    def add(self, document: Mapping[str, Any]) -> None:
        """That the manifest is there too, a role or a binding.

        Raises:
            RequestError: it says nothing that one can say.
        """
        place = place_of(document)
        try:
            if str(document["kind"]).endswith("Binding"):
                self._bindings[place] = convert(document, Binding)
            else:
                self._rules[place] = convert(document.get("rules") or [], list[Rule])
        except ValidationError as error:
            raise RequestError(str(error)[:_SHOWN]) from None

    def answer(self, who: Identity, asked: Attributes) -> Answer:
        """What the authorizer answers; where no role allows it, it has no reason."""
        if MASTERS in who.groups:
            return Answer(is_allowed=True)
        for (namespace, name), binding in sorted(self._bindings.items()):
            if namespace and namespace != asked.namespace:
                continue
            subject = next((each for each in binding.subjects if each.is_for(who, namespace)), None)
            if subject is not None and any(rule.allows(asked) for rule in self._of(binding, namespace)):
                return Answer(is_allowed=True, reason=_reason(binding, subject, namespace, name))
        return Answer(is_allowed=False)

    def _of(self, binding: Binding, namespace: str) -> Iterator[Rule]:
        """The rules of the role that `binding` gives."""
        reference = binding.role_ref
        place = "" if reference.kind == _CLUSTER_ROLE else namespace
        yield from self._rules.get((place, reference.name), ())


def account(namespace: str, name: str) -> Identity:
    """The service account of that name."""
    groups = frozenset({f"{_ACCOUNT}s", f"{_ACCOUNT}s:{namespace}"})
    return Identity(f"{_ACCOUNT}:{namespace}:{name}", groups)


def _reason(binding: Binding, subject: Subject, namespace: str, name: str) -> str:
    kind, place = ("RoleBinding", f"{name}/{namespace}") if namespace else ("ClusterRoleBinding", name)
    role = f'{binding.role_ref.kind} "{binding.role_ref.name}"'
    return f'RBAC: allowed by {kind} "{place}" of {role} to {subject.told(namespace)}'


def _has(allowed: list[str], value: str) -> bool:
    return value in allowed or "*" in allowed


def _is_resource(written: str, asked: Attributes) -> bool:
    """Whether `written` is what is asked; of parts, `*/scale` is that part of all."""
    whole = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    part = f"*/{asked.subresource}" if asked.subresource else "*"
    return written in {"*", whole, part}


def _is_url(written: str, path: str) -> bool:
    return written in {"*", path} or (written.endswith("*") and path.startswith(written.rstrip("*")))
