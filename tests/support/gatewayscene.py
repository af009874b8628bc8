"""A real proxy between a client and an upstream, with our service as its authorizer."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import httpx

from support.budgets import WORLD, limited
from support.documents import policy
from support.envoyproxy import Change, proxy
from support.process import Running, eventually, running
from support.upstreams import Upstream, upstream

FORBIDDEN: Final = "forbidden"
"""The model that nobody may use. Of every other one, 300 tokens may be used a day."""

_LIMITED: Final = limited(
    "tokens",
    300,
    "  key: intent.models[0].name\n  match: {actions: [model.*]}\n",
    window="{calendar: {every: day}}",
)
_NEVER: Final = (
    f"    - {{name: never, forbid: 'intent.models.exists(m, m.name == \"{FORBIDDEN}\")', "
    "message: this model is not to be used, remedy: use another one}\n"
)
_OPENED: Final = policy("open", layer="platform", rules=_NEVER)


@dataclass(slots=True, kw_only=True)
class Scene:
    """What runs: `url` is a client's way in, `upstream` is behind it, and `service` is asked."""

    configuration: str
    folder: Path
    upstream: Upstream
    service: Running
    stack: ExitStack
    url: str = ""

    def enter(self, change: Change | None = None) -> None:
        """Have clients come through an Envoy whose configuration is changed so."""
        http, rpc = self.service.check.removeprefix("http://"), grpc_of(self.service)
        clusters = {
            "upstream": self.upstream.address,
            "interlock": http if self.configuration == "http.yaml" else rpc,
            "interlock-grpc": rpc,
        }
        folder = Path(mkdtemp(dir=self.folder))
        self.url = self.stack.enter_context(proxy(self.configuration, clusters, folder, change)).url

    def sent(self, path: str = "/v1/chat/completions", **request: Any) -> httpx.Response:
        """The answer to a request through the proxy."""
        method = "POST" if {"json", "content"} & request.keys() else "GET"
        return httpx.request(method, f"{self.url}{path}", timeout=30, **request)

    def chat(self, model: str, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
        """The answer to a chat that holds 104 tokens, and uses 34."""
        messages = [{"role": "user", "content": ""}]
        body = {"model": model, "messages": messages, "max_tokens": 100, **more}
        return self.sent(json=body, headers=headers or {})

    def account(self, model: str) -> tuple[int, int]:
        """What is spent and held of the tokens of `model`."""
        accounts = httpx.get(f"{self.service.check}/v1/budgets", timeout=30).json()["accounts"]
        return next(((each["spent"], each["held"]) for each in accounts if each["key"] == model), (0, 0))

    def killed(self) -> None:
        """Our process is killed."""
        self.service.process.kill()
        self.service.process.wait()

    def back(self) -> None:
        """It runs again, where it was."""
        where = (
            "--check-address",
            self.service.check.removeprefix("http://"),
            "--grpc-address",
            grpc_of(self.service),
        )
        self.service = self.stack.enter_context(
            running(self.folder / "policies", self.folder / "state", *where)
        )


def grpc_of(service: Running) -> str:
    """Where `service` listens for gRPC."""
    found = re.search(r"gRPC\s+(127\.0\.0\.1:\d+)", service.said)
    assert found is not None, service.said
    return found[1]


@contextmanager
def scene(
    configuration: str,
    folder: Path,
    *documents: str,
    change: Change | None = None,
    arguments: tuple[str | Path, ...] = (),
) -> Iterator[Scene]:
    """What runs with Envoy's `configuration`, and `documents` beside those that always are; until left.

    `change` is what is different in the configuration, and `arguments` are more of `interlock serve`.
    """
    policies = folder / "policies"
    policies.mkdir()
    (policies / "all.yaml").write_text(
        "\n---\n".join([*WORLD, _LIMITED, _OPENED, *documents]), encoding="utf-8"
    )
    with ExitStack() as stack:
        behind = stack.enter_context(upstream())
        where = ("--grpc-address", "127.0.0.1:0", *arguments)
        service = stack.enter_context(running(policies, folder / "state", *where))
        made = Scene(configuration=configuration, folder=folder, upstream=behind, service=service, stack=stack)
        made.enter(change)
        yield made


def settled(made: Scene, model: str, standing: tuple[int, int]) -> None:
    """Wait until the account of `model` stands so."""
    eventually(lambda: made.account(model) == standing)
