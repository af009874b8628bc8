"""Runs both listeners in one process, from the first file read to the last answer.

The webhook over HTTPS, the check API over HTTP, one event loop. The only
module that knows signals.
"""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interlock.decisionlog.sink import DecisionLog
from interlock.errors import OperatorError
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.opening import open_ledger, shown, url_of
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.loading.policyset import PolicySet
from interlock.prices import published as prices
from interlock.units import Milliseconds
from interlock_webhooks.app import check_app, webhook_app
from interlock_webhooks.cluster.opening import open_cluster
from interlock_webhooks.controller.membership import Membership
from interlock_webhooks.controller.opening import controller_of
from interlock_webhooks.events.opening import recorder_of
from interlock_webhooks.exemptions import Exemptions
from interlock_webhooks.installation.installation import Installation
from interlock_webhooks.installation.opening import certificate_of, upkeep_of
from interlock_webhooks.listener import Address, Listener, address_of, bind
from interlock_webhooks.logs import json_log
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.scan.opening import schedule_of
from interlock_webhooks.service import Service
from interlock_webhooks.state import StateDir, default_state_dir
from interlock_webhooks.sweep import sweep
from interlock_webhooks.tls import Certificate, GivenCertificate, Identity, SelfMadeCertificate
from interlock_webhooks.workloads.opening import workloads_of

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster
    from interlock_webhooks.controller.controller import Duty

DRAIN_SECONDS: Final = 3.0
"""From SIGTERM to the last connection taken: long enough for the cluster to send no more."""

_LAST_WORDS: Final = 1.0
"""Seconds in which Events of denials may still be posted."""

_LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")


