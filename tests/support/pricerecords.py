"""The recorded usage bodies of genai-prices, and how what is found of each differs from what is recorded."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from interlock.prices import published
from interlock.prices.cost import Cost, cost
from interlock.prices.reading import Reported
from interlock.units import Instant

CORPUS: Final = Path(__file__).parents[3] / "shared/corpora/genai-prices/usages.json"
DIFFERENCES: Final = Path(__file__).parents[1] / "corpora/price_differences.toml"

RECORDED_AT: Final = Instant(1_768_910_400_000)
"""2026-01-20, noon in UTC: before most of the recorded prices changed, and at an hour without discounts."""

_PICO: Final = 10**12


class Difference(NamedTuple):
    """Rows of one model that differ in one way."""

    what: str
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row: a body as one flavor of a provider, its counts, and what they cost where they had a price."""

    body: Any
    provider: str
    flavor: str
    counts: dict[str, int]
    prices: dict[str, int] | None

    def read(self) -> Reported:
        """What the body says."""
        return published.read(self.body, provider=self.provider, flavor=self.flavor)

    def difference(self) -> Difference | None:
        """In what way it differs: the price matters more than the counts."""
        said = self.read()
        costs = None if said.model is None else _cost(said, self.provider)
        named = self.provider, said.model or ""
        if costs is None:
            return None if self.prices is None else Difference("unpriced", *named)
        if self.prices is None:
            return Difference("priced", *named)
        if any(_pico(costs, side) != price for side, price in self.prices.items()):
            return Difference("price", *named)
        counts = {unit.name: count for unit, count in said.usage.counts.items() if count}
        return None if counts == _used(self.counts) else Difference("counts", *named)


def records() -> Iterator[Recorded]:
    """All rows; none where the corpus isn't."""
    bodies = json.loads(CORPUS.read_text(encoding="utf-8")) if CORPUS.is_file() else []
    for body in bodies:
        for group in body["extracted"]:
            for row in group["extractors"]:
                prices = {key: _whole(row[key]) for key in row if key.endswith("_price")} or None
                yield Recorded(body["body"], row["provider_id"], row["api_flavor"], group["usage"], prices)


def known() -> Counter[Difference]:
    """How many rows are listed to differ in each way."""
    listed = tomllib.loads(DIFFERENCES.read_text(encoding="utf-8"))["difference"]
    return Counter(
        {
            Difference(each["what"], *models.split(" ", 1)): rows
            for each in listed
            for models, rows in each["rows"].items()
        }
    )


def _cost(said: Reported, provider: str) -> Cost | None:
    row = published.find(said.model or "", provider, RECORDED_AT)
    return None if row is None else cost(row, said.usage)


def _pico(costs: Cost, price: str) -> int:
    sides: dict[str, int] = {
        "input_price": costs.input,
        "output_price": costs.output,
        "total_price": costs.total,
    }
    return sides[price]


def _whole(price: str) -> int:
    """A recorded price in pico-USD; none is recorded that isn't whole."""
    pico = Decimal(price) * _PICO
    assert pico == int(pico)
    return int(pico)


def _used(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
