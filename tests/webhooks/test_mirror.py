"""What is known of a resource, whatever a server tells."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from interlock_webhooks.cluster.answers import Event, Object
from interlock_webhooks.cluster.mirror import Mirror
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.cluster.resource import Kind, Resource
from interlock_webhooks.metrics import Metrics
from support.service import logged

BOXES = Resource(group="example.com", version="v1", plural="boxes", namespaced=True)


def mirror(*, is_required: bool = True) -> tuple[Mirror, list[dict[str, Any]]]:
    log, lines = logged()
    return Mirror(Kind(name="Box", resource=BOXES, is_required=is_required), Metrics(), log), lines


def box(name: str, **metadata: Any) -> Object:
    return {"metadata": {"name": name, "namespace": "shop", **metadata}, "spec": {}}


async def each_of(*objects: Object) -> AsyncIterator[Object]:
    for each in objects:
        yield each


def test_what_is_listed_and_told_is_known_with_its_kind_and_without_book_keeping() -> None:
    async def play() -> None:
        found, _ = mirror()
        await found.listed(each_of(box("a", managedFields=[{}]), box("b")))
        await found.happened(Event("MODIFIED", box("a", resourceVersion="7")))
        await found.happened(Event("DELETED", box("b")))
        await found.happened(Event("BOOKMARK", box("c")))
        kind = {"apiVersion": "example.com/v1", "kind": "Box"}
        assert found.objects == {("shop", "a"): {**kind, **box("a", resourceVersion="7")}}
        await found.listed(each_of(box("d", managedFields=[{}])))
        assert found.objects == {("shop", "d"): {**kind, **box("d")}}

    asyncio.run(play())


def test_what_has_no_name_is_passed_over() -> None:
    async def play() -> None:
        found, _ = mirror()
        strange: list[Any] = [{}, {"metadata": None}, {"metadata": {"name": 7}}, {"metadata": {"name": ""}}]
        strange.append({"metadata": {"name": "a", "namespace": []}})
        await found.listed(each_of(*strange))
        for each in strange:
            await found.happened(Event("ADDED", each))
            await found.happened(Event("DELETED", each))
        assert found.objects == {}
        assert found.missing == ""

    asyncio.run(play())


def test_it_says_what_is_missing_until_it_was_listed_once() -> None:
    async def play() -> None:
        found, lines = mirror()
        assert found.missing == "not listed yet"
        found.failed(ClusterError("the API server answers 403"))
        assert found.missing == "the API server answers 403"
        await found.listed(each_of(box("a")))
        found.failed(ClusterError("the API server answers 500"))
        found.failed(KeyError("a defect"))
        assert found.missing == ""
        assert ("shop", "a") in found.objects
        assert [line["level"] for line in lines] == ["error"] * 3
        assert {line["resource"] for line in lines} == {"boxes.example.com"}

    asyncio.run(play())


def test_a_kind_that_is_not_required_may_be_absent_but_not_forbidden() -> None:
    found, lines = mirror(is_required=False)
    found.failed(ClusterError("the API server answers 403"))
    assert found.missing == "the API server answers 403"
    found.failed(NotFoundError("the API server answers 404"))
    assert found.missing == ""
    assert len(lines) == 1
