"""Kubeconfig files."""

from pathlib import Path

import yaml

_SHOWN = 16


def kubeconfig(folder: Path, url: str, ca: str, token: str) -> Path:
    """A file in `folder` that leads to the API server at `url`, as who has `token`."""
    (folder / "ca.crt").write_text(ca)
    cluster = {"server": url, "certificate-authority": str(folder / "ca.crt")}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "test", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }
    path = folder / f"kubeconfig-{token[:_SHOWN]}"
    path.write_text(yaml.safe_dump(config))
    return path
