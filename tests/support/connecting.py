"""The service's own client, connected to the API server that tests use."""

from pathlib import Path

from kubernetes.aio.client import Configuration

from interlock_webhooks.cluster.client import Cluster
from support.kubernetes.server import ApiServer


def connected(server: ApiServer, folder: Path, token: str = "admin") -> Cluster:  # noqa: S107 - no secret
    """A client of `server` for who has `token`; it keeps in `folder` whom it trusts."""
    configuration = Configuration()
    configuration.host = server.url
    configuration.ssl_ca_cert = str(folder / "ca.crt")
    configuration.api_key["BearerToken"] = f"Bearer {token}"
    (folder / "ca.crt").write_text(server.ca)
    return Cluster(configuration)
