"""The policies in force, renewed when their files change.

One reference is swapped, and each request reads it once: a decision sees one
policy set. A set that fails to load never replaces a good one, nor one whose
waivers can't be counted. Knows nothing of requests.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from interlock.engine import Engine
from interlock.errors import AuthorError, OperatorError
from interlock.ledger.waivers.uses import Uses
from interlock.loading.policyset import load
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.watch import changes, fingerprint


@dataclass(frozen=True, slots=True)
class InForce:
    """An engine, and how many problems keep the present files from replacing it."""

    engine: Engine
    problems: int = 0


class LivePolicies:
    """Holds what is in force; `AuthorError` if the files don't load at the start.

    Uses of waivers are counted in `uses`, whichever policies are in force.
    """

    def __init__(
        self, paths: tuple[Path, ...], uses: Uses, metrics: Metrics, log: FilteringBoundLogger
    ) -> None:
        self._paths = paths
        self._uses = uses
        self._metrics = metrics
        self._log = log
        self._seen = fingerprint(paths)
        self.in_force = InForce(_loaded(paths, uses))
        self._metrics.in_force(self.in_force.engine.policies.digest)

    async def watch(self) -> None:
        """Reload whenever the files change, for as long as the service runs."""
        async for _ in changes(self._paths, self._seen):
            await self.reload()

    async def reload(self) -> None:
        """Put the present files in force, or keep what is in force and log every problem."""
        try:
            engine = await asyncio.to_thread(_loaded, self._paths, self._uses)
        except (AuthorError, OperatorError) as error:
            self._keep(error)
        except Exception as error:  # noqa: BLE001 - a file that breaks the loader must not end the watch
            self._log.error("policies failed to load", exc_info=error)
            self._keep(OperatorError("the loader failed"))
        else:
            self._swap(engine)

    def _swap(self, engine: Engine) -> None:
        unchanged = engine.policies.digest == self.in_force.engine.policies.digest
        self.in_force = InForce(engine)
        self._metrics.in_force(engine.policies.digest)
        self._metrics.reloaded("unchanged" if unchanged else "loaded")
        self._log.info("policies loaded", policySet=engine.policies.digest, changed=not unchanged)

    def _keep(self, error: AuthorError | OperatorError) -> None:
        engine = self.in_force.engine
        problems = (
            [str(problem) for problem in error.problems] if isinstance(error, AuthorError) else [str(error)]
        )
        self.in_force = InForce(engine, problems=len(problems))
        self._metrics.reloaded("failed")
        self._log.error(
            "policies kept: the changed files don't load", policySet=engine.policies.digest, problems=problems
        )


def _loaded(paths: tuple[Path, ...], uses: Uses) -> Engine:
    return Engine(load(paths), uses)
