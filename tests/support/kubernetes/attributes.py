"""One request as admission sees it."""

from dataclasses import dataclass, field

from support.kubernetes.resources import Object, Resource
from support.kubernetes.users import User

Kind = tuple[str, str, str]


@dataclass(slots=True, kw_only=True)
class Attributes:
    """What is about to happen. `object` is what mutation leaves; `warnings` and `audit` are what it says."""

    operation: str
    resource: Resource
    subresource: str
    kind: Kind
    namespace: str
    name: str
    user: User
    object: Object | None
    old: Object | None
    dry_run: bool
    options: Object
    warnings: list[str] = field(default_factory=list)
    audit: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One request in the audit log, at the level `Request`: how it ended, and what is annotated."""

    operation: str
    resource: str
    subresource: str
    namespace: str
    name: str
    username: str
    code: int
    annotations: dict[str, str]
