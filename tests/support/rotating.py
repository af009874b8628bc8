"""A cluster whose certificates are rotated: one leader, replicas and API servers that lag, clocks that are off.

Real keys and certificates, and a time that only tests move.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from interlock_webhooks.rotation.plan import PROPAGATION, Step, next_step
from interlock_webhooks.rotation.secret import Certificates, after

NAMES = ("interlock.interlock.svc",)
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Rotating:
    """The Secret, what configurations said since when, and which version of the Secret each replica saw."""

    now: datetime = START
    secrets: list[Certificates] = field(default_factory=list)
    bundles: list[tuple[datetime, bytes]] = field(default_factory=list)
    seen: list[int] = field(default_factory=lambda: [-1, -1])
    steps: list[Step] = field(default_factory=list)

    def lead(self, clock: timedelta, *, crashes: bool = False) -> None:
        """Do what a leader does in one round whose clock is off by `clock`; it may crash before it is done."""
        held = self.secrets[-1] if self.secrets else None
        bundles = [self.bundles[-1][1]] if self.bundles else []
        now = self.now + clock
        step = next_step(None if held is None else held.facts(bundles, NAMES), now)
        self.steps.append(step)
        if step is not Step.WAIT:
            self.secrets.append(after(step, held, NAMES, now))
        if not crashes:
            self.publish(self.secrets[-1].bundle)

    def publish(self, bundle: bytes) -> None:
        """Write `bundle` into the configurations."""
        if not self.bundles or self.bundles[-1][1] != bundle:
            self.bundles.append((self.now, bundle))

    def learn(self, replica: int) -> None:
        """Let `replica` see the Secret as it is."""
        self.seen[replica] = len(self.secrets) - 1

    def refused(self) -> list[bytes]:
        """The leaves that some replica may present now and some API server not trust."""
        presented = {self.secrets[seen].leaf for seen in self.seen if seen >= 0}
        return [
            leaf
            for leaf in presented
            if _ends(leaf) > self.now and not all(is_trusted(leaf, each) for each in self._views())
        ]

    def _views(self) -> list[bytes]:
        """What an API server may go by: what the configurations say, or said within `PROPAGATION`."""
        ends = [since for since, _ in self.bundles[1:]] + [datetime.max.replace(tzinfo=UTC)]
        return [
            bundle for (_, bundle), end in zip(self.bundles, ends, strict=True) if end > self.now - PROPAGATION
        ]


@cache
def is_trusted(leaf: bytes, bundle: bytes) -> bool:
    """Whether an authority in `bundle` signed `leaf`."""
    return any(_signed(leaf, each) for each in x509.load_pem_x509_certificates(bundle))


def _signed(leaf: bytes, authority: x509.Certificate) -> bool:
    try:
        x509.load_pem_x509_certificate(leaf).verify_directly_issued_by(authority)
    except (ValueError, InvalidSignature):
        return False
    return True


@cache
def _ends(leaf: bytes) -> datetime:
    return x509.load_pem_x509_certificate(leaf).not_valid_after_utc
