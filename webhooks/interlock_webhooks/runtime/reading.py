"""A check that was understood: what is asked, on what terms, and what policies changed in it."""

import time
from typing import Any, Self, cast

from msgspec import Struct

from interlock.engine import Engine
from interlock.engine.group import Ask
from interlock.engine.mutate import NO_CHANGES, Changes
from interlock.errors import RequestError
from interlock.intents.check import CheckRequest, changeable_call, from_check
from interlock.model.intent import Intent
from interlock_webhooks.runtime.terms import Terms, terms_of


class Read(Struct, frozen=True, kw_only=True):
    """One check, and how long it took to understand it."""

    check: CheckRequest
    terms: Terms
    intent: Intent
    changes: Changes
    seconds: float

    @classmethod
    def of(cls, engine: Engine, check: CheckRequest, until: int, *, is_linked: bool = False) -> Self:
        """The Intent of `check`, with what policies change in it where the caller passes that on.

        Raises:
            RequestError: it can't be understood, or it is linked and has terms of its own.
        """
        started = time.perf_counter()
        terms = terms_of(cast("dict[str, Any]", check))
        intent, changes = _mutated(engine, check, until)
        read = cls(
            check=check, terms=terms, intent=intent, changes=changes, seconds=time.perf_counter() - started
        )
        if is_linked and (terms.once is not None or read.is_dry_run):
            raise RequestError(
                "a linked check is no dry run and has no `idempotencyKey`: the batch may have one"
            )
        return read

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing goes on, whatever is decided."""
        review = self.check.get("admission")
        return self.terms.is_dry_run or (review is not None and review.get("dryRun") is True)

    @property
    def ask(self) -> Ask:
        """What is asked."""
        review = self.check.get("admission")
        # What has no identity is a request of its own, however it looks like another one.
        once = review if review is not None and review.get("uid") else None
        return Ask(intent=self.intent, changes=self.changes, request=once, lasts=self.terms.lasts)


def _mutated(engine: Engine, check: CheckRequest, until: int) -> tuple[Intent, Changes]:
    found = changeable_call(check)
    if found is None:
        return from_check(check, engine.context), NO_CHANGES
    item, embed = found

    def extract(changed: dict[str, Any]) -> Intent:
        return from_check(cast("CheckRequest", embed(changed)), engine.context)

    return engine.mutate(item, extract, until=until)
