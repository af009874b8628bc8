"""What the documentation says is so: fields, functions, links, and what commands print."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest
import re2
from pydantic import BaseModel

from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.declarations import declare
from interlock.cel.libraries.overloads import functions
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.rewriting.inline import MAX_DEPTH, MAX_NODES
from interlock.intents.estimates import BYTES_PER_TOKEN, IMAGE_TOKENS, TOKENS_PER_MESSAGE
from interlock.loading.kinds import (
    budget,
    catalog,
    common,
    devices,
    entities,
    library,
    limits,
    mutations,
    obligations,
    policy,
    policyset,
    waiver,
)
from interlock.loading.policyset import load
from interlock.loading.types import TYPE_NAMES
from interlock.model import intent
from interlock.model.area import Area
from interlock.model.labels import DEFAULT_LABELS
from support.functionpage import function_page
from support.pages import Typed, follow, links, told

_ROOT = Path(__file__).parents[2]
_DOCS = _ROOT / "docs"
_REFERENCE = _DOCS / "reference"
_FOLLOWED = [
    *sorted(_DOCS.glob("tutorial/*.md")),
    *sorted(_DOCS.glob("how-to/*.md")),
    _REFERENCE / "cel.md",
    _REFERENCE / "function-library.md",
    _ROOT / "policies" / "README.md",
    _ROOT / "README.md",
]
_LINKED = [
    *sorted(_ROOT.glob("*.md")),
    *sorted(_DOCS.rglob("*.md")),
    *sorted((_ROOT / "policies").rglob("*.md")),
]

_SHAPES: dict[tuple[str, str], type[BaseModel]] = {
    ("policy.md", "metadata"): common.Metadata,
    ("policy.md", "spec"): policy.PolicySpec,
    ("policy.md", "spec.match"): policy.MatchShape,
    ("policy.md", "spec.imports[]"): policy.ImportShape,
    ("policy.md", "spec.variables[]"): policy.VariableShape,
    ("policy.md", "spec.rules[]"): policy.RuleShape,
    ("policy.md", "spec.limits[]"): limits.LimitShape,
    ("policy.md", "spec.defaults[]"): mutations.DefaultShape,
    ("policy.md", "spec.clamps[]"): mutations.ClampShape,
    ("policy.md", "spec.unions[]"): mutations.UnionShape,
    ("policy.md", "spec.locks[]"): mutations.LockShape,
    ("function-library.md", "spec"): library.LibrarySpec,
    ("function-library.md", "spec.functions[]"): library.FunctionShape,
    ("function-library.md", "spec.functions[].parameters[]"): library.ParameterShape,
    ("catalog.md", "spec"): catalog.CatalogSpec,
    ("catalog.md", "spec.models[]"): catalog.ModelShape,
    ("catalog.md", "spec.models[].price"): catalog.PriceShape,
    ("catalog.md", "spec.accelerators[]"): catalog.AcceleratorShape,
    ("catalog.md", "spec.tools[]"): catalog.ToolShape,
    ("catalog.md", "spec.devices[]"): devices.DeviceShape,
    ("catalog.md", "spec.devices[].attributes.*"): devices.AttributeShape,
    ("catalog.md", "spec.devices[].capacity.*"): devices.CapacityShape,
    ("catalog.md", "spec.deviceClasses[]"): devices.DeviceClassShape,
    ("catalog.md", "spec.subjects[]"): entities.SubjectShape,
    ("catalog.md", "spec.resources[]"): entities.ResourceShape,
    ("catalog.md", "spec.resourceTypes[]"): entities.ResourceTypeShape,
    ("waiver.md", "spec"): waiver.WaiverSpec,
    ("waiver.md", "spec.rules[]"): waiver.WaivedShape,
    ("budget.md", "spec"): budget.BudgetSpec,
    ("budget.md", "spec.window.calendar"): budget.CalendarShape,
    ("budget.md", "spec.window.run"): budget.RunWindowShape,
    ("budget.md", "spec.window"): budget.WindowShape,
    ("budget.md", "spec.limits[]"): budget.UnitLimitShape,
    ("budget.md", "spec.limits[].burst"): budget.BurstShape,
    ("policyset.md", "spec.money"): policyset.MoneyShape,
    ("policyset.md", "spec"): policyset.PolicySetSpec,
    ("policyset.md", "spec.layers[]"): policyset.LayerShape,
    ("policyset.md", "spec.attribution"): policyset.AttributionShape,
    ("policyset.md", "spec.waivers"): policyset.WaiversShape,
    ("policyset.md", "spec.costs"): policyset.CostsShape,
    ("policyset.md", "spec.obligations[]"): obligations.DeclaredShape,
    ("policyset.md", "spec.advice[]"): obligations.DeclaredShape,
}

_ROW = re2.compile(r"(?m)^\| `([^`]+)` \|(.*)\|$")


def _sections(page: str) -> dict[str, str]:
    """The sections of a reference page by their headings."""
    _, *sections = (_REFERENCE / page).read_text(encoding="utf-8").split("\n## ")
    named = (section.partition("\n") for section in sections)
    return {heading.strip("`"): text for heading, _, text in named}


def _rows(text: str) -> dict[str, list[str]]:
    """The rows of a table by what stands in backticks in the first cell."""
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in _ROW.findall(text)}


@pytest.mark.parametrize("page", _FOLLOWED, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_who_follows_a_page_sees_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(_ROOT / "policies", tmp_path / "policies")
    shutil.copytree(_ROOT / "testdata" / "requests", tmp_path / "testdata" / "requests")
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert told(text)
    assert follow(text, tmp_path) == told(text)


def test_a_page_that_says_something_else_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = "```console\n$ interlock eval '1 + 1'\n3  int\n$ echo $?\n0\n```\n"
    assert follow(page, tmp_path) == [Typed("interlock eval '1 + 1'", "2  int"), Typed("echo $?", "0")]
    assert told(page) == [Typed("interlock eval '1 + 1'", "3  int"), Typed("echo $?", "0")]


def test_the_policy_that_opens_the_readme_loads(tmp_path: Path) -> None:
    _, _, rest = (_ROOT / "README.md").read_text(encoding="utf-8").partition("```yaml\n")
    (tmp_path / "policy.yaml").write_text(rest.partition("```")[0], encoding="utf-8")
    assert [policy.name for policy in load([tmp_path]).policies] == ["known-models-only"]


@pytest.mark.parametrize("page", _LINKED, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_links_lead_somewhere(page: Path) -> None:
    assert [str(path) for path in links(page) if not path.exists()] == []


@pytest.mark.parametrize("area", ["tutorial", "how-to", "reference", "explanation"])
def test_the_index_lists_every_page(area: str) -> None:
    listed = {path.resolve() for path in links(_DOCS / "README.md")}
    assert set((_DOCS / area).glob("*.md")) <= listed


def _records(record: Any) -> Iterator[Any]:
    """`record` and all TypedDicts that its fields hold."""
    yield record
    for hint in get_type_hints(record).values():
        for part in (hint, *get_args(hint)):
            if is_typeddict(part):
                yield from _records(part)


@pytest.mark.parametrize("record", list(_records(intent.Intent)), ids=lambda record: record.__name__)
def test_the_page_of_the_intent_has_every_field_and_its_type(record: Any) -> None:
    name = record.__name__
    declared = declare([intent.Intent]).fields[f"interlock.{name}"]
    expected = {
        field: [str(type_).replace("interlock.", ""), "optional" if field in record.__optional_keys__ else ""]
        for field, type_ in declared.items()
    }
    documented = {field: cells[:2] for field, cells in _rows(_sections("intent.md")[name]).items()}
    assert documented == expected


def test_the_page_of_the_intent_has_every_action() -> None:
    assert list(_rows(_sections("intent.md")["Actions"])) == [action.value for action in intent.Action]


def test_the_page_of_the_intent_states_the_rule_of_estimates() -> None:
    assert (BYTES_PER_TOKEN, TOKENS_PER_MESSAGE) == (4, 4)
    assert f"{IMAGE_TOKENS} for each image" in _sections("intent.md")["Usage"]


@pytest.mark.parametrize(("page", "section"), _SHAPES, ids=" ".join)
def test_a_page_of_documents_has_every_field(page: str, section: str) -> None:
    fields = _SHAPES[page, section].model_fields
    assert list(_rows(_sections(page)[section])) == [field.alias or name for name, field in fields.items()]


def test_the_page_of_policy_sets_states_the_default_labels() -> None:
    shown = {
        field: tuple(name.strip(" `") for name in cells[0].split(","))
        for field, cells in _rows(_sections("policyset.md")["spec.attribution"]).items()
    }
    aliases = {name: str(field.alias) for name, field in policyset.AttributionShape.model_fields.items()}
    assert shown == {alias: getattr(DEFAULT_LABELS, name) for name, alias in aliases.items()}


def test_examples_of_documents_load(tmp_path: Path) -> None:
    for page in ("policy.md", "catalog.md", "policyset.md"):
        follow((_REFERENCE / page).read_text(encoding="utf-8"), tmp_path)
    assert [policy.name for policy in load([tmp_path]).policies] == ["gpus-per-pod"]


def test_the_page_of_functions_is_what_the_tables_say(*, update_golden: bool) -> None:
    page = _REFERENCE / "cel-functions.md"
    if update_golden:
        page.write_text(function_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == function_page()


def test_the_page_of_cel_names_every_function_and_variable() -> None:
    page = (_REFERENCE / "cel.md").read_text(encoding="utf-8")
    known = {name for name in functions([STANDARD]) if name.isidentifier()}
    assert sorted(name for name in known if f"`{name}`" not in page) == []
    assert sorted(area for area in Area if f"`{area.variable}`" not in page) == []
    assert f"{PER_CALL_LIMIT:,}" in page
    assert f"{common.LONGEST_TEXT:,} characters" in page


def test_the_page_of_function_libraries_names_every_type_and_the_bounds() -> None:
    page = (_REFERENCE / "function-library.md").read_text(encoding="utf-8")
    names = re2.findall(r"`([a-z]+)`", _sections("function-library.md")["Types"])
    assert sorted(name for name in TYPE_NAMES if name not in names) == []
    assert f"{MAX_NODES:,} parts and nest {MAX_DEPTH} deep" in page
