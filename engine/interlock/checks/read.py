"""A check that was understood: what is asked, on what terms, and what policies changed in it. Pure."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Self, cast

from msgspec import Struct, structs

from interlock.checks.terms import Terms, terms_of
from interlock.engine import Engine
from interlock.engine.group import Ask
from interlock.engine.mutate import NO_CHANGES, Changes
from interlock.errors import RequestError
from interlock.identity import BudgetName
from interlock.intents.chat import limiting
from interlock.intents.check import CheckRequest, changeable_call, from_check, is_without_arguments
from interlock.model.intent import Action, Intent
from interlock.model.seen import NOTHING_SEEN, Seen
from interlock.units import Instant


class Call(Struct, frozen=True):
    """A call whose caller passes on what policies make of its body, and how its Intent is read."""

    engine: Engine
    body: dict[str, Any]
    embed: Callable[[dict[str, Any]], dict[str, Any]]
    now: Instant
    until: int | None

    @classmethod
    def of(cls, engine: Engine, check: CheckRequest, now: Instant, until: int | None) -> Self | None:
        """The call in `check`, or None where nobody passes changes on."""
        found = changeable_call(check)
        return None if found is None else cls(engine, *found, now, until)

    def mutated(self, body: dict[str, Any], seen: Seen = NOTHING_SEEN) -> tuple[Intent, Changes]:
        """The Intent of the call with `body` and with what policies change in that where that is `seen`."""

        def extract(changed: dict[str, Any]) -> Intent:
            return from_check(cast("CheckRequest", self.embed(changed)), self.engine.context_at(self.now))

        return self.engine.mutate(body, extract, until=self.until, seen=seen)

    def asked(self, ask: Ask, seen: Seen) -> Ask:
        """`ask` with what policies change in its body where that is `seen`."""
        intent, changes = self.mutated(self.body, seen)
        made = structs.replace(ask, intent=intent, changes=changes, remake=partial(self.asked, ask))
        if intent["action"] != Action.MODEL_CHAT:
            return made
        return structs.replace(made, clamp=partial(self.clamped, made, seen))

    def clamped(self, ask: Ask, seen: Seen, tokens: int, budgets: tuple[BudgetName, ...]) -> Ask | None:
        """What `ask` is if the call writes at most so many `tokens`; None where policies want it otherwise."""
        body = ask.intent["object"]
        patches = limiting(body, tokens, budgets)
        lower = {**body, **{str(patch.path[0]): patch.value for patch in patches}}
        intent, changes = self.mutated(lower, seen)
        if not patches or changes != NO_CHANGES:
            return None
        places = {patch.path for patch in patches}
        kept = [patch for patch in ask.changes.patches if patch.path not in places]
        return Ask(intent=intent, changes=replace(ask.changes, patches=(*kept, *patches)), lasts=ask.lasts)


class Read(Struct, frozen=True, kw_only=True):
    """One check that was understood."""

    check: CheckRequest
    terms: Terms
    intent: Intent
    changes: Changes
    call: Call | None

    @classmethod
    def of(
        cls,
        engine: Engine,
        check: CheckRequest,
        *,
        now: Instant,
        until: int | None = None,
        is_linked: bool = False,
    ) -> Self:
        """The Intent of `check` at `now`, with what policies change in it where the caller passes that on.

        Raises:
            RequestError: it can't be understood, or it is linked and has terms of its own.
        """
        terms = terms_of(cast("dict[str, Any]", check))
        call = Call.of(engine, check, now, until)
        if call is None:
            intent, changes = from_check(check, engine.context_at(now)), NO_CHANGES
        else:
            intent, changes = call.mutated(call.body)
        read = cls(check=check, terms=terms, intent=intent, changes=changes, call=call)
        if is_linked and (terms.once is not None or read.is_dry_run):
            raise RequestError(
                "a linked check is no dry run and has no `idempotencyKey`: the batch may have one"
            )
        return read

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing goes on, whatever is decided."""
        review = self.check.get("admission")
        if self.terms.is_dry_run or is_without_arguments(self.check):
            return True
        return review is not None and review.get("dryRun") is True

    @property
    def ask(self) -> Ask:
        """What is asked."""
        review = self.check.get("admission")
        # What has no identity is a request of its own, however it looks like another one.
        once = review if review is not None and review.get("uid") else None
        ask = Ask(
            intent=self.intent,
            changes=self.changes,
            request=once,
            lasts=self.terms.lasts,
            is_without_arguments=is_without_arguments(self.check),
        )
        if self.call is None:
            return ask
        ask = structs.replace(ask, remake=partial(self.call.asked, ask))
        if self.intent["action"] != Action.MODEL_CHAT:
            return ask
        return structs.replace(ask, clamp=partial(self.call.clamped, ask, NOTHING_SEEN))
