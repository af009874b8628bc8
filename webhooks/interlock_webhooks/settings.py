"""What who runs the service decides, and what then runs."""

from dataclasses import dataclass
from pathlib import Path

from interlock.loading.policyset import PolicySet
from interlock.units import Milliseconds
from interlock_webhooks.controller.membership import Membership
from interlock_webhooks.exemptions import Exemptions
from interlock_webhooks.exposure import Exposure
from interlock_webhooks.installation.installation import Installation
from interlock_webhooks.listener import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What who runs the service decides.

    `grpc` is where gateways call over gRPC, if they do, and `url` where they reach the
    check API, if that is not its address. `certificate` and `key`
    are given both or not at all; without them the service makes its own in
    `state_dir`, for localhost and for `names`. `ledger`
    is the URL of what keeps accounts; without it that is a file there. `workloads`
    says whether those of a cluster are watched, so that their holds end with them,
    and `cluster` who the service is in a cluster that has policies, too, if one has.
    `installation` is what it keeps there, if it does, and `exemptions` what no policy is asked about.
    `exposure` is how gateways reach what listens for them.
    `scan_every` is how often all that is there is scanned, if it is. `toolhive_secret` has
    what ToolHive's webhooks are signed with, if they are.
    """

    policies: tuple[Path, ...]
    webhook: Address
    check: Address
    grpc: Address | None
    url: str | None
    certificate: Path | None
    key: Path | None
    state_dir: Path
    names: tuple[str, ...]
    ledger: str | None
    decision_log: Path | None
    toolhive_secret: Path | None
    watches: bool
    workloads: bool
    cluster: Membership | None
    installation: Installation | None
    exemptions: Exemptions
    exposure: Exposure
    scan_every: Milliseconds | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What runs now.

    `grpc` is where gateways call over gRPC, if anywhere, and `over_tls` which of
    `check` and `grpc` speak TLS; `clients` is the document that says who may call them, if there is one.
    `policies` are None where they come from a cluster, too, and are not known yet.
    `ca_certificate` is what clients must trust, where the service made it, and
    `check_ca_certificate` that for `check` and `grpc`; `ledger` the URL of what
    keeps accounts, without its password, `cluster` that of the API server of
    which `watched` is watched, and `decision_log` where decisions are logged, if
    anywhere. `is_registered` is whether the service has that API server ask it,
    with certificates that are kept there.
    """

    webhook: Address
    check: Address
    grpc: Address | None
    policies: PolicySet | None
    ca_certificate: Path | None
    check_ca_certificate: Path | None
    ledger: str
    cluster: str | None
    watched: tuple[str, ...]
    decision_log: Path | None
    is_registered: bool
    over_tls: frozenset[str]
    clients: Path | None
