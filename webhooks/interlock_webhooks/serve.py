"""Runs all listeners in one process, from the first file read to the last answer.

The webhook over HTTPS, the check API over HTTP and, if it is asked for, over gRPC; one event loop.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from structlog.typing import FilteringBoundLogger

from interlock.decisionlog.sink import DecisionLog
from interlock.errors import OperatorError
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.opening import open_ledger, shown, url_of
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.prices import published as prices
from interlock_webhooks import garbage
from interlock_webhooks.app import check_app, webhook_app
from interlock_webhooks.approvals.approvals import Approvals
from interlock_webhooks.clients.live import LiveClients
from interlock_webhooks.clients.neighbours import Neighbours
from interlock_webhooks.clients.opening import asks_a_cluster, live_clients
from interlock_webhooks.cluster.opening import open_cluster
from interlock_webhooks.controller.membership import Membership
from interlock_webhooks.controller.opening import controller_of
from interlock_webhooks.events.opening import recorder_of
from interlock_webhooks.exemptions import Exemptions
from interlock_webhooks.exposure import Exposure, GatewayTls, check_exposure
from interlock_webhooks.grpc.calls import Calls
from interlock_webhooks.grpc.listener import GrpcListener
from interlock_webhooks.installation.installation import Installation
from interlock_webhooks.installation.opening import certificate_of, upkeep_of
from interlock_webhooks.lifetime import Server, live
from interlock_webhooks.listener import Address, Listener, address_of, bind
from interlock_webhooks.logs import json_log
from interlock_webhooks.methods import grpc_methods
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.scan.opening import schedule_of
from interlock_webhooks.service import Service
from interlock_webhooks.settings import Settings, Started
from interlock_webhooks.state import StateDir, default_state_dir
from interlock_webhooks.sweep import sweep
from interlock_webhooks.tls import Certificate, GivenCertificate, Identity, SelfMadeCertificate
from interlock_webhooks.toolhive.secret import secret_in
from interlock_webhooks.workloads.opening import workloads_of

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster
    from interlock_webhooks.controller.controller import Controller, Duty

_LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")

_Bound: TypeAlias = tuple[socket.socket, socket.socket, socket.socket | None]
"""Where the webhook, the check API and, if it is asked for, gRPC listen."""

_Fronts: TypeAlias = Mapping[str, ssl.SSLContext | None]
"""What `check` and `grpc` show; None where they speak no TLS."""


__all__ = [
    "Address",
    "Exemptions",
    "Exposure",
    "Installation",
    "Membership",
    "Settings",
    "Started",
    "default_state_dir",
    "serve",
]


def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Serve until SIGTERM or SIGINT; returns when all requests are answered.

    Raises `AuthorError` where the policies don't load, and `OperatorError` where
    an address, a certificate, the state directory, the ledger, the cluster or the decision log
    can't be used.
    """
    exposure = settings.exposure
    check_exposure(exposure, *filter(None, (settings.check, settings.grpc)))
    prices.load()
    log = json_log()
    metrics = Metrics()
    state = StateDir(settings.state_dir)
    identity = Identity()
    metrics.presents(lambda: identity.ends)
    gateways = GatewayTls(exposure, identity)
    tls = {"check": gateways.front(settings.check, "http/1.1"), "grpc": gateways.front(settings.grpc, "h2")}
    with (
        asyncio.Runner(loop_factory=event_loop()) as runner,
        SqliteUses(state.uses) as uses,
        _connected(settings, runner) as cluster,
    ):
        certificate = _certificate(settings, identity, cluster)
        gateways.present()
        controller = _controller(settings, cluster, metrics, log)
        policies = LivePolicies(settings.policies, uses, metrics, log, controller, swapped=garbage.spare)
        clients = live_clients(exposure, cluster, metrics, log)
        with (
            bind(settings.webhook) as webhook,
            bind(settings.check) as check,
            bind(settings.grpc) if settings.grpc else nullcontext() as grpc,
            DecisionLog(settings.decision_log) if settings.decision_log else nullcontext() as decisions,
            _opened(settings.ledger or url_of(state.ledger), runner) as ledger,
        ):
            url = settings.url or f"http{'s' if tls['check'] else ''}://{address_of(check)}"
            service = Service(
                policies=policies,
                approvals=Approvals.of(state.access_requests, state.signing_key(), url),
                ledger=ledger,
                metrics=metrics,
                log=log,
                decisions=decisions,
                cluster=None if controller is None else controller.view,
                exemptions=settings.exemptions,
                toolhive_secret=secret_in(settings.toolhive_secret),
                authenticator=clients or Neighbours(url),
                approval_key=state.approval_key(),
                url=url,
            )
            bound = (webhook, check, grpc)
            watching = [certificate.keep(log), *gateways.kept(log), *_kept(settings, service, clients)]
            if cluster is not None:
                watching += _kept_by(cluster, controller, settings, service)
            announce(_started(settings, policies, bound, cluster, tls))
            garbage.spare()
            runner.run(live(service, _servers(service, bound, identity, tls), watching))


