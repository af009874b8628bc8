"""What a platform team decides about webhooks beside policies. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

SYSTEM_NAMESPACES: Final = ("kube-node-lease", "kube-system")
"""Namespaces that no policy is asked about, ever: without them there is no cluster to ask in."""

EXEMPT_LABEL: Final = "interlock.dev/exempt"
"""The label of a namespace that is exempt, where it is one of those that may be."""


class FailurePolicy(StrEnum):
    """What becomes of a request when the service can't be asked."""

    FAIL = "Fail"
    IGNORE = "Ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class InCluster:
    """The service is reached through a Service of the cluster, `name` in `namespace`."""

    name: str = "interlock"
    namespace: str = "interlock"
    port: int = 443

    @property
    def hosts(self) -> tuple[str, ...]:
        """What its certificate has to name: the API server asks for the first."""
        where = f"{self.name}.{self.namespace}"
        return f"{where}.svc", f"{where}.svc.cluster.local", where


@dataclass(frozen=True, slots=True)
class AtUrl:
    """The service is reached at `url`, an `https` URL without a path."""

    url: str

    @property
    def hosts(self) -> tuple[str, ...]:
        """Nobody but whoever runs it knows what its certificate has to name."""
        return ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """Whom the API server is to trust: PEM certificates; none where it trusts the system's."""

    pem: bytes = b""


@dataclass(frozen=True, slots=True)
class InjectedBundle:
    """cert-manager says whom to trust: those of its `certificate`, `namespace/name`."""

    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the service is, and what it is not to be asked about.

    `name` is that of both configurations. The service runs in `namespace` as `account`.
    `exempt` are namespaces that no policy is asked about, beside that one and
    those of the system; `may_be_exempt` those that are exempt while they carry
    `EXEMPT_LABEL`. `owner` is the reference to the object with which the
    configurations disappear.
    """

    name: str = "interlock"
    namespace: str = "interlock"
    account: str = "interlock"
    target: InCluster | AtUrl = InCluster()
    trust: Bundle | InjectedBundle = Bundle()
    exempt: frozenset[str] = frozenset()
    may_be_exempt: frozenset[str] = frozenset()
    validating: FailurePolicy = FailurePolicy.FAIL
    mutating: FailurePolicy = FailurePolicy.IGNORE
    timeout_seconds: int = 3
    owner: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exempt_namespaces(self) -> tuple[str, ...]:
        """The namespaces that are exempt by their names."""
        return tuple(sorted({*SYSTEM_NAMESPACES, self.namespace, *self.exempt}))

    @property
    def user(self) -> str:
        """Who the service is to the API server."""
        return f"system:serviceaccount:{self.namespace}:{self.account}"
