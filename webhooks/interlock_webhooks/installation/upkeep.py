"""What whoever leads does again and again: takes certificates a step further, and mends configurations."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from interlock.analysis.finding import Finding, Severity
from interlock.analysis.lockout.lockout import lockout
from interlock.errors import OperatorError
from interlock.loading.policyset import PolicySet
from interlock.registration.configuration import mutating, validating
from interlock.registration.settings import Bundle, Settings
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.installation.configurations import Configurations
from interlock_webhooks.installation.exempted import wrongly_exempt
from interlock_webhooks.installation.installation import Installation
from interlock_webhooks.installation.vault import Vault
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.rotation.plan import Step

EVERY_SECONDS: Final = 5.0
"""So soon what somebody changed is as it should be again, and new policies are asked about."""

SURVEY_EVERY: Final = timedelta(minutes=10)
"""How often it is looked for namespaces that are exempt and should not be."""

_ROLES: Final = Resource(
    group="rbac.authorization.k8s.io", version="v1", plural="clusterroles", namespaced=False
)


class Upkeep:
    """Keeps an `installation`, for the policies that `in_force` gives; None of which are known yet."""

    def __init__(
        self,
        cluster: Cluster,
        installation: Installation,
        in_force: Callable[[], PolicySet | None],
        metrics: Metrics,
        log: FilteringBoundLogger,
    ) -> None:
        self._cluster = cluster
        self._installation = installation
        self._in_force = in_force
        self._metrics = metrics
        self._log = log
        self._vault = Vault(cluster, installation.settings.namespace)
        self._configurations = Configurations(cluster, installation.settings.name)
        self._surveyed = datetime.min.replace(tzinfo=UTC)
        self._made: tuple[object, list[dict[str, Any]]] = (None, [])

    async def keep(self) -> None:
        """Go on for as long as this service leads; what fails is logged, and tried again."""
        while True:
            try:
                await self.tend(datetime.now(UTC))
            except OperatorError as error:
                self._metrics.registration("failed")
                self._log.error("webhook configurations can't be kept", error=str(error))
            except Exception:  # noqa: BLE001 - whatever is stored in a cluster must not end the service
                self._metrics.registration("failed")
                self._log.exception("webhook configurations can't be kept")
            await asyncio.sleep(EVERY_SECONDS)

    async def tend(self, now: datetime) -> None:
        """Do once what there is to do; whoever presents certificates learns of them from the Secret.

        Raises:
            ClusterError: something can't be done now.
        """
        settings = replace(self._installation.settings, owner=await self._owner())
        if self._installation.names:
            bundles = await self._configurations.bundles()
            step, held = await self._vault.advance(bundles, self._installation.names, now)
            settings = replace(settings, trust=Bundle(held.bundle))
            if step is not Step.WAIT:
                self._log.info("certificates", step=step.value)
            if step is Step.BEGIN:
                return  # nobody presents it yet, so nobody is to be asked yet
        policies = self._in_force()
        if policies is not None:
            for wanted in await self._wanted(policies, settings):
                if await self._configurations.write(wanted):
                    self._metrics.registration("written")
                    self._log.info("webhook configuration written", kind=wanted["kind"])
        await self._survey(settings, now)

    async def _survey(self, settings: Settings, now: datetime) -> None:
        """Tell of namespaces that are exempt by a label that they got before it was guarded."""
        if settings.may_be_exempt and now - self._surveyed >= SURVEY_EVERY:
            self._surveyed = now
            for name in await wrongly_exempt(self._cluster, settings):
                self._log.warning("a namespace is exempt that is not listed: remove its label", namespace=name)

    async def _wanted(self, policies: PolicySet, settings: Settings) -> list[dict[str, Any]]:
        """Both configurations, made anew where something is new; then whom it may lock out is told, too."""
        key = (policies.digest, settings)
        if self._made[0] != key:
            self._made = (key, [validating(policies, settings), mutating(policies, settings)])
            for finding in await asyncio.to_thread(_lockouts, policies, settings):
                self._log.warning("policies may lock out", source=str(finding.span), finding=finding.message)
        return self._made[1]

    async def _owner(self) -> dict[str, Any]:
        """The reference to the owner; none where nobody is named."""
        name = self._installation.owner
        if name is None:
            return {}
        found = await self._cluster.get(_ROLES.path(name))
        return {
            "apiVersion": _ROLES.api_version,
            "kind": "ClusterRole",
            "name": name,
            "uid": found["metadata"]["uid"],
        }


def _lockouts(policies: PolicySet, settings: Settings) -> list[Finding]:
    """What policies would deny that every cluster needs."""
    return [each for each in lockout(policies, settings) if each.severity is Severity.ERROR]
