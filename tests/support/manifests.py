"""Objects of end-to-end tests, in the namespace `default`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.e2e import Cluster


def named(name: str, item: dict[str, Any]) -> dict[str, Any]:
    """`item` with another name."""
    metadata = {**item["metadata"], "name": name, "namespace": "default"}
    return {**item, "metadata": metadata}


@contextmanager
def created(cluster: Cluster, item: dict[str, Any]) -> Iterator[str]:
    """What kubectl says, on both of its outputs, while `item` exists."""
    said = cluster.kubectl("create", "-f", "-", given=item)
    assert said.code == 0, said.err
    try:
        yield said.out + said.err
    finally:
        cluster.kubectl.done("delete", "--now", "-f", "-", given=item)
