"""What is around a Kubernetes request: what there is in its cluster, and what its user may do there.

It is data, as it was looked at by one decision, so that it can be decided again.
"""

from typing import Any

from msgspec import Struct


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """A service account."""

    namespace: str
    name: str


class Access(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """Whether the user of the request, or a service account, may do something, as an authorizer answers.

    It is a verb on a path, or on a resource. `error` says why it could not
    tell, and is empty where it could.
    """

    verb: str
    path: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    field_selector: str = ""
    label_selector: str = ""
    service_account: Account | None = None
    allowed: bool = False
    reason: str = ""
    error: str = ""


class Parameters(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """Objects of a kind that are parameters; `namespaced` is None where nobody there knows such a kind."""

    api_version: str
    kind: str
    namespaced: bool | None = None
    objects: tuple[dict[str, Any], ...] = ()


class Surroundings(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """Namespaces by name, None for one that is not there, parameters by kind, and answers of an authorizer.

    `unknown` says why something could not be found out that was looked for, by
    what it is: `namespace/NAME`, `params/APIVERSION/KIND` or `access`. What is not
    here nobody has looked at.
    """

    namespaces: dict[str, dict[str, Any] | None] = {}
    params: tuple[Parameters, ...] = ()
    access: tuple[Access, ...] = ()
    unknown: dict[str, str] = {}


ACCESS = "access"
"""What the authorizer answers, as something that may be unknown."""

NOWHERE = Surroundings()
