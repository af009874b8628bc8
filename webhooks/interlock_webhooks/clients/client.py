"""Whoever talks to the service, which is mostly a gateway. Of whom it speaks is the Caller. Reads no clock."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from interlock.model.intent import Intent
from interlock_webhooks.clients.globs import EVERYTHING, Globs
from interlock_webhooks.clients.rates import Meter
from interlock_webhooks.clients.refusals import too_often, ungranted
from interlock_webhooks.clients.scope import UNLIMITED, Scope, check_scope, sees
from interlock_webhooks.text import quoted


class Client(Struct, frozen=True):
    """One that is known by `name`, what it may call, of whom it may speak, how often and with how large a body.

    `max_body` is in bytes; without it, and without a `meter`, only the bounds for all hold.
    """

    name: str
    endpoints: Globs = EVERYTHING
    scope: Scope = UNLIMITED
    meter: Meter | None = None
    max_body: int | None = None

    def enter(self, endpoint: str, now: int) -> None:
        """Take one request of `endpoint`, at a monotonic nanosecond.

        Raises:
            RefusedError: a 403 where the client may not call it, a 429 where it has called too often.
        """
        self.check_granted(endpoint)
        wait = self.meter.take(now) if self.meter else 0
        if wait:
            raise too_often(f"client {quoted(self.name)}", wait)

    def check_granted(self, endpoint: str) -> None:
        """Nothing, where the client may call `endpoint`. Raises RefusedError, a 403, where it may not."""
        if not self.endpoints.mean(endpoint):
            raise ungranted(self.name, endpoint)

    def vouched_for(self, claims: Iterable[str]) -> "Client":
        """It, as one that may also state `claims`, which are the service's own word."""
        if self.scope is UNLIMITED:
            return self
        widened = Globs.of([*self.scope.claims.patterns, *claims])
        return replace(self, scope=replace(self.scope, claims=widened))

    def speaks_for(self, intent: Intent, sources: Mapping[str, str]) -> None:
        """Nothing, where the client may state all that `intent` says of its caller.

        `sources` says where facts came from, as far as the client did not state that itself.

        Raises:
            RefusedError: a 403 where it may not.
        """
        check_scope(self.scope, intent, sources, self.name)

    def sees(self, organization: str | None) -> bool:
        """Whether accounts of `organization` may be seen: an empty one has those of none, None is all."""
        return sees(self.scope, organization)


LOCAL: Final = Client("local")
"""Whoever reaches a listener that asks nobody who they are."""
