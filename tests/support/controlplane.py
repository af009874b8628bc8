"""A real control plane: etcd and kube-apiserver from the folder that `KUBEBUILDER_ASSETS` names.

That is where `setup-envtest` puts them. No controller runs, no scheduler and no kubelet: what is stored stays
as it is, and namespaces never end.
"""

import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.clusters import free_ports
from support.kubernetes.certificates import authority, signed

VARIABLE = "KUBEBUILDER_ASSETS"
_STARTS_WITHIN = 90
_STOPS_WITHIN = 20
_ATTEMPTS = 3

# What is annotated is at `Request` for what tests create; the rest of the log would only be noise.
_AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Request", "verbs": ["create", "update", "patch", "delete"]}, {"level": "None"}],
}


class StartError(Exception):
    """A process ended before it was ready, or was not ready in time."""


class ControlPlane:
    """A control plane that runs. `url` is its API server's, `ca` whom it has its certificate from."""

    def __init__(self, folder: Path, assets: Path) -> None:
        self.folder = folder
        self.kubectl = assets / "kubectl"
        self._assets = assets
        self.processes: list[subprocess.Popen[bytes]] = []
        self._authority = authority("control plane")
        self.ca = self._authority.pem
        client, peer, self._port = free_ports(3)
        self._etcd = f"http://127.0.0.1:{client}"
        self._peer = f"http://127.0.0.1:{peer}"
        self.url = f"https://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Run both, and wait until the API server is ready.

        Raises:
            StartError: it won't be.
        """
        self._run("etcd", self._etcd_options())
        with httpx.Client(timeout=5) as client:
            self._await("etcd", f"{self._etcd}/health", client)
        self._run("kube-apiserver", self._api_server_options())
        trust = ssl.create_default_context(cadata=self.ca)
        with httpx.Client(verify=trust, timeout=5, headers={"authorization": "Bearer admin"}) as client:
            self._await("kube-apiserver", f"{self.url}/readyz", client)
            # The namespace that tests use is made by the API server itself, soon after it is ready.
            self._await("kube-apiserver", f"{self.url}/api/v1/namespaces/default", client)

    def stop(self) -> None:
        """End both, the API server first."""
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(_STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    @property
    def audit_log(self) -> Path:
        """What the API server writes about each request, a JSON object a line."""
        return self.folder / "audit.log"

    def _etcd_options(self) -> list[str]:
        return [
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={self._etcd}",
            f"--advertise-client-urls={self._etcd}",
            f"--listen-peer-urls={self._peer}",
            f"--initial-advertise-peer-urls={self._peer}",
            f"--initial-cluster=default={self._peer}",
            "--unsafe-no-fsync",
        ]

    def _api_server_options(self) -> list[str]:
        private, public = self._service_account_keys()
        shown = signed(self._authority, "127.0.0.1", "localhost")
        return [
            f"--etcd-servers={self._etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self._port}",
            f"--cert-dir={self.folder}",
            f"--tls-cert-file={self._file('apiserver.crt', shown.pem)}",
            f"--tls-private-key-file={self._file('apiserver.key', shown.key_pem)}",
            f"--client-ca-file={self._file('ca.crt', self.ca)}",
            # token,user,uid,"groups"
            f"--token-auth-file={self._file('tokens.csv', 'admin,admin,admin,system:masters')}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={public}",
            f"--service-account-signing-key-file={private}",
            # No controller makes the service accounts that pods would need, nor writes endpoints of loopback.
            "--disable-admission-plugins=ServiceAccount",
            "--endpoint-reconciler-type=none",
            "--allow-privileged=true",
            f"--audit-policy-file={self._file('audit.yaml', yaml.safe_dump(_AUDIT_POLICY))}",
            f"--audit-log-path={self.audit_log}",
            "--audit-log-mode=blocking",
        ]

    def _service_account_keys(self) -> tuple[Path, Path]:
        """What tokens of service accounts are signed and verified with: files in the forms that are read."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return self._file("sa.key", private.decode()), self._file("sa.pub", public.decode())

    def _file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def _run(self, name: str, options: Sequence[str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(self._assets / name), *options], stdout=log, stderr=log, cwd=self.folder
            )
        self.processes.append(process)

    def _await(self, name: str, url: str, client: httpx.Client) -> None:
        """Wait until `url` answers with 200."""
        process, until = self.processes[-1], time.monotonic() + _STARTS_WITHIN
        while not _answers(client, url):
            if process.poll() is not None or time.monotonic() > until:
                log = (self.folder / f"{name}.log").read_text(errors="replace")
                raise StartError(f"{name} is not ready at {url}: {log[-2000:]}")
            time.sleep(0.1)


@contextmanager
def control_plane() -> Iterator[ControlPlane]:
    """A control plane of one's own; ports that were free may be taken meanwhile, so it is tried again."""
    assets = Path(os.environ[VARIABLE]).resolve()
    missing = [name for name in ("etcd", "kube-apiserver", "kubectl") if not shutil.which(str(assets / name))]
    assert not missing, f"{VARIABLE} names {assets}, which has no {', '.join(missing)}: run setup-envtest"
    with ExitStack() as stack:
        yield _started(stack, assets, _ATTEMPTS)


def _started(stack: ExitStack, assets: Path, attempts: int) -> ControlPlane:
    plane = ControlPlane(Path(stack.enter_context(TemporaryDirectory())), assets)
    stack.callback(plane.stop)
    try:
        plane.start()
    except StartError:
        plane.stop()
        if attempts > 1:
            return _started(stack, assets, attempts - 1)
        raise
    return plane


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == 200
    except httpx.TransportError:
        return False
