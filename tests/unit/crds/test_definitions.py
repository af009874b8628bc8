"""The CustomResourceDefinitions are such that an API server takes them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import re2
import yaml

from interlock.cel.cost.estimate import estimate
from interlock.cel.libraries.kubernetes.versions import Version, parse_version
from interlock.crds.definitions import definitions
from interlock.crds.texts import texts
from interlock.loading.validate import KINDS
from interlock.schemas.kinds import kubernetes
from support.crds.costs import cardinality, sizes
from support.crds.structural import violations
from support.crds.validation import BY_KIND, compiled, schema_of
from support.openapi import problems

_ROOT = Path(__file__).parents[3]
_FOLDER = _ROOT / "deploy" / "crds"
_NAMED = re2.compile(r"(?m)^\| \[(\w+)\]\([^)]*\) \| `(\w+)`, `(\w+)` \| ([^|]*) \|$")

# k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/cel_validation.go
_COST_OF_A_RULE = 10_000_000
_COST_OF_ALL = 100_000_000
# What `kubectl apply` keeps of an object in an annotation.
_LARGEST = 262_144


def _nodes(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """`schema` and all within it, but not what validates values alone."""
    yield schema
    for field in schema.get("properties", {}).values():
        yield from _nodes(field)
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from _nodes(schema[key])


def test_the_files_are_current() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in _FOLDER.iterdir()}
    assert found == texts(), "renew them: interlock crds --output deploy/crds"


def test_a_file_is_read_back_as_it_is_meant_and_fits_into_an_annotation() -> None:
    for plural, definition in definitions().items():
        text = texts()[f"{plural}.yaml"]
        assert yaml.safe_load(text) == definition
        assert len(text) < _LARGEST


def test_every_kind_of_documents_has_a_definition() -> None:
    assert BY_KIND.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_a_definition_is_one_to_kubernetes(kind: str) -> None:
    (builtin,) = kubernetes().find(kind="CustomResourceDefinition")
    known = kubernetes().definitions
    assert problems(BY_KIND[kind], known[builtin.definition], known) == []
    names = BY_KIND[kind]["spec"]["names"]
    assert BY_KIND[kind]["metadata"]["name"] == f"{names['plural']}.interlock.dev"
    assert names["singular"] == kind.lower()


def test_no_two_kinds_share_a_name() -> None:
    names = [name for each in BY_KIND.values() for name in _all_names(each["spec"]["names"])]
    assert len(names) == len(set(names))


def test_the_page_names_all_kinds_and_what_is_shown_of_them() -> None:
    page = (_ROOT / "docs/reference/crds.md").read_text(encoding="utf-8")
    told = {kind: (plural, short, columns) for kind, plural, short, columns in _NAMED.findall(page)}
    for kind, definition in BY_KIND.items():
        names, version = definition["spec"]["names"], definition["spec"]["versions"][0]
        columns = ", ".join(each["name"] for each in version["additionalPrinterColumns"])
        assert told.pop(kind) == (names["plural"], *names["shortNames"], columns)
    assert told == {}


def test_the_page_names_all_fields_of_a_status() -> None:
    page = (_ROOT / "docs/reference/crds.md").read_text(encoding="utf-8")
    status = schema_of("Waiver")["properties"]["status"]["properties"]
    entry = status["replicas"]["additionalProperties"]["properties"]
    for name in (*status, *(f"replicas.*.{each}" for each in entry)):
        assert f"| `{name}" in page


def _all_names(names: Mapping[str, Any]) -> list[str]:
    return [names["plural"], names["singular"], *names["shortNames"]]


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_a_schema_is_structural(kind: str) -> None:
    assert list(violations(schema_of(kind))) == []


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_a_list_and_a_map_are_bounded_and_say_how_they_merge(kind: str) -> None:
    for node in _nodes(schema_of(kind)):
        assert node.get("type") != "array" or {"maxItems", "x-kubernetes-list-type"} <= node.keys()
        assert "additionalProperties" not in node or "maxProperties" in node


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_a_rule_compiles_and_reads_only_what_has_a_type(kind: str) -> None:
    for rule, _program in compiled(kind):
        unread = {
            field
            for (message, field), reason in rule.declarations.dynamic.items()
            if message == rule.subject.name and "integer or a string" not in reason
        }
        assert not [field for field in unread if f"self.{field}" in rule.text]


def test_rules_compile_where_the_chart_can_be_installed() -> None:
    chart = yaml.safe_load((_ROOT / "deploy/helm/interlock/Chart.yaml").read_text(encoding="utf-8"))
    release = parse_version(chart["kubeVersion"].removeprefix(">=").partition("-")[0])
    # A new expression has to be one to the release before, too.
    before = Version(release.major, release.minor - 1)
    assert sum(len(compiled(kind, before)) for kind in BY_KIND) > len(BY_KIND)


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_rules_cost_no_more_than_the_api_server_lets_a_schema_cost(kind: str) -> None:
    spent = 0
    for rule, program in compiled(kind):
        cost = estimate(program.node, sizes(BY_KIND[kind], rule.path)).cost.max
        assert cost * cardinality(BY_KIND[kind], rule.path) <= _COST_OF_A_RULE, rule.text
        spent += cost * cardinality(BY_KIND[kind], rule.path)
    assert spent <= _COST_OF_ALL


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_what_a_message_is_about_is_a_field(kind: str) -> None:
    for node in _nodes(schema_of(kind)):
        for rule in node.get("x-kubernetes-validations", ()):
            assert "\n" not in rule["rule"] + rule["message"]
            field = node
            for key in rule.get("fieldPath", "").split(".")[1:]:
                field = field["properties"][key]


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_every_field_is_described(kind: str) -> None:
    for field, schema in _fields("spec", schema_of(kind)["properties"]["spec"]):
        assert schema.get("description"), field


def _fields(place: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield place, schema
    for name, field in schema.get("properties", {}).items():
        yield from _fields(f"{place}.{name}", field)
