"""The API server that tests use: versions, pages, watches, conflicts, and how it fails."""

import json
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from support.kubernetes.server import ApiServer
from support.kubernetes.thread import Threaded
from support.webhookscene import PODS, Scene

_MAPS = "/api/v1/namespaces/default/configmaps"


def _map(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": {"a": "b"}}


@pytest.fixture(autouse=True)
def _empty(scene: Scene) -> None:
    scene.client.delete(_MAPS)


def _watched(scene: Scene, **query: str) -> list[tuple[str, str]]:
    """Type and name of all that a watch tells within a second."""
    answer = scene.client.get(_MAPS, params={"watch": "true", "timeoutSeconds": "1", **query})
    events = [json.loads(line) for line in answer.text.splitlines()]
    return [(each["type"], each["object"]["metadata"].get("name", "")) for each in events]


def _version(scene: Scene) -> str:
    version: str = scene.client.get(_MAPS).json()["metadata"]["resourceVersion"]
    return version


async def _forget(server: ApiServer) -> None:
    server.store.forget()


def test_a_page_goes_on_with_what_was_there_when_the_list_began(scene: Scene) -> None:
    for name in "abc":
        scene.post(_MAPS, _map(name))
    first = scene.client.get(_MAPS, params={"limit": "2"}).json()
    assert first["metadata"]["remainingItemCount"] == 1
    scene.client.delete(f"{_MAPS}/c")
    second = scene.client.get(_MAPS, params={"limit": "2", "continue": first["metadata"]["continue"]}).json()
    assert [each["metadata"]["name"] for each in second["items"]] == ["c"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_a_watch_tells_what_happened_after_its_version(scene: Scene) -> None:
    scene.post(_MAPS, _map("a"))
    since = _version(scene)
    scene.post(_MAPS, _map("b"))
    scene.client.put(f"{_MAPS}/b", json=_map("b", labels={"x": "y"}))
    scene.client.delete(f"{_MAPS}/b")
    assert _watched(scene, resourceVersion=since) == [("ADDED", "b"), ("MODIFIED", "b"), ("DELETED", "b")]


def test_what_is_selected_no_more_is_deleted_for_who_watches(scene: Scene) -> None:
    scene.post(_MAPS, _map("a", labels={"x": "y"}))
    since = _version(scene)
    scene.client.put(f"{_MAPS}/a", json=_map("a"))
    scene.client.put(f"{_MAPS}/a", json=_map("a", labels={"x": "y"}))
    told = _watched(scene, resourceVersion=since, labelSelector="x=y")
    assert told == [("DELETED", "a"), ("ADDED", "a")]


def test_a_watch_can_begin_with_what_is_there_and_says_when_that_is_all(scene: Scene) -> None:
    scene.post(_MAPS, _map("a"))
    assert _watched(scene)[0] == ("ADDED", "a")
    begins = {"sendInitialEvents": "true", "allowWatchBookmarks": "true"}
    assert _watched(scene, **begins)[:2] == [("ADDED", "a"), ("BOOKMARK", "")]


def test_a_bookmark_ends_a_watch_that_wants_to_know(scene: Scene) -> None:
    since = _version(scene)
    assert _watched(scene, resourceVersion=since) == []
    assert _watched(scene, resourceVersion=since, allowWatchBookmarks="true") == [("BOOKMARK", "")]


def test_a_watch_that_wants_to_know_is_told_how_far_it_is(scene: Scene, cluster: Threaded) -> None:
    query = {"watch": "true", "allowWatchBookmarks": "true", "resourceVersion": _version(scene)}
    with scene.client.stream("GET", _MAPS, params=query) as watch:
        # Other objects change as well, of which this watch tells nothing.
        version = scene.create().json()["metadata"]["resourceVersion"]
        cluster.run(_mark)
        event = json.loads(next(watch.iter_lines()))
    assert (event["type"], event["object"]["metadata"]["resourceVersion"]) == ("BOOKMARK", version)


async def _mark(server: ApiServer) -> None:
    server.reader.bookmark()


def test_what_is_forgotten_is_gone(scene: Scene, cluster: Threaded) -> None:
    for name in "ab":
        scene.post(_MAPS, _map(name))
    page = scene.client.get(_MAPS, params={"limit": "1"}).json()["metadata"]
    cluster.run(_forget)
    scene.post(_MAPS, _map("c"))
    rest = scene.client.get(_MAPS, params={"limit": "1", "continue": page["continue"]})
    assert (rest.status_code, rest.json()["reason"]) == (HTTPStatus.GONE, "Expired")
    answer = scene.client.get(_MAPS, params={"watch": "true", "resourceVersion": "1"})
    event = json.loads(answer.text)
    assert (event["type"], event["object"]["code"]) == ("ERROR", HTTPStatus.GONE)


def test_who_knows_an_old_version_only_is_refused(scene: Scene) -> None:
    old = scene.post(_MAPS, _map("a")).json()
    assert scene.client.put(f"{_MAPS}/a", json=_map("a", labels={"x": "y"})).status_code == HTTPStatus.OK
    refused = scene.client.put(f"{_MAPS}/a", json=old)
    assert (refused.status_code, refused.json()["reason"]) == (HTTPStatus.CONFLICT, "Conflict")
    assert "the object has been modified" in refused.json()["message"]


def test_a_change_of_nothing_makes_no_version_and_one_of_labels_no_generation(scene: Scene) -> None:
    stored = scene.create().json()
    again = scene.client.put(f"{PODS}/a", json=stored).json()
    assert again["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]
    stored["metadata"]["labels"] = {"x": "y"}
    labelled = scene.client.put(f"{PODS}/a", json=stored).json()
    assert labelled["metadata"]["generation"] == 1
    labelled["spec"]["containers"][0]["image"] = "other"
    assert scene.client.put(f"{PODS}/a", json=labelled).json()["metadata"]["generation"] == 2


def test_what_has_finalizers_goes_when_the_last_of_them_is_taken_away(scene: Scene) -> None:
    scene.post(_MAPS, _map("a", finalizers=["example.com/f"]))
    assert "deletionTimestamp" in scene.client.delete(f"{_MAPS}/a").json()["metadata"]
    assert scene.client.get(f"{_MAPS}/a").status_code == HTTPStatus.OK
    scene.client.put(f"{_MAPS}/a", json=_map("a"))
    assert scene.client.get(f"{_MAPS}/a").status_code == HTTPStatus.NOT_FOUND


def test_it_can_refuse_break_and_go_down_and_forgets_nothing_of_it(scene: Scene, cluster: Threaded) -> None:
    server = cluster.server
    scene.post(_MAPS, _map("a"))
    server.faults[_MAPS] = 403
    assert scene.client.get(_MAPS).status_code == HTTPStatus.FORBIDDEN
    server.faults.clear()
    with scene.client.stream("GET", _MAPS, params={"watch": "true"}) as watch:
        lines = watch.iter_lines()
        assert json.loads(next(lines))["object"]["metadata"]["name"] == "a"
        cluster.run(_break)
        with pytest.raises(httpx.TransportError):
            next(lines)
    cluster.run(ApiServer.stop)
    with pytest.raises(httpx.TransportError):
        scene.client.get(_MAPS)
    cluster.run(ApiServer.start)
    assert scene.client.get(f"{_MAPS}/a").status_code == HTTPStatus.OK


async def _break(server: ApiServer) -> None:
    server.drop()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (_map("A_b"), HTTPStatus.UNPROCESSABLE_ENTITY),
        (_map("", generateName="made-"), HTTPStatus.CREATED),
        ({**_map("a"), "kind": "Secret"}, HTTPStatus.BAD_REQUEST),
        (_map("a", namespace="other"), HTTPStatus.BAD_REQUEST),
    ],
)
def test_what_does_not_fit_is_refused(scene: Scene, body: dict[str, Any], status: HTTPStatus) -> None:
    assert scene.post(_MAPS, body).status_code == status


def test_nothing_is_created_in_a_namespace_that_is_not_there(scene: Scene) -> None:
    answer = scene.post(_MAPS.replace("default", "nowhere"), _map("a", namespace="nowhere"))
    assert answer.json()["message"] == 'namespaces "nowhere" not found'
