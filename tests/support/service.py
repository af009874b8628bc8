"""A service in this process, over policies in a folder, with its log kept."""

from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.waivers.memory import MemoryUses
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.service import Service


class LoggedService(Service):
    """A service whose log lines are in `lines`."""

    __slots__ = ("lines",)

    lines: list[dict[str, Any]]


def service_over(folder: Path) -> LoggedService:
    """A service that decides by the policies in `folder`."""
    log, lines = logged()
    metrics = Metrics()
    policies = LivePolicies((folder,), MemoryUses(), metrics, log)
    service = LoggedService(policies=policies, ledger=MemoryLedger(), metrics=metrics, log=log)
    service.lines = lines
    return service


def logged() -> tuple[FilteringBoundLogger, list[dict[str, Any]]]:
    """A log, and its lines."""
    lines: list[dict[str, Any]] = []

    def keep(_logger: WrappedLogger, level: str, entry: EventDict) -> EventDict:
        lines.append({"level": level, **entry})
        raise structlog.DropEvent

    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(), processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(0)
    )
    return log, lines
