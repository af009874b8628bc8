"""Policies are renewed while requests are decided."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.errors import AuthorError
from interlock_webhooks import reload, watch
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.watch import changes, fingerprint
from support.asgi import ask, send
from support.policies import MODELS
from support.reviews import chat, encoded
from support.service import LoggedService, service_over

_BROKEN = MODELS.replace("model.name.startsWith", "model.nmae.startsWith")
_STRICTER = MODELS.replace('startsWith("good")', 'startsWith("better")')


def _readiness(check: Application) -> dict[str, object]:
    answer: dict[str, object] = ask(check, "/readyz", method="GET").json()
    return answer


def _decision(check: Application) -> str:
    decision: str = ask(check, "/v1/check", encoded(chat("good-1"))).json()["decision"]
    return decision


def test_a_service_does_not_start_on_policies_that_do_not_load(folder: Path) -> None:
    (folder / "models.yaml").write_text(_BROKEN)
    with pytest.raises(AuthorError):
        service_over(folder)


def test_changed_policies_decide_from_then_on(folder: Path, service: LoggedService, check: Application) -> None:
    before = _readiness(check)["policySet"]
    assert _decision(check) == "allow"
    (folder / "models.yaml").write_text(_STRICTER)
    asyncio.run(service.policies.reload())
    assert _decision(check) == "deny"
    after = _readiness(check)["policySet"]
    assert after != before
    metrics = service.metrics.exposition().decode()
    assert f'interlock_policy_set_info{{digest="{after}"}} 1.0' in metrics
    assert str(before) not in metrics
    assert 'interlock_policy_reload_total{outcome="loaded"} 1.0' in metrics


def test_a_broken_file_keeps_the_last_good_policies_and_a_fixed_one_heals(
    folder: Path, service: LoggedService, check: Application
) -> None:
    before = _readiness(check)["policySet"]
    (folder / "models.yaml").write_text(_BROKEN)
    asyncio.run(service.policies.reload())
    assert _decision(check) == "allow"
    assert _readiness(check) == {
        "status": "ready",
        "policySet": before,
        "missing": [],
        "stale": True,
        "problems": 2,
    }
    assert "interlock_policy_set_stale 1.0" in service.metrics.exposition().decode()
    assert 'interlock_policy_reload_total{outcome="failed"} 1.0' in service.metrics.exposition().decode()
    (logged,) = service.lines
    assert logged["level"] == "error"
    assert all("models.yaml:" in problem for problem in logged["problems"])

    (folder / "models.yaml").write_text(MODELS)
    asyncio.run(service.policies.reload())
    assert _readiness(check) == {
        "status": "ready",
        "policySet": before,
        "missing": [],
        "stale": False,
        "problems": 0,
    }
    assert "interlock_policy_set_stale 0.0" in service.metrics.exposition().decode()
    assert 'interlock_policy_reload_total{outcome="unchanged"} 1.0' in service.metrics.exposition().decode()


def test_a_text_that_takes_too_much_to_check_keeps_the_last_good_policies_deciding(
    folder: Path, service: LoggedService, check: Application
) -> None:
    levels = "".join(f"[{{a{level}: a{level}}}].map(a{level + 1}, " for level in range(25))
    doubling = f"[{{1: 1}}].map(a0, {levels}a25{')' * 26} != []"
    (folder / "models.yaml").write_text(MODELS.replace('model.name.startsWith("good")', f'"{doubling}"'))
    body = encoded(chat("good-1"))

    async def decide_while_reloading() -> list[str]:
        reloading = asyncio.create_task(service.policies.reload())
        decisions = []
        while not reloading.done():
            async with asyncio.timeout(1):
                decisions.append((await send(check, "/v1/check", body)).json()["decision"])
            await asyncio.sleep(0.01)
        return decisions

    decisions = asyncio.run(decide_while_reloading())
    assert len(decisions) > 10
    assert set(decisions) == {"allow"}
    assert _readiness(check)["stale"] is True
    (logged,) = service.lines
    (problem,) = logged["problems"]
    assert problem.startswith(f"{folder}/models.yaml:10:16: takes too much to check: simplify it")


def test_a_folder_that_vanishes_keeps_the_last_good_policies(
    folder: Path, service: LoggedService, check: Application
) -> None:
    folder.rename(folder.with_name("gone"))
    asyncio.run(service.policies.reload())
    assert _decision(check) == "allow"
    assert _readiness(check)["stale"] is True


def test_the_watch_puts_changed_files_in_force(folder: Path, service: LoggedService) -> None:
    before = service.policies.in_force.engine

    async def change() -> None:
        watching = asyncio.create_task(service.policies.watch())
        (folder / "models.yaml").write_text(_STRICTER)
        async with asyncio.timeout(10):
            await _until(lambda: service.policies.in_force.engine is not before)
        watching.cancel()

    asyncio.run(change())


def test_where_the_system_can_not_watch_changes_are_noticed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_paths: Path, **_options: object) -> object:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watch, "awatch", refused)
    monkeypatch.setattr(watch, "_LOOK_EVERY_MS", 10)

    async def notice() -> None:
        watching = changes((tmp_path,), fingerprint((tmp_path,)))
        for name in ("a", "b"):
            (tmp_path / name).write_text("new")
            assert await asyncio.wait_for(anext(watching), 10) == fingerprint((tmp_path,))
        await watching.aclose()

    asyncio.run(notice())


def test_a_loader_that_breaks_keeps_the_last_good_policies(
    service: LoggedService, check: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_paths: object) -> object:
        raise KeyError("a bug")

    monkeypatch.setattr(reload, "load", broken)
    asyncio.run(service.policies.reload())
    assert _decision(check) == "allow"
    assert _readiness(check)["stale"] is True
    assert [line["event"] for line in service.lines] == [
        "policies failed to load",
        "policies kept: the changed documents don't load",
    ]


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - what is waited for is not told by an event
        await asyncio.sleep(0.001)


def test_one_batch_is_decided_by_one_policy_set_while_sets_change(folder: Path, service: LoggedService) -> None:
    check = check_app(service)
    body = encoded({"checks": [chat("good-1")] * 50})

    async def swap_under_load() -> set[str]:
        seen: set[str] = set()

        async def ask_on() -> None:
            while not swapped.is_set():
                decisions = (await send(check, "/v1/check/batch", body)).json()["decisions"]
                assert len({(one["policySet"], one["decision"]) for one in decisions}) == 1
                seen.add(decisions[0]["policySet"])

        swapped = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(4):
                tasks.create_task(ask_on())
            for text in (_STRICTER, MODELS, _BROKEN, _STRICTER):
                (folder / "models.yaml").write_text(text)
                await service.policies.reload()
                async with asyncio.timeout(10):
                    await _until(lambda: service.policies.in_force.engine.policies.digest in seen)
            swapped.set()
        return seen

    assert len(asyncio.run(swap_under_load())) == 2


def test_what_changes_in_a_folder_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")

    async def notice() -> list[bool]:
        noticed = []
        watching = changes((tmp_path,), fingerprint((tmp_path,)))
        for change in (
            lambda: (tmp_path / "a").write_text("22"),
            lambda: (tmp_path / "b").write_text("new"),
            lambda: (tmp_path / "b").replace(tmp_path / "a"),
            (tmp_path / "a").unlink,
        ):
            next_change = asyncio.create_task(anext(watching))
            await asyncio.sleep(0.1)
            change()
            found = await asyncio.wait_for(next_change, 10)
            noticed.append(found == fingerprint((tmp_path,)))
        await watching.aclose()
        return noticed

    assert asyncio.run(notice()) == [True] * 4


def test_what_changed_before_the_watch_began_is_noticed_too(tmp_path: Path) -> None:
    seen = fingerprint((tmp_path,))
    (tmp_path / "a").write_text("1")

    async def notice() -> bool:
        async for _ in changes((tmp_path,), seen):
            return True
        return False

    assert asyncio.run(asyncio.wait_for(notice(), 10))


def test_a_link_that_dangles_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    assert fingerprint((tmp_path,)) == frozenset()
