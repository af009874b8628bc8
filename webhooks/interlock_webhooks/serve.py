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
from pathlib import Path
from typing import Any, Final

from interlock.decisionlog.sink import DecisionLog
from interlock.errors import OperatorError
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.opening import open_ledger, shown, url_of
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.loading.policyset import PolicySet
from interlock.prices import published as prices
from interlock_webhooks.app import check_app, webhook_app
from interlock_webhooks.listener import Address, Listener, address_of, bind
from interlock_webhooks.logs import json_log
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.service import Service
from interlock_webhooks.state import StateDir, default_state_dir
from interlock_webhooks.sweep import sweep
from interlock_webhooks.tls import GivenCertificate, Identity, SelfMadeCertificate
from interlock_webhooks.workloads.opening import open_workloads

DRAIN_SECONDS: Final = 3.0
"""From SIGTERM to the last connection taken: long enough for the cluster to send no more."""

_LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")


__all__ = ["Address", "Settings", "Started", "default_state_dir", "serve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What who runs the service decides.

    `certificate` and `key` are given both or not at all; without them the
    service makes its own in `state_dir`, for localhost and for `names`. `ledger`
    is the URL of what keeps accounts; without it that is a file there. `workloads`
    says whether those of a cluster are watched, so that their holds end with them.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What runs now.

    `ca_certificate` is what clients must trust, where the service made it,
    `ledger` the URL of what keeps accounts, without its password, `cluster` that
    of the API server whose workloads are watched, if any are, and `decision_log`
    where decisions are logged, if anywhere.
    """

    webhook: Address
    check: Address
    policies: PolicySet
    ca_certificate: Path | None
    ledger: str
    cluster: str | None
    decision_log: Path | None


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
    uses = SqliteUses(state.uses)
    policies = LivePolicies(settings.policies, uses, metrics, log)
    identity = Identity()
    certificate = _certificate(settings, identity)
    with (
        uses,
        bind(settings.webhook) as webhook,
        bind(settings.check) as check,
        DecisionLog(settings.decision_log) if settings.decision_log else nullcontext() as decisions,
        asyncio.Runner(loop_factory=event_loop()) as runner,
        _opened(settings.ledger or url_of(state.ledger), runner) as ledger,
    ):
        service = Service(policies=policies, ledger=ledger, metrics=metrics, log=log, decisions=decisions)
        workloads = runner.run(open_workloads(service)) if settings.workloads else None
        servers = {
            webhook: Listener(webhook_app(service), identity.front),
            check: Listener(check_app(service), None),
        }
        announce(
            Started(
                webhook=address_of(webhook),
                check=address_of(check),
                policies=policies.in_force.engine.policies,
                ca_certificate=None if settings.certificate else state.ca_certificate,
                ledger=shown(settings.ledger or url_of(state.ledger)),
                cluster=None if workloads is None else workloads.host,
                decision_log=settings.decision_log,
            )
        )
        watching: list[Coroutine[Any, Any, None]] = [certificate.keep(log), sweep(ledger, log)]
        if settings.watches:
            watching.append(policies.watch())
        if workloads is not None:
            watching.append(workloads.watch())
        runner.run(_run(service, servers, watching))


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


def _certificate(settings: Settings, identity: Identity) -> GivenCertificate | SelfMadeCertificate:
    match settings.certificate, settings.key:
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
