"""Callers that hold and end holds as fast as they are answered, and note every answer before they go on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from random import Random
from typing import Any, Final, TypeAlias

from chaos.notes import Note, wanted
from chaos.wire import Answer, Lost, Wire

CALLERS: Final = 64
Ask: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[Answer]]


async def load(
    url: str, organization: str, random: Random, kill: Callable[[], None], seconds: float
) -> list[Note]:
    """The notes of all callers of the service at `url`, until somebody is killed after some seconds.

    However slow the machine, nobody is killed before a hold has ended: there is something to lose.
    """
    notes: list[Note] = []
    ended = asyncio.Event()
    calling = asyncio.gather(*(_call(url, organization, random, notes, ended) for _ in range(CALLERS)))
    waiting = asyncio.create_task(ended.wait())
    await asyncio.sleep(seconds)
    either: list[asyncio.Future[Any]] = [waiting, calling]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    kill()
    await calling
    return notes


async def _call(url: str, organization: str, random: Random, notes: list[Note], ended: asyncio.Event) -> None:
    with suppress(Lost, OSError), closing(await Wire.to(url)) as wire:
        while True:
            note = wanted(organization, random)
            notes.append(note)
            _, note.answer = await wire.ask("/v1/check", note.check)
            if note.hold is not None and not note.waits:
                await finish(note, wire.ask)
                if note.is_ended:
                    ended.set()


async def finish(note: Note, ask: Ask) -> str:
    """What the hold of `note` was when it was ended as wanted; an empty text where it was not."""
    if note.end is None:
        return ""
    hold = {"hold": note.hold}
    if note.extends and not note.was_sent:
        await ask("/v1/extend", hold | {"holdFor": "15m"})
    path, body = note.end
    note.was_sent = True
    status, answer = await ask(path, hold | body)
    note.is_ended = status == 200
    return str(answer.get("was", ""))