def _started(
    settings: Settings,
    policies: LivePolicies,
    bound: _Bound,
    cluster: "Cluster | None",
    tls: _Fronts,
) -> Started:
    state = StateDir(settings.state_dir)
    webhook, check, grpc = bound
    watched = {
        "pods and jobs": settings.workloads,
        "policies": settings.cluster is not None,
        "tokens": asks_a_cluster(settings.exposure),
    }
    made = None if settings.certificate or settings.installation else state.ca_certificate
    return Started(
        webhook=address_of(webhook),
        check=address_of(check),
        grpc=None if grpc is None else address_of(grpc),
        policies=None if policies.missing() else policies.in_force.engine.policies,
        ca_certificate=made,
        check_ca_certificate=None if settings.exposure.certificate else made,
        ledger=shown(settings.ledger or url_of(state.ledger)),
        cluster=None if cluster is None else cluster.host,
        watched=tuple(what for what, is_watched in watched.items() if is_watched),
        decision_log=settings.decision_log,
        is_registered=settings.installation is not None,
        over_tls=frozenset(name for name, front in tls.items() if front is not None),
        clients=settings.exposure.clients,
    )


@contextmanager
def _connected(settings: Settings, runner: asyncio.Runner) -> Iterator["Cluster | None"]:
    """The cluster, if anything in it is watched, or it is asked whose tokens are."""
    is_asked = asks_a_cluster(settings.exposure)
    if not settings.workloads and settings.cluster is None and not is_asked:
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


def _controller(
    settings: Settings, cluster: "Cluster | None", metrics: Metrics, log: FilteringBoundLogger
) -> "Controller | None":
    """What has the documents in `cluster`, if they count."""
    if cluster is None or settings.cluster is None:
        return None
    return controller_of(cluster, settings.cluster, metrics, log)


def _servers(service: Service, bound: _Bound, identity: Identity, tls: _Fronts) -> dict[socket.socket, Server]:
    """What answers on each socket."""
    webhook, check, grpc = bound
    servers: dict[socket.socket, Server] = {
        webhook: Listener(webhook_app(service), identity.front),
        check: Listener(check_app(service), tls["check"]),
    }
    if grpc is not None:
        calls = Calls(grpc_methods(service), service.metrics, service.log, service.authenticator)
        servers[grpc] = GrpcListener(calls, tls["grpc"])
    return servers


def _kept(
    settings: Settings, service: Service, clients: LiveClients | None
) -> Iterator[Coroutine[Any, Any, None]]:
    """What keeps up with files, and with time."""
    yield sweep(service.ledger, service.log)
    if clients is not None:
        yield clients.watch()
    if settings.watches and settings.policies:
        yield service.policies.watch()


def _kept_by(
    cluster: "Cluster", controller: "Controller | None", settings: Settings, service: Service
) -> Iterator[Coroutine[Any, Any, None]]:
    """What keeps up with `cluster`, and tells there what becomes of it."""
    if controller is not None and settings.cluster is not None:
        service.events = recorder_of(cluster, settings.cluster, service.metrics, service.log)
        yield service.events.post()
        yield controller.run(service.policies, *_duties(settings, cluster, service))
    if settings.workloads:
        yield workloads_of(cluster, service).watch()


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
