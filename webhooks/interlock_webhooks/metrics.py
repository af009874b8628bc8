"""What the service counts, for Prometheus.

Every label has few values: no user, object, policy or message is one. Each
service has a registry of its own, so that two in one process don't mix.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from interlock.identity import Digest
from interlock.model.decision import Decision

# The API server's buckets for webhooks, with finer ones below: a decision takes microseconds.
_BUCKETS: Final = (0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10.0, 25.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMetrics:
    """What is counted of one endpoint, whatever it answers."""

    refusals: Counter
    endpoint: str

    def refused(self, status: HTTPStatus) -> None:
        """Count one request that got an error instead of an answer."""
        self.refusals.labels(self.endpoint, str(status.value)).inc()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointMetrics(RouteMetrics):
    """Counters of an endpoint that decides, with the labels looked up once and not for each request."""

    allowed: Counter
    denied: Counter
    duration: Histogram

    def decided(self, decision: Decision, seconds: float) -> None:
        """Count one decision that took `seconds`."""
        (self.allowed if decision.allowed else self.denied).inc()
        self.duration.observe(seconds)


class Metrics:
    """Counters and gauges of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._decisions = Counter(
            "interlock_decisions_total",
            "Decisions by endpoint and outcome.",
            ("endpoint", "decision"),
            registry=self._registry,
        )
        self._duration = Histogram(
            "interlock_decision_duration_seconds",
            "Time from a decoded request to its decision.",
            ("endpoint",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._refused = Counter(
            "interlock_request_errors_total",
            "Requests answered without a decision, by endpoint and HTTP status.",
            ("endpoint", "status"),
            registry=self._registry,
        )
        self._policy_set = Gauge(
            "interlock_policy_set_info",
            "The policy set in force, by digest; always 1.",
            ("digest",),
            registry=self._registry,
        )
        self._stale = Gauge(
            "interlock_policy_set_stale",
            "1 while the policy files hold a set that failed to load, so that an older one is in force.",
            registry=self._registry,
        )
        self._reloads = Counter(
            "interlock_policy_reload_total",
            "Attempts to load changed policy files, by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._clients = Counter(
            "interlock_clients_reload_total",
            "Attempts to load a changed document of clients, by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._events = Counter(
            "interlock_events_total",
            "Events about denials, by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._scanned = Counter(
            "interlock_scanned_objects_total",
            "Objects of the cluster that the policies in force were asked about, by what was found.",
            ("result",),
            registry=self._registry,
        )
        self._workload_holds = Counter(
            "interlock_workload_holds_total",
            "What this service did with holds of workloads, by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._span_holds = Counter(
            "interlock_span_holds_total",
            "Holds that spans of traces name, by what became of them.",
            ("outcome",),
            registry=self._registry,
        )
        self._leader = Gauge(
            "interlock_leader",
            "1 while this service does what only one of several does.",
            registry=self._registry,
        )

        self._followed = Gauge(
            "interlock_cluster_watch_up",
            "1 while the objects of a resource are watched, 0 while that fails.",
            ("resource",),
            registry=self._registry,
        )
        self._left_out = Gauge(
            "interlock_kubernetes_policies_left_out",
            "Policies and bindings of Kubernetes in the cluster that do not load here.",
            registry=self._registry,
        )
        self._statuses = Counter(
            "interlock_status_writes_total",
            "Writes of statuses of documents in the cluster, by outcome.",
            ("outcome",),
            registry=self._registry,
        )

        self._registrations = Counter(
            "interlock_registration_writes_total",
            "Webhook configurations that were not as they should be, by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._certificate = Gauge(
            "interlock_certificate_end_seconds",
            "When the certificate ends that the webhook presents, in Unix time; 0 while there is none.",
            registry=self._registry,
        )

    def route(self, endpoint: str) -> RouteMetrics:
        """What is counted of `endpoint`, whatever it answers."""
        return RouteMetrics(refusals=self._refused, endpoint=endpoint)

    def of(self, endpoint: str) -> "EndpointMetrics":
        """The counters of `endpoint`, at zero if it is new."""
        return EndpointMetrics(
            allowed=self._decisions.labels(endpoint, "allow"),
            denied=self._decisions.labels(endpoint, "deny"),
            duration=self._duration.labels(endpoint),
            refusals=self._refused,
            endpoint=endpoint,
        )

    def in_force(self, digest: Digest) -> None:
        """Say that the policy set `digest`, and no other, decides from now on."""
        self._policy_set.clear()
        self._policy_set.labels(digest).set(1)
        self._stale.set(0)

    def reloaded(self, outcome: str) -> None:
        """Count one attempt to load changed files: `loaded`, `unchanged` or `failed`."""
        self._reloads.labels(outcome).inc()
        self._stale.set(1 if outcome == "failed" else 0)

    def clients_reloaded(self, outcome: str) -> None:
        """Count one attempt to load a changed document of clients: `loaded` or `failed`."""
        self._clients.labels(outcome).inc()

    def workload_hold(self, outcome: str) -> None:
        """Count one hold of a workload: `settled`, `released`, `extended`, or `failed` to be."""
        self._workload_holds.labels(outcome).inc()

    def span_holds(self, outcome: str, count: int) -> None:
        """Count so many spans that name a hold, by what became of that."""
        self._span_holds.labels(outcome).inc(count)

    def leads(self, *, is_leader: bool) -> None:
        """Say whether this service leads."""
        self._leader.set(is_leader)

    def followed(self, resource: str, *, is_up: bool) -> None:
        """Say whether the objects of `resource` are watched."""
        self._followed.labels(resource).set(is_up)

    def left_out(self, count: int) -> None:
        """Say how many policies and bindings of Kubernetes are left out."""
        self._left_out.set(count)

    def status_written(self, outcome: str) -> None:
        """Count one status that was `written`, or `failed` to be."""
        self._statuses.labels(outcome).inc()

    def event(self, outcome: str) -> None:
        """Count one Event about a denial: `posted`, `failed` to be, or `dropped` since there are too many."""
        self._events.labels(outcome).inc()

    def scanned(self, result: str) -> None:
        """Count one object that was scanned, by the gravest that was found, or `unreadable`."""
        self._scanned.labels(result).inc()

    def registration(self, outcome: str) -> None:
        """Count one webhook configuration that was `written`, or a round in which that `failed`."""
        self._registrations.labels(outcome).inc()

    def presents(self, ends: Callable[[], float]) -> None:
        """Show when the certificate ends that is presented, whichever it is by then."""
        self._certificate.set_function(ends)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
