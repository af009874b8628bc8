"""Keys of an issuer over time, by a clock that the test sets."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from interlock.errors import OperatorError
from interlock_webhooks.clients import keys
from interlock_webhooks.clients.keys import OLD, PAUSE, TOO_OLD, Keys
from interlock_webhooks.refusal import RefusedError
from support.issuers import Issuer
from support.service import logged

_ISSUER = Issuer("http://127.0.0.1:1")
_SECOND = 1_000_000_000


class _Scene:
    """Keys that `answer` gives, at the nanosecond `now`; `asked` is how often it was asked."""

    def __init__(self, answer: Callable[[], Any] = lambda: _ISSUER.pages["/keys"]) -> None:
        self.answer = answer
        self.now = 10**12
        self.asked = 0
        log, self.lines = logged()
        self.keys = Keys("login", self._fetch, log, lambda: self.now)

    def _fetch(self) -> bytes:
        self.asked += 1
        return json.dumps(self.answer()).encode()

    def is_there(self, kid: str = "first") -> bool:
        return asyncio.run(self.keys.key(kid, "RS256")) is not None


def _unreachable() -> Any:
    raise OperatorError("the network is unreachable")


def test_keys_are_asked_for_again_once_they_are_old() -> None:
    scene = _Scene()
    assert scene.is_there()
    scene.now += OLD
    assert scene.is_there()
    assert scene.asked == 1
    scene.now += 1
    assert scene.is_there()
    assert scene.asked == 2


def test_a_key_that_is_not_there_is_asked_for_once_in_a_while() -> None:
    scene = _Scene()
    assert scene.is_there()
    for _ in range(5):
        assert not scene.is_there("second")
    assert scene.asked == 1
    scene.now += PAUSE + 1
    for _ in range(5):
        assert not scene.is_there("second")
    assert scene.asked == 2


def test_keys_are_kept_while_they_can_t_be_had_again_but_not_for_ever() -> None:
    scene = _Scene()
    assert scene.is_there()
    scene.answer = _unreachable
    scene.now += TOO_OLD
    assert scene.is_there()
    assert [line["error"] for line in scene.lines] == ["the network is unreachable"]
    scene.now += 1
    with pytest.raises(RefusedError, match="try again") as refused:
        scene.is_there()
    assert refused.value.status == 503
    scene.answer = lambda: _ISSUER.pages["/keys"]
    scene.now += PAUSE
    assert scene.is_there()


def test_who_can_do_with_old_keys_does_not_wait_for_new_ones() -> None:
    scene = _Scene()
    assert scene.is_there()
    arrived, go_on = threading.Event(), threading.Event()

    def slowly() -> Any:
        arrived.set()
        go_on.wait(10)
        return _ISSUER.pages["/keys"]

    async def scenario() -> None:
        scene.answer = slowly
        scene.now += OLD + 1
        first = asyncio.create_task(scene.keys.key("first", "RS256"))
        await asyncio.to_thread(arrived.wait, 10)
        assert await scene.keys.key("first", "RS256") is not None
        assert not first.done()
        go_on.set()
        assert await first is not None

    asyncio.run(scenario())
    assert scene.asked == 2


def test_the_times_that_keys_have_are_those_that_the_reference_names() -> None:
    assert {keys.OLD, keys.TOO_OLD, keys.PAUSE} == {300 * _SECOND, 3600 * _SECOND, 10 * _SECOND}
