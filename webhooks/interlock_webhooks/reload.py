"""The policies in force, renewed when their files change, or documents elsewhere do.

One reference is swapped, and each request reads it once: a decision sees one
policy set. A set that fails to load never replaces a good one, nor one whose
waivers can't be counted. Knows nothing of requests.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from interlock.documents.source import Source
from interlock.engine import Engine
from interlock.errors import AuthorError, OperatorError, Problem
from interlock.identity import Digest
from interlock.ledger.waivers.uses import Uses
from interlock.loading.policyset import load
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.watch import changes, fingerprint


@dataclass(frozen=True, slots=True)
class InForce:
    """An engine, and how many problems keep the present documents from replacing it."""

    engine: Engine
    problems: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of `further` documents: in force with `problems` empty, else kept out by those.

    Those that are `expressions` are about what expressions say. `digest` is that
    of the set in force since then, if there is one.
    """

    further: Sequence[Source | Problem]
    problems: Sequence[Problem | str]
    expressions: Collection[Problem]
    digest: Digest | None


class Elsewhere(Protocol):
    """Where documents are besides in files."""

    def missing(self) -> list[str]:
        """What keeps its documents from being known; they are all known if that is nothing."""
        ...

    def sources(self) -> Sequence[Source | Problem]:
        """Its documents as they are now."""
        ...

    def leave_out(self, problems: Sequence[Problem]) -> bool:
        """Whether `problems` are in documents that can be done without, and `sources` has no more."""
        ...

    def tried(self, attempt: Attempt) -> None:
        """Know what became of them."""
        ...


class LivePolicies:
    """Holds what is in force; `AuthorError` if there are files alone and they don't load at the start.

    Uses of waivers are counted in `uses`, whichever policies are in force.
    `swapped` is called whenever others have come in force.
    """

    def __init__(  # noqa: PLR0913 - all that outlives an engine
        self,
        paths: tuple[Path, ...],
        uses: Uses,
        metrics: Metrics,
        log: FilteringBoundLogger,
        elsewhere: Elsewhere | None = None,
        *,
        swapped: Callable[[], None] = lambda: None,
    ) -> None:
        self._paths = paths
        self._uses = uses
        self._metrics = metrics
        self._log = log
        self._elsewhere = elsewhere
        self._swapped = swapped
        self._seen = fingerprint(paths)
        self._one_at_a_time = asyncio.Lock()
        self._problems = 0
        self._engine: Engine | None = None
        self._known = asyncio.Event()
        if elsewhere is None:
            self._engine = _loaded(paths, (), uses)
            self._metrics.in_force(self._engine.policies.digest)
            self._known.set()

    @property
    def in_force(self) -> InForce:
        """What decides.

        Raises:
            OperatorError: nothing is in force yet; then nothing is allowed.
        """
        if self._engine is None:
            raise OperatorError("no policies are in force yet: `/readyz` says what is missing")
        return InForce(self._engine, self._problems)

    def missing(self) -> list[str]:
        """What keeps policies from being in force at all; nothing once some are."""
        if self._engine is not None:
            return []
        unknown = self._elsewhere.missing() if self._elsewhere is not None else []
        return unknown or [f"policies: {self._problems} problems, which the log lists"]

    async def known(self) -> None:
        """Wait until policies are in force."""
        await self._known.wait()

    async def watch(self) -> None:
        """Reload whenever the files change, for as long as the service runs."""
        async for _ in changes(self._paths, self._seen):
            await self.reload()

    async def reload(self) -> None:
        """Put the present documents in force, or keep what is in force and log every problem.

        Nothing happens while documents elsewhere are not all known.
        """
        async with self._one_at_a_time:
            if self._elsewhere is None:
                await self._try(())
            elif not self._elsewhere.missing():
                self._elsewhere.tried(await self._try(self._elsewhere.sources()))

    async def _try(self, further: Sequence[Source | Problem]) -> Attempt:
        problems: Sequence[Problem | str] = ()
        expressions: Collection[Problem] = ()
        try:
            self._swap(await asyncio.to_thread(_loaded, self._paths, further, self._uses))
        except AuthorError as error:
            if self._elsewhere is not None and self._elsewhere.leave_out(error.problems):
                return await self._try(self._elsewhere.sources())
            problems, expressions = error.problems, error.expressions
        except OperatorError as error:
            problems = (str(error),)
        except Exception as error:  # noqa: BLE001 - a document that breaks the loader must not end the watch
            self._log.error("policies failed to load", exc_info=error)
            problems = ("the loader failed",)
        if problems:
            self._keep(problems)
        return Attempt(further=further, problems=problems, expressions=expressions, digest=self._digest())

    def _swap(self, engine: Engine) -> None:
        digest = engine.policies.digest
        unchanged = digest == self._digest()
        self._engine, self._problems = engine, 0
        self._known.set()
        self._metrics.in_force(digest)
        self._metrics.reloaded("unchanged" if unchanged else "loaded")
        self._log.info("policies loaded", policySet=digest, changed=not unchanged)
        self._swapped()

    def _keep(self, problems: Sequence[Problem | str]) -> None:
        self._problems = len(problems)
        self._metrics.reloaded("failed")
        self._log.error(
            "policies kept: the changed documents don't load",
            policySet=self._digest(),
            problems=[str(problem) for problem in problems],
        )

    def _digest(self) -> Digest | None:
        return None if self._engine is None else self._engine.policies.digest


def _loaded(paths: tuple[Path, ...], further: Sequence[Source | Problem], uses: Uses) -> Engine:
    return Engine(load(paths, further), uses)
