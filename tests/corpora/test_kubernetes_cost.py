"""The costs that Kubernetes' and cel-go's own tests expect, to the unit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.cel.cost.call_estimates import call_estimate
from interlock.cel.cost.estimate import estimate
from interlock.cel.cost.operands import Operand
from interlock.cel.cost.prices import price_of
from interlock.cel.cost.ranges import Range
from interlock.cel.cost.sizes import Path as SizePath
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.kubernetes.authorizer import Answer, Authorizer
from interlock.cel.libraries.kubernetes.versions import NEWEST, mutation_libraries
from interlock.cel.types import BYTES, INT, STRING, CelType, list_of
from interlock.spans import typed_in
from support.costs import cost_of

CORPUS = Path(__file__).parents[3] / "shared/corpora/kubernetes-cel"
TYPES = {"list(int)": list_of(INT)}
AUTHORIZER = Authorizer(lambda _question: Answer(is_allowed=True))

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the third-party test data is not beside this clone"
)


def rows(name: str) -> Iterator[Any]:
    path = CORPUS / f"{name}.json"
    for number, row in enumerate(json.loads(path.read_text()) if path.is_file() else ()):
        yield pytest.param(row, id=f"{number}-{row.get('expr', row.get('name'))}")


def texts_up_to_twelve(_path: SizePath, type_: CelType) -> Range | None:
    """What Kubernetes' tests know of sizes."""
    return Range(0, 12) if type_ in {STRING, BYTES} else None


@pytest.mark.parametrize("row", list(rows("cost")))
def test_kubernetes_libraries_cost_what_kubernetes_says(row: dict[str, Any]) -> None:
    types = {name: CelType(type_) for name, type_ in row.get("variables", {}).items()}
    environment = Environment(declare([]), types, {}, libraries=mutation_libraries(NEWEST))
    program = environment.compile(typed_in(row["expr"]))
    expected = Range(row["estimated_min"], row["estimated_max"])
    assert estimate(program.node, texts_up_to_twelve).cost == expected
    assert cost_of(program, {"authorizer": AUTHORIZER}, folds=False) == row["runtime"]


@pytest.mark.parametrize("row", [row for row in rows("sets") if "runtime" in row.values[0]])
def test_sets_cost_what_cel_go_says(row: dict[str, Any]) -> None:
    variables = row.get("variables", {})
    types = {name: TYPES[each["type"]] for name, each in variables.items()}
    values = {name: [int(each["int"]) for each in value["value"]["list"]] for name, value in variables.items()}

    def hinted(path: SizePath, _type: CelType) -> Range | None:
        most = row.get("size_hints", {}).get(".".join(path))
        return None if most is None else Range(0, most)

    environment = Environment(declare([]), types, {}, libraries=mutation_libraries(NEWEST))
    program = environment.compile(typed_in(row["expr"]))
    assert estimate(program.node, hinted).cost == Range(row["estimated_min"], row["estimated_max"])
    assert cost_of(program, values, folds=False) == row["runtime"]


@pytest.mark.parametrize("row", list(rows("size")))
def test_results_have_the_sizes_that_kubernetes_says(row: dict[str, Any]) -> None:
    sizes = [row["target_size"], *row["arg_sizes"]]
    operands = [Operand(size=Range(*size), type=STRING) for size in sizes]
    assert call_estimate(price_of(row["function"], ""), operands).size == Range(*row["expect_result_size"])
