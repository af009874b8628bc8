"""A small world in which everything is allowed that budgets allow."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from interlock.engine import Engine
from interlock.intents.extract import extract
from interlock.loading.policyset import PolicySet, load
from interlock.model.intent import Intent
from interlock.units import Instant
from support.documents import budget, catalog, policy_set

_OPEN: Final = policy_set("  layers: [{name: platform}]\n")
_PRICED: Final = catalog(
    "priced",
    """\
  models:
    - {names: [priced], class: small, provider: acme, hosting: external, price: {input: "1", output: "2"}}
    - {names: [unpriced], class: small, provider: acme, hosting: external}
""",
)

WORLD: Final = _OPEN, _PRICED
"""The documents of the world without a budget."""


@cache
def policies(*documents: str) -> PolicySet:
    """The policy set of `documents`, beside which nothing is forbidden."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "all.yaml")
        path.write_text("\n---\n".join([*WORLD, *documents]), encoding="utf-8")
        return load([path])


def engine_of(*documents: str) -> Engine:
    """An engine over `documents`."""
    return Engine(policies(*documents))


def limited(unit: str, most: object, spec: str = "", *, more: str = "", **fields: str) -> str:
    """A Budget of `most` of one unit, with `more` fields of the limit."""
    return budget(spec, limits=f"    - {{unit: {unit}, limit: {most}{more}}}\n", **fields)


def call(model: str = "priced", *, most: int | None = 100, words: str = "", **caller: Any) -> dict[str, Any]:
    """A check of a chat that reads 4 tokens and those of `words`, and writes `most` tokens."""
    chat: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": words}]}
    if most is not None:
        chat["max_tokens"] = most
    return {"chat": chat, "caller": caller}


def intent_of(engine: Engine, document: dict[str, Any] | None = None) -> Intent:
    """What `document` wants to do."""
    return extract(call() if document is None else document, engine.context_at(Instant(0)))
