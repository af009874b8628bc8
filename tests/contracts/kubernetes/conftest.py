"""A cluster in this process, with webhooks that answer as a test says."""

from collections.abc import Iterator

import pytest

from support.kubernetes.thread import Threaded, in_thread
from support.webhookscene import Scene


@pytest.fixture(scope="module")
def cluster() -> Iterator[Threaded]:
    with in_thread() as cluster:
        yield cluster


@pytest.fixture
def scene(cluster: Threaded) -> Iterator[Scene]:
    scene = Scene(cluster)
    yield scene
    scene.clear()
