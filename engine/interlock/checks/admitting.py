"""Checks that go on if they are allowed, by one engine against one ledger, or that are only asked. Pure."""

from collections.abc import Sequence

from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.engine.repetition import Misused, Once, Repeated
from interlock.errors import ConflictError
from interlock.model.decision import Decision
from interlock.units import Instant


async def admitted(  # noqa: PLR0913 - what a decision is a function of
    admission: Admission,
    asks: Sequence[Ask],
    once: Once | None,
    *,
    now: Instant,
    until: int | None,
    is_dry_run: bool,
) -> tuple[Decision, ...] | Repeated:
    """The decisions on `asks`, which go on together if they are allowed, or what was answered before.

    Of one that is a dry run nothing is taken.

    Raises:
        RequestError: they are of several organizations.
        ConflictError: the key of `once` belongs to another request.
        UnansweredError: an authorizer has to be asked first; nothing is taken.
    """
    if is_dry_run:
        return (await admission.consider(asks[0], now=now, until=until),)
    answer = await admission.admit(asks, now=now, until=until, once=once)
    if isinstance(answer, Misused):
        raise ConflictError("`idempotencyKey`: it belongs to a request with another body: send a new one")
    return answer