__all__ = [
    "Address",
    "Exemptions",
    "Installation",
    "Membership",
    "Settings",
    "Started",
    "default_state_dir",
    "serve",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What who runs the service decides.

    `certificate` and `key` are given both or not at all; without them the
    service makes its own in `state_dir`, for localhost and for `names`. `ledger`
    is the URL of what keeps accounts; without it that is a file there. `workloads`
    says whether those of a cluster are watched, so that their holds end with them,
    and `cluster` who the service is in a cluster that has policies, too, if one has.
    `installation` is what it keeps there, if it does, and `exemptions` what no policy is asked about.
    `scan_every` is how often all that is there is scanned, if it is.
    """

    policies: tuple[Path, ...]
    webhook: Address
    check: Address
    certificate: Path | None
    key: Path | None
    state_dir: Path
    names: tuple[str, ...]
    ledger: str | None
    decision_log: Path | None
    watches: bool
    workloads: bool
    cluster: Membership | None
    installation: Installation | None
    exemptions: Exemptions
    scan_every: Milliseconds | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What runs now.

    `policies` are None where they come from a cluster, too, and are not known yet.
    `ca_certificate` is what clients must trust, where the service made it,
    `ledger` the URL of what keeps accounts, without its password, `cluster` that
    of the API server of which `watched` is watched, and `decision_log` where
    decisions are logged, if anywhere. `is_registered` is whether the service has
    that API server ask it, with certificates that are kept there.
    """

    webhook: Address
    check: Address
    policies: PolicySet | None
    ca_certificate: Path | None
    ledger: str
    cluster: str | None
    watched: tuple[str, ...]
    decision_log: Path | None
    is_registered: bool


def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Serve until SIGTERM or SIGINT; returns when all requests are answered.

    Raises `AuthorError` where the policies don't load, and `OperatorError` where
    an address, a certificate, the state directory, the ledger, the cluster or the decision log
    can't be used.
    """
    _check_exposure(settings.check)
    prices.load()
    log = json_log()
    metrics = Metrics()
    state = StateDir(settings.state_dir)
    identity = Identity()
    metrics.presents(lambda: identity.ends)
    with (
        asyncio.Runner(loop_factory=event_loop()) as runner,
        SqliteUses(state.uses) as uses,
        _connected(settings, runner) as cluster,
    ):
        certificate = _certificate(settings, identity, cluster)
        controller = None
        if cluster is not None and settings.cluster is not None:
            controller = controller_of(cluster, settings.cluster, metrics, log)
        policies = LivePolicies(settings.policies, uses, metrics, log, controller)
        with (
            bind(settings.webhook) as webhook,
            bind(settings.check) as check,
            DecisionLog(settings.decision_log) if settings.decision_log else nullcontext() as decisions,
            _opened(settings.ledger or url_of(state.ledger), runner) as ledger,
        ):
            service = Service(
                policies=policies,
                ledger=ledger,
                metrics=metrics,
                log=log,
                decisions=decisions,
                cluster=None if controller is None else controller.view,
                exemptions=settings.exemptions,
            )
            servers = {
                webhook: Listener(webhook_app(service), identity.front),
                check: Listener(check_app(service), None),
            }
            watching: list[Coroutine[Any, Any, None]] = [certificate.keep(log), sweep(ledger, log)]
            if settings.watches and settings.policies:
                watching.append(policies.watch())
            if cluster is not None and controller is not None and settings.cluster is not None:
                service.events = recorder_of(cluster, settings.cluster, metrics, log)
                watching += [
                    service.events.post(),
                    controller.run(policies, *_duties(settings, cluster, service)),
                ]
            if cluster is not None and settings.workloads:
                watching.append(workloads_of(cluster, service).watch())
            announce(_started(settings, policies, address_of(webhook), address_of(check), cluster))
            runner.run(_run(service, servers, watching))


def _started(
    settings: Settings, policies: LivePolicies, webhook: Address, check: Address, cluster: "Cluster | None"
) -> Started:
    state = StateDir(settings.state_dir)
    watched = {"pods and jobs": settings.workloads, "policies": settings.cluster is not None}
    return Started(
        webhook=webhook,
        check=check,
        policies=None if policies.missing() else policies.in_force.engine.policies,
        ca_certificate=None if settings.certificate or settings.installation else state.ca_certificate,
        ledger=shown(settings.ledger or url_of(state.ledger)),
        cluster=None if cluster is None else cluster.host,
        watched=tuple(what for what, is_watched in watched.items() if is_watched),
        decision_log=settings.decision_log,
        is_registered=settings.installation is not None,
    )


@contextmanager
def _connected(settings: Settings, runner: asyncio.Runner) -> Iterator["Cluster | None"]:
    """The cluster, if anything in it is watched."""
    if not settings.workloads and settings.cluster is None:
        yield None
        return
    cluster = runner.run(open_cluster())
    try:
        yield cluster
    finally:
        runner.run(cluster.aclose())


@contextmanager
def _opened(url: str, runner: asyncio.Runner) -> Iterator[Ledger]:
    """The ledger at `url`, which lives in the loop of `runner`."""
    ledger = runner.run(open_ledger(url))
    try:
        yield ledger
    finally:
        runner.run(ledger.close())


async def _run(
    service: Service, servers: dict[socket.socket, Listener], watching: list[Coroutine[Any, Any, None]]
) -> None:
    """Serve until told to stop, then answer what has come."""
    async with asyncio.TaskGroup() as tasks:
        watches = [tasks.create_task(watch) for watch in watching]
        for bound, server in servers.items():
            tasks.create_task(server.serve(sockets=[bound]))
        await _told_to_stop(service)
        for server in servers.values():
            server.should_exit = True
        if service.events is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(service.events.drained(), _LAST_WORDS)
        for watch in watches:
            watch.cancel()


async def _told_to_stop(service: Service) -> None:
    """Wait for a signal; after SIGTERM also for the cluster to send requests elsewhere."""
    loop = asyncio.get_running_loop()
    drain, stop = asyncio.Event(), asyncio.Event()
    for sent in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sent, _stop, sent, drain, stop)
    await drain.wait()
    service.draining = True
    service.log.info("stopping")
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), DRAIN_SECONDS)


def _stop(sent: signal.Signals, drain: asyncio.Event, stop: asyncio.Event) -> None:
    """Drain on the first SIGTERM; stop on any further signal, and at once on SIGINT, which a person sent."""
    if sent is signal.SIGINT or drain.is_set():
        stop.set()
    drain.set()


def _check_exposure(check: Address) -> None:
    if check.host == "localhost":
        return
    try:
        local = ipaddress.ip_address(check.host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise OperatorError(
            f"the check API can't listen on `{check}`: it has no authentication yet, so it stays on loopback: "
            "run it beside the gateway, on an address such as `127.0.0.1:8080`"
        )


def _duties(settings: Settings, cluster: "Cluster", service: Service) -> Iterator["Duty"]:
    """What this service does while it leads, beside what it does for policies."""
    if settings.installation is not None:
        upkeep = upkeep_of(cluster, settings.installation, service.policies, service.metrics, service.log)
        yield upkeep.keep
    if settings.scan_every is not None:
        yield partial(schedule_of(cluster, service).keep, settings.scan_every / 1000)


def _certificate(settings: Settings, identity: Identity, cluster: "Cluster | None") -> Certificate:
    match settings.certificate, settings.key:
        case None, None if cluster is not None and settings.installation is not None:
            return certificate_of(cluster, settings.installation, identity, StateDir(settings.state_dir))
        case None, None:
            names = dict.fromkeys((*_LOCAL_NAMES, *settings.names))
            return SelfMadeCertificate(identity, StateDir(settings.state_dir), tuple(names))
        case Path() as certificate, Path() as key:
            return GivenCertificate(identity, certificate, key)
        case _:
            raise OperatorError("give both `--cert` and `--key`, or none of them to have a certificate made")


def event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
