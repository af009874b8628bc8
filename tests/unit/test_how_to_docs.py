"""What the page on costs says is so: the budgets, and what its expressions cost."""

from pathlib import Path
from typing import Any

import pytest
import re2

from interlock.cel.cost.meter import Meter
from interlock.engine.consult import activation_of
from interlock.intents.context import ExtractionContext
from interlock.intents.extract import extract
from interlock.loading.catalogs import shipped
from interlock.loading.environments import environments
from interlock.model.area import Area
from interlock.model.costs import DEFAULT_COST_LIMITS
from interlock.model.labels import DEFAULT_LABELS
from interlock.spans import typed_in
from interlock.units import Instant

_PAGE = (Path(__file__).parents[2] / "docs/how-to/keep-costs-bounded.md").read_text(encoding="utf-8")
_COST = re2.compile(r"`([^`]+)` \| ([0-9,]+) \|")
_BUDGET = re2.compile(r"(?m)^\| [^|`]+ \| ([0-9,]+) \|$")
_NAMES = [f"repositories_of_the_team_{number:03}" for number in range(100)]


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _request() -> dict[str, Any]:
    """The request that the page's figures are over."""
    return {
        "chat": {
            "model": "gpt-4o",
            "messages": [{"role": "user", "content": "Tidy up."}],
            "tools": [{"type": "function", "function": {"name": name}} for name in _NAMES],
        },
        "caller": {"principal": {"id": "jane", "claims": {"tools": ",".join(_NAMES)}}},
    }


def test_the_page_of_costs_has_the_budgets() -> None:
    told = [_number(number) for number in _BUDGET.findall(_PAGE)]
    limits = DEFAULT_COST_LIMITS
    assert told == [limits.expression, limits.policy, limits.decision]


def test_the_page_of_costs_says_how_long_the_names_are() -> None:
    (length,) = {len(name) for name in _NAMES}
    assert f"a request with {len(_NAMES)} tools whose names have {length} characters" in _PAGE


@pytest.mark.parametrize(("expression", "cost"), _COST.findall(_PAGE))
def test_an_expression_costs_what_its_page_says(expression: str, cost: str) -> None:
    intent = extract(_request(), ExtractionContext(shipped(), DEFAULT_LABELS, Instant(0)))
    meter = Meter()
    program = environments()[Area.INTENT].compile(typed_in(expression))
    assert isinstance(program.measure(activation_of(intent, Instant(0)), meter), bool)
    assert meter.total == _number(cost)
