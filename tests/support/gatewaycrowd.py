"""Chats through LiteLLM's proxy, one by one and many at once, and what became of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from support.budgets import WORLD, limited
from support.documents import catalog
from support.fakemodel import Model
from support.litellmproxy import Proxy
from support.process import Running, eventually, running

CALLERS: Final = 64
OUTPUT: Final = 500
"""Tokens that each call may write, and writes."""

LIMIT: Final = 10_000
"""Micro-USD of the budget: nine calls and a bit."""

_FLAKY: Final = catalog(
    "flaky",
    """\
  models:
    - {names: [flaky], class: small, provider: acme, hosting: external, price: {input: "1", output: "2"}}
""",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is to be."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Its check listener's."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def service(here: Place, *documents: str, **budget: str) -> Iterator[Running]:
    """Our service, with a budget of `LIMIT` and `documents`."""
    policies = here.folder / "policies"
    policies.mkdir(parents=True)
    ours = limited("cost", f'"{LIMIT / 1_000_000:f}"', **budget)
    (policies / "all.yaml").write_text("\n---\n".join([*WORLD, _FLAKY, ours, *documents]), encoding="utf-8")
    address = ("--check-address", f"127.0.0.1:{here.port}")
    with running(policies, here.folder / "state", *address) as found:
        yield found


def models(model: Model) -> dict[str, dict[str, Any]]:
    """Deployments at `model`, with the prices that the Catalog has, as LiteLLM writes them."""
    common = {
        "api_base": model.url,
        "api_key": "none",
        "input_cost_per_token": 0.000001,
        "output_cost_per_token": 0.000002,
    }
    return {name: {"model": f"openai/{name}", **common} for name in ("priced", "flaky")}


def body(word: str = "hello", **more: Any) -> dict[str, Any]:
    """A chat that says `word`."""
    return {"model": "priced", "messages": [{"role": "user", "content": word}], "max_tokens": OUTPUT, **more}


def chat(proxy: Proxy, word: str = "hello", **more: Any) -> httpx.Response:
    """What the proxy answers to one chat."""
    return post(proxy, "/v1/chat/completions", body(word, **more))


def post(proxy: Proxy, path: str, asked: dict[str, Any]) -> httpx.Response:
    """What the proxy answers to one request."""

    async def answered() -> httpx.Response:
        async with proxy.client() as client:
            return await client.post(path, json=asked)

    return asyncio.run(answered())


async def crowd(proxy: Proxy) -> list[int]:
    """The statuses of chats of `CALLERS` at once, every other one streamed."""

    async def one(client: httpx.AsyncClient, number: int) -> int:
        asked = body(f"hello {number}", stream=number % 2 == 1)
        return (await client.post("/v1/chat/completions", json=asked)).status_code

    async with proxy.client() as client:
        return await asyncio.gather(*(one(client, number) for number in range(CALLERS)))


def served(model: Model) -> int:
    """Micro-USD of all that `model` served."""
    return sum(usage["prompt_tokens"] + 2 * usage["completion_tokens"] for usage in model.served)


async def leave(proxy: Proxy, path: str, asked: dict[str, Any]) -> None:
    """Go away when the first line of a stream comes."""
    async with (
        proxy.client() as client,
        client.stream("POST", path, json={**asked, "stream": True}) as response,
    ):
        async for _ in response.aiter_lines():
            return


def spent(running: Running, seconds: float = 30) -> int:
    """Micro-USD that are spent, once nothing is held any more, which is within so many `seconds`."""
    stands: list[tuple[int, int]] = []

    def is_settled() -> bool:
        accounts = httpx.get(f"{running.check}/v1/budgets").json()["accounts"]
        stands[:] = [(account["spent"], account["held"]) for account in accounts]
        return all(held == 0 for _, held in stands)

    eventually(is_settled, seconds=seconds)
    return sum(each for each, _ in stands)
