"""What all handlers of one service share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from structlog.typing import FilteringBoundLogger

from interlock.decisionlog.entry import Entry
from interlock.decisionlog.record import record
from interlock.decisionlog.sink import DecisionLog
from interlock.ledger.ledger import Ledger
from interlock.model.decision import Decision
from interlock_webhooks.approvals.approvals import Approvals
from interlock_webhooks.around import LiveCluster
from interlock_webhooks.clients.authenticator import EVERYBODY, Authenticator
from interlock_webhooks.exemptions import NOTHING_EXEMPT, Exemptions
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies

if TYPE_CHECKING:
    from interlock_webhooks.events.recorder import EventRecorder


@dataclass(slots=True, kw_only=True)
class Service:
    """The policies in force, the counters, the log, and whether the service is about to stop.

    `ledger` keeps accounts, whichever policies are in force. `decisions` is where
    each decision is logged before it is answered, if anywhere. `cluster` is the one
    that requests of Kubernetes come from, where the service is connected to it, and
    `events` tells there of denials. `exemptions` are what no policy is asked about,
    `authenticator` tells who calls the check listener, and `url` is where clients reach that.
    With `toolhive_secret` ToolHive signs its webhooks, if it is to. What approvers are asked
    is sealed with `approval_key`, or with one that dies with the process. `approvals` are of
    accesses that were denied.
    """

    policies: LivePolicies
    ledger: Ledger
    approvals: Approvals
    metrics: Metrics
    log: FilteringBoundLogger
    decisions: DecisionLog | None = None
    cluster: LiveCluster | None = None
    events: "EventRecorder | None" = None
    exemptions: Exemptions = NOTHING_EXEMPT
    authenticator: Authenticator = EVERYBODY
    url: str = "http://localhost:8080"
    toolhive_secret: bytes | None = None
    approval_key: bytes | None = None
    draining: bool = False

    def recorded(self, decision: Decision, document: dict[str, Any], *, mutates: bool) -> dict[str, Any]:
        """The record of `decision` on `document`, which is logged if decisions are.

        Raises:
            OperatorError: it can't be logged; then nobody may be told that it allows.
        """
        if self.decisions is None:
            return record(decision)
        entry = Entry.of(decision, document, mutates=mutates)
        self.decisions.append(entry)
        return entry.decision

    def repeated(self, recorded: dict[str, Any], document: dict[str, Any], *, mutates: bool) -> dict[str, Any]:
        """The record of a decision on `document` that was made before, which is logged if decisions are.

        Whoever asks again may do so because the first time it could not be logged, or the service was killed.

        Raises:
            OperatorError: it can't be logged; then nobody may be told that it allows.
        """
        if self.decisions is not None:
            self.decisions.append(Entry.again(recorded, document, mutates=mutates))
        return recorded
