"""What becomes of requests when our service dies, and when its certificates change."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from kubernetes import client, config

from support.clusters import free_ports
from support.e2e import Cluster
from support.installed import configurations, registered
from support.kubernetes.certificates import Pair, authority, signed
from support.manifests import created, named
from support.process import Running, eventually, running
from support.reviews import pod

_ASKING = 3
_SOON = 60


@contextmanager
def _running(policies: Path, state: Path, port: int, *arguments: str | Path) -> Iterator[Running]:
    address = ("--webhook-address", f"127.0.0.1:{port}")
    with running(policies, state, *address, *arguments) as started:
        yield started


def test_while_our_service_is_dead_nothing_gets_past_it_and_then_it_decides_again(
    cluster: Cluster, policies: Path, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    create = ("create", "--dry-run=server", "-f", "-")
    allowed, denied = named("allowed", pod(team="a")), named("denied", pod())
    with _running(policies, tmp_path, port) as service, registered(cluster, service, failurePolicy="Fail"):
        cluster.kubectl.done(*create, given=allowed)
        service.process.kill()
        service.process.wait()
        assert "failed calling webhook" in cluster.kubectl.refused(*create, given=allowed)
        with _running(policies, tmp_path, port):
            cluster.kubectl.done(*create, given=allowed)
            assert "no team answers" in cluster.kubectl.refused(*create, given=denied)


def test_whose_failure_is_ignored_hinders_nobody_and_the_audit_log_has_it(
    cluster: Cluster, policies: Path, tmp_path: Path
) -> None:
    with running(policies, tmp_path) as mortal, registered(cluster, mortal, failurePolicy="Ignore"):
        mortal.process.kill()
        mortal.process.wait()
        with created(cluster, named("lucky", pod())):
            said = cluster.annotations("lucky")
    assert said["failed-open.validating.webhook.admission.k8s.io/round_0_index_0"] == "validate.example.com"


class _Load:
    """Many who ask all the time. `refusals` is what they were told instead of an answer."""

    def __init__(self, cluster: Cluster) -> None:
        self.refusals: list[str] = []
        self._answered = 0
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(cluster,)) for _ in range(_ASKING)]

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for each in self._threads:
            each.join()

    def goes_on(self) -> None:
        """Wait until everybody could have been answered with what is there now."""
        before = self._answered
        eventually(lambda: self._answered > before + 5 * _ASKING or bool(self.refusals), _SOON)

    def _ask(self, cluster: Cluster) -> None:
        with config.new_client_from_config(str(cluster.kubectl.config)) as api:
            pods = client.CoreV1Api(api)
            asked: Any = named("asked", pod(team="a"))
            while not self._ends.is_set():
                try:
                    pods.create_namespaced_pod("default", asked, dry_run="All")
                except client.ApiException as error:
                    self.refusals.append(str(error.body))
                self._answered += 1
            api.rest_client.pool_manager.clear()


def _show(folder: Path, shown: Pair) -> None:
    """Replace the certificate as one who knows how does it: both files anew, the key first."""
    for name, text in (("tls.key", shown.key_pem), ("tls.crt", shown.pem)):
        fresh = folder / f"new-{name}"
        fresh.write_text(text)
        fresh.replace(folder / name)


def _shows(port: int, pair: Pair) -> bool:
    """Whether our service shows the certificate of `pair`."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain) as shaken:
        certificate = shaken.getpeercert(binary_form=True)
    assert certificate is not None
    return x509.load_der_x509_certificate(certificate) == pair.certificate


def test_certificates_and_their_authority_change_under_load_and_no_request_fails(
    cluster: Cluster, policies: Path, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    old, new = authority("old"), authority("new")
    _show(tmp_path, signed(old, "127.0.0.1"))
    files = ("--cert", tmp_path / "tls.crt", "--key", tmp_path / "tls.key")
    steps = [
        (old.pem, signed(old, "127.0.0.1")),
        (old.pem + new.pem, signed(new, "127.0.0.1")),
        (new.pem, signed(new, "127.0.0.1")),
    ]
    with _running(policies, tmp_path / "state", port, *files) as service:
        given = configurations(service.webhook, old.pem)
        cluster.kubectl.done("apply", "-f", "-", given=given)
        try:
            with _Load(cluster) as load:
                load.goes_on()
                for trusted, shown in steps:
                    cluster.kubectl.done("apply", "-f", "-", given=configurations(service.webhook, trusted))
                    cluster.notices()
                    load.goes_on()
                    _show(tmp_path, shown)
                    eventually(partial(_shows, port, shown), _SOON)
                    load.goes_on()
        finally:
            cluster.kubectl.done("delete", "-f", "-", given=given)
    assert load.refusals == []
