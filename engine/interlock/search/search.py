"""Everything that completes an access so that it is allowed, page by page.

Each result is a candidate whose completed access a full decision allows, so a
search says nothing that an evaluation would not. Laws: over all candidates a
result is returned exactly if it is allowed, results are in the order of their
ids, and pages of any size, one after another, are the whole.
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from interlock.engine import Engine
from interlock.engine.funds import OUT_OF_TIME, UndecidableError
from interlock.errors import RequestError
from interlock.identity import Digest
from interlock.intents.check import CheckRequest
from interlock.search.candidates import candidates
from interlock.search.outlook import outlook
from interlock.search.paging import (
    FIRST_PAGE,
    MOST_RESULTS,
    Page,
    Paging,
    binding,
    limit_of,
    start_of,
    token_of,
)
from interlock.search.query import Found, Query
from interlock.units import Instant


class Answer(Enum):
    """What whoever decides says of one check."""

    ALLOWED = auto()
    DENIED = auto()
    OUT_OF_TIME = auto()
    """Nobody knows, and there is no time to ask further."""


Asking: TypeAlias = Generator[CheckRequest, Answer, Page]
"""Yields checks, is sent the answer to each, and returns a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is left to ask of a query: candidates from `start` on, until there are `limit` results."""

    query: Query
    candidates: tuple[Found, ...]
    start: int
    limit: int
    of: Digest

    @classmethod
    def begun(cls, engine: Engine, query: Query, paging: Paging, until: int | None = None) -> "Search":
        """The search for the page of `paging`.

        Raises:
            RequestError: `paging` has another search's token, or no limit, or there are too many candidates.
            UndecidableError: `time.monotonic_ns()` passed `until`.
        """
        policies, limit = engine.policies, limit_of(paging.limit)
        seen = outlook(policies, query, until)
        found = () if seen.is_hopeless else candidates(policies.catalog, query, seen.named)
        of = binding(policies.digest, query)
        return cls(
            query=query, candidates=found, start=start_of(paging.token, of, len(found)), limit=limit, of=of
        )

    def page(self) -> Asking:
        """The page, for whoever can decide checks.

        Raises:
            UndecidableError: time ran out before there was anything to say.
        """
        results: list[Found] = []
        end = min(self.start + MOST_RESULTS, len(self.candidates))
        at = self.start
        while at < end and len(results) < self.limit:
            answer = yield self.query.completed(self.candidates[at])
            if answer is Answer.OUT_OF_TIME:
                break
            if answer is Answer.ALLOWED:
                results.append(self.candidates[at])
            at += 1
        if at == self.start < end:
            raise UndecidableError(OUT_OF_TIME)
        if at < len(self.candidates):
            return Page(tuple(results), token_of(at, self.of))
        return Page(tuple(results), total=None if self.start else len(results))


def search(
    engine: Engine, query: Query, *, now: Instant, until: int | None = None, paging: Paging = FIRST_PAGE
) -> Page:
    """The page of `paging` of all that `engine` allows at `now`, where nothing was spent; it takes nothing.

    Raises:
        RequestError: `paging` has another search's token, or no limit, or there are too many candidates.
        UndecidableError: `time.monotonic_ns()` passed `until` before there was anything to say.
    """
    asking = Search.begun(engine, query, paging, until).page()
    try:
        check = next(asking)
        while True:
            check = asking.send(_answer(engine, check, now, until))
    except StopIteration as end:
        page: Page = end.value
        return page


def _answer(engine: Engine, check: CheckRequest, now: Instant, until: int | None) -> Answer:
    try:
        decision = engine.check(check, now=now, until=until)
    except RequestError:
        return Answer.DENIED  # what can't be asked for isn't allowed
    if decision.allowed:
        return Answer.ALLOWED
    return Answer.OUT_OF_TIME if decision.failure == OUT_OF_TIME else Answer.DENIED
