"""A service in this process, over policies in a folder, with its log kept."""

from pathlib import Path
from typing import Any, Final

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.waivers.memory import MemoryUses
from interlock_webhooks.approvals.approvals import Approvals
from interlock_webhooks.approvals.signing import new_key
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.service import Service

_NOWHERE: Final = Path("nowhere")
_KEY: Final = new_key()


class LoggedService(Service):
    """A service whose log lines are in `lines`."""

    __slots__ = ("lines",)

    lines: list[dict[str, Any]]


def service_over(folder: Path) -> LoggedService:
    """A service that decides by the policies in `folder`."""
    log, lines = logged()
    metrics = Metrics()
    policies = LivePolicies((folder,), MemoryUses(), metrics, log)
    approvals = approvals_in(folder / "state")
    service = LoggedService(
        policies=policies, ledger=MemoryLedger(), approvals=approvals, metrics=metrics, log=log
    )
    service.lines = lines
    return service


def approvals_in(folder: Path = _NOWHERE) -> Approvals:
    """Approvals whose requests are kept in `folder`, which is made when somebody asks for one."""
    return Approvals.of(folder / "requests.sqlite", _KEY, "http://localhost:8080")


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
