"""What the service keeps in its cluster, against an API server."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from kubernetes.aio.client import Configuration

from interlock.loading.policyset import PolicySet, load
from interlock.registration.settings import InjectedBundle, Settings
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.installation import upkeep as upkeeping
from interlock_webhooks.installation.installation import Installation
from interlock_webhooks.installation.presenting import ClusterCertificate
from interlock_webhooks.installation.upkeep import Upkeep
from interlock_webhooks.installation.vault import SECRET, Vault
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.state import StateDir
from interlock_webhooks.tls import Identity
from support.documents import policy, policy_set
from support.kubernetes.server import ApiServer
from support.rotating import NAMES
from support.service import logged
from support.workloads import until

VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
MUTATING = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
SECRETS = "/api/v1/namespaces/interlock/secrets"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

OURS = Installation(settings=Settings(), names=NAMES)


@pytest.fixture
def policies(tmp_path: Path) -> PolicySet:
    document = policy(spec="  match: {kinds: [Pod], actions: [workload.create]}\n")
    (tmp_path / "policies.yaml").write_text(policy_set() + "---\n" + document)
    return load([tmp_path / "policies.yaml"])


@asynccontextmanager
async def clustered(folder: Path) -> AsyncIterator[Cluster]:
    """An API server with a namespace for the service, as an administrator sees it."""
    async with ApiServer().running() as server:
        (folder / "ca.crt").write_text(server.ca)
        configuration = Configuration(host=server.url, api_key={"BearerToken": "bearer admin"})
        configuration.ssl_ca_cert = str(folder / "ca.crt")
        cluster = Cluster(configuration)
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "interlock"}}
        await cluster.create("/api/v1/namespaces", body)
        try:
            yield cluster
        finally:
            await cluster.aclose()


def upkeep(cluster: Cluster, policies: PolicySet | None, installation: Installation = OURS) -> Upkeep:
    return Upkeep(cluster, installation, lambda: policies, Metrics(), structlog.get_logger())


async def bundle_in(cluster: Cluster) -> bytes:
    """Whom the API server trusts."""
    found = await cluster.get(f"{VALIDATING}/interlock")
    return base64.b64decode(found["webhooks"][0]["clientConfig"]["caBundle"])


def test_nobody_is_asked_before_there_is_a_certificate_to_present(tmp_path: Path, policies: PolicySet) -> None:
    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            kept = upkeep(cluster, policies)
            await kept.tend(NOW)
            with pytest.raises(NotFoundError):
                await cluster.get(f"{VALIDATING}/interlock")
            await kept.tend(NOW)
            held = await Vault(cluster, "interlock").held()
            assert held is not None
            assert await bundle_in(cluster) == held.bundle
            assert (await cluster.get(f"{MUTATING}/interlock"))["webhooks"] == []

    asyncio.run(run())


def _break_rules(body: dict[str, Any]) -> None:
    body["webhooks"][0]["rules"][0]["resources"] = ["configmaps"]


def _break_trust(body: dict[str, Any]) -> None:
    del body["webhooks"][0]["clientConfig"]["caBundle"]


def _break_policy(body: dict[str, Any]) -> None:
    body["webhooks"][0]["failurePolicy"] = "Ignore"


def _empty(body: dict[str, Any]) -> None:
    body["webhooks"] = []


@pytest.mark.parametrize("change", [_break_rules, _break_trust, _break_policy, _empty])
def test_what_somebody_changes_is_mended_and_what_is_theirs_stays(
    tmp_path: Path, policies: PolicySet, change: Callable[[dict[str, Any]], None]
) -> None:
    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            kept = upkeep(cluster, policies)
            for _ in range(2):
                await kept.tend(NOW)
            body = await cluster.get(f"{VALIDATING}/interlock")
            good = body["webhooks"]
            changed = await cluster.get(f"{VALIDATING}/interlock")
            change(changed)
            changed["metadata"]["annotations"] = {"team": "platform"}
            await cluster.replace(f"{VALIDATING}/interlock", changed)
            await kept.tend(NOW)
            mended = await cluster.get(f"{VALIDATING}/interlock")
            assert mended["webhooks"] == good
            assert mended["metadata"]["annotations"] == {"team": "platform"}
            await kept.tend(NOW)
            again = await cluster.get(f"{VALIDATING}/interlock")
            assert again["metadata"]["resourceVersion"] == mended["metadata"]["resourceVersion"]

    asyncio.run(run())


def test_a_deleted_configuration_is_written_again(tmp_path: Path, policies: PolicySet) -> None:
    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            kept = upkeep(cluster, policies)
            for _ in range(2):
                await kept.tend(NOW)
            await cluster.delete(f"{VALIDATING}/interlock")
            await kept.tend(NOW)
            assert await bundle_in(cluster)

    asyncio.run(run())


def test_what_is_somebody_elses_is_never_written(tmp_path: Path, policies: PolicySet) -> None:
    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            theirs = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": SECRET, "namespace": "interlock"},
                "data": {},
            }
            stored = await cluster.create(SECRETS, theirs)
            with pytest.raises(ClusterError, match=r"the Secret `interlock/interlock-tls` is somebody else's"):
                await upkeep(cluster, policies).tend(NOW)
            assert (await cluster.get(f"{SECRETS}/{SECRET}"))["metadata"] == stored["metadata"]
            theirs = {
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "ValidatingWebhookConfiguration",
                "metadata": {"name": "interlock"},
                "webhooks": [],
            }
            await cluster.create(VALIDATING, theirs)
            given = Installation(settings=Settings())
            with pytest.raises(ClusterError, match=r"`interlock` is somebody else's: delete it, or label it"):
                await upkeep(cluster, policies, given).tend(NOW)

    asyncio.run(run())


def test_cert_manager_says_whom_to_trust(tmp_path: Path, policies: PolicySet) -> None:
    injected = Installation(settings=Settings(trust=InjectedBundle("interlock/tls")))

    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            kept = upkeep(cluster, policies, injected)
            await kept.tend(NOW)
            body = await cluster.get(f"{VALIDATING}/interlock")
            assert body["metadata"]["annotations"] == {"cert-manager.io/inject-ca-from": "interlock/tls"}
            body["webhooks"][0]["clientConfig"]["caBundle"] = "UEVN"
            body["webhooks"][0]["timeoutSeconds"] = 30
            await cluster.replace(f"{VALIDATING}/interlock", body)
            await kept.tend(NOW)
            mended = (await cluster.get(f"{VALIDATING}/interlock"))["webhooks"][0]
            assert (mended["clientConfig"]["caBundle"], mended["timeoutSeconds"]) == ("UEVN", 3)
            with pytest.raises(NotFoundError):
                await cluster.get(f"{SECRETS}/{SECRET}")

    asyncio.run(run())


def test_configurations_disappear_with_their_owner(tmp_path: Path, policies: PolicySet) -> None:
    owned = Installation(settings=Settings(), owner="interlock")

    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            with pytest.raises(NotFoundError):
                await upkeep(cluster, policies, owned).tend(NOW)
            role = {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": "interlock"},
                "rules": [],
            }
            stored = await cluster.create("/apis/rbac.authorization.k8s.io/v1/clusterroles", role)
            await upkeep(cluster, policies, owned).tend(NOW)
            (owner,) = (await cluster.get(f"{VALIDATING}/interlock"))["metadata"]["ownerReferences"]
            assert (owner["kind"], owner["uid"]) == ("ClusterRole", stored["metadata"]["uid"])

    asyncio.run(run())


def test_nothing_is_asked_for_before_policies_are_known(tmp_path: Path) -> None:
    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            for _ in range(2):
                await upkeep(cluster, None).tend(NOW)
            with pytest.raises(NotFoundError):
                await cluster.get(f"{VALIDATING}/interlock")

    asyncio.run(run())


def test_replicas_show_what_the_leader_made_and_then_the_next(tmp_path: Path, policies: PolicySet) -> None:
    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            vault = Vault(cluster, "interlock")
            state = StateDir(tmp_path / "state")
            shown = ClusterCertificate(Identity(), vault, state)
            assert not await shown.renew()
            kept = upkeep(cluster, policies)
            await kept.tend(NOW)
            assert await shown.renew()
            assert not await shown.renew()
            await kept.tend(NOW + timedelta(days=70))
            assert await shown.renew()
            held = await vault.held()
            assert held is not None
            assert (state.path / "server.pem").read_bytes() == held.leaf

    asyncio.run(run())


def test_namespaces_that_got_the_label_before_it_was_guarded_are_told_of(
    tmp_path: Path, policies: PolicySet
) -> None:
    settings = Settings(may_be_exempt=frozenset({"sandbox"}))
    log, lines = logged()

    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            for name in ("shop", "sandbox"):
                metadata = {"name": name, "labels": {"interlock.dev/exempt": "true"}}
                body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
                await cluster.create("/api/v1/namespaces", body)
            kept = Upkeep(cluster, Installation(settings=settings), lambda: policies, Metrics(), log)
            for later in (timedelta(0), timedelta(minutes=9), timedelta(minutes=11)):
                await kept.tend(NOW + later)

    asyncio.run(run())
    told = [line["namespace"] for line in lines if "is not listed" in line["event"]]
    assert told == ["shop", "shop"]


def test_policies_that_may_lock_out_are_told_of_once(tmp_path: Path) -> None:
    rules = "    - {name: never, forbid: 'true', message: no}\n"
    document = policy(spec="  match: {kinds: [Node]}\n", rules=rules)
    (tmp_path / "policies.yaml").write_text(policy_set() + "---\n" + document)
    policies = load([tmp_path / "policies.yaml"])
    log, lines = logged()

    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            kept = Upkeep(cluster, Installation(settings=Settings()), lambda: policies, Metrics(), log)
            for _ in range(2):
                await kept.tend(NOW)

    asyncio.run(run())
    (told,) = [line for line in lines if line["event"] == "policies may lock out"]
    assert "denies UPDATE of Node `worker-1`" in told["finding"]


def test_whatever_fails_is_told_and_tried_again(
    tmp_path: Path, policies: PolicySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the server refuses, then it sends what no server does, then all is well."""
    log, lines = logged()
    monkeypatch.setattr(upkeeping, "EVERY_SECONDS", 0.01)

    async def run() -> None:
        async with clustered(tmp_path) as cluster:
            found = iter([ClusterError("refused"), KeyError("metadata")])
            known = cluster.get

            async def get(path: str) -> dict[str, Any]:
                for error in found:
                    raise error
                return await known(path)

            monkeypatch.setattr(cluster, "get", get)
            keeping = asyncio.create_task(Upkeep(cluster, OURS, lambda: policies, Metrics(), log).keep())
            await until(lambda: any(line["event"] == "webhook configuration written" for line in lines))
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(run())
    failures = [line for line in lines if line["event"] == "webhook configurations can't be kept"]
    assert [line.get("error") for line in failures] == ["refused", None]
