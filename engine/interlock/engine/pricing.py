"""What a call to a model costs: by the Catalog where it says so, else by what providers publish."""

from typing import Any, Final

from msgspec import Struct

from interlock.identity import Digest
from interlock.intents.classes import model_entry
from interlock.ledger.account import PARTS
from interlock.ledger.hold import Actual
from interlock.model.budget import Unit
from interlock.model.catalog import Catalog
from interlock.prices import published
from interlock.prices.cost import cost
from interlock.prices.row import Row, Terms, of_catalog
from interlock.prices.usage import Usage
from interlock.units import Instant

_USUAL: Final[Terms] = {}


class Reported(Struct, frozen=True):
    """What a provider's body says was used, and the row that it was priced by, if any was."""

    actual: Actual
    price: Digest | None


def row_of(model: str, provider: str | None, catalog: Catalog, at: Instant) -> Row | None:
    """The prices of `model`; None where nobody knows them."""
    entry = model_entry(model, catalog)
    if entry is None:
        return published.find(model, provider, at)
    ours = None if entry.is_shipped else of_catalog(entry)
    return ours or published.find(model, provider or entry.provider, at)


class Told(Struct, frozen=True):
    """What is said of a body beside it, where the body does not say it itself."""

    provider: str | None = None
    model: str | None = None
    flavor: str | None = None


def reported(body: Any, catalog: Catalog, at: Instant, told: Told) -> Reported:  # noqa: ANN401 - raw JSON
    """What `body`, a provider's own, says was used, and what that costs at `at`, exactly.

    Where nobody knows the price, the cost is left out.

    Raises:
        RequestError: it can't be read.
    """
    read = published.read(body, provider=told.provider, model=told.model, flavor=told.flavor)
    named = told.model or read.model
    return counted(read.usage, catalog, at, Told(told.provider, named), read.terms)


def counted(usage: Usage, catalog: Catalog, at: Instant, told: Told, terms: Terms = _USUAL) -> Reported:
    """What `usage` of the model in `told` is of each unit, and costs at `at` on `terms`, as `reported`.

    Raises:
        RequestError: a part is counted whose whole is not.
    """
    actual = {
        Unit.INPUT_TOKENS.value: usage.input_tokens * PARTS,
        Unit.OUTPUT_TOKENS.value: usage.output_tokens * PARTS,
        Unit.TOKENS.value: (usage.input_tokens + usage.output_tokens) * PARTS,
    }
    row = None if told.model is None else row_of(told.model, told.provider, catalog, at)
    if row is None:
        return Reported(actual, None)
    # A micro-USD has as many pico-USD as a unit has parts.
    return Reported({**actual, Unit.COST.value: cost(row.under(terms), usage).total}, row.digest)
