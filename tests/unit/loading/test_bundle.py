import json
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.documents.source import Source
from interlock.errors import AuthorError, Problem
from interlock.identity import Digest
from interlock.loading.bundle import Bundle, assemble, read
from interlock.loading.catalogs import catalog_of, shipped
from interlock.model.catalog import Catalog, ModelEntry, ToolEntry
from interlock.model.devices import DeviceEntry, VersionText
from interlock.spans import Span
from support.documents import assembled, catalog, library, loaded, messages, policy, policy_set, waiver

_DIGEST = loaded(policy()).policies[0].rules[0].digest
_PERMIT = "    - {name: gateway, permit: 'true'}\n"
_TOOLS = "  tools:\n    - {{names: ['{name}', '{name}/*'], class: read}}\n"
_DOCUMENTS = [
    policy(),
    policy("models", rules=_PERMIT),
    policy("tools", rules=_PERMIT),
    policy("sizes", spec="  imports: [{library: limits, version: 1.0.0}]\n"),
    library(),
    library(version="2.0.0"),
    waiver(digest=_DIGEST),
    waiver("second", digest=_DIGEST),
    catalog("one", _TOOLS.format(name="github")),
    catalog("two", _TOOLS.format(name="acme")),
    policy_set("  waivers: {maxDays: 40}\n"),
]


def _said(bundle: Bundle) -> object:
    """All that a bundle says, less where it stands."""
    return (
        [(p.name, p.layer, [(r.name, r.digest, r.message) for r in p.rules]) for p in bundle.policies],
        [(w.name, w.rules, w.scope.text, w.starts, w.expires) for w in bundle.waivers],
        [(each.id, each.digest) for each in bundle.libraries],
        (bundle.catalog, bundle.layers, bundle.labels, bundle.longest_waiver),
    )


@given(st.permutations(_DOCUMENTS), st.sets(st.integers(1, len(_DOCUMENTS) - 1)))
def test_neither_order_nor_files_make_a_difference(documents: list[str], cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(documents)]
    files = ["---\n".join(documents[start:end]) for start, end in pairwise(edges)]
    assert _said(loaded(*files)) == _said(loaded(*_DOCUMENTS))


def test_paths_in_any_order_and_repeated_give_the_same_bundle(tmp_path: Path) -> None:
    for index, text in enumerate(_DOCUMENTS):
        (tmp_path / f"{index}.yaml").write_text(text)
    paths = [tmp_path / "0.yaml", tmp_path, tmp_path / "7.yaml"]
    found = [read(order) for order in permutations([*paths, tmp_path])]
    assert all(problems == () for _, problems in found)
    assert {bundle.policies for bundle, _ in found} == {found[0][0].policies}
    assert all(bundle == found[0][0] for bundle, _ in found)


def test_all_problems_of_all_files_are_found_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(policy(spec="  onErrors: deny\n  arae: tools\n"))
    (tmp_path / "b.yaml").write_text("a: [")
    (tmp_path / "c.yaml").write_bytes(b"\xff")
    _, problems = read([tmp_path, tmp_path / "d.yaml"])
    assert [(Path(p.span.file).name, p.span.line) for p in problems] == [
        ("a.yaml", 7),
        ("a.yaml", 8),
        ("b.yaml", 1),
        ("c.yaml", 1),
        ("d.yaml", 1),
    ]


def test_policy_tests_are_left_to_others() -> None:
    test = "apiVersion: interlock.dev/v1alpha1\nkind: PolicyTest\nanything: true\n"
    assert [p.name for p in loaded(policy(), test).policies] == ["gpu-quota"]


def test_a_name_is_used_once_per_kind() -> None:
    assert messages(policy(), policy()) == [
        "duplicate IntentPolicy `gpu-quota`: 0.yaml:3:18 has that name already"
    ]
    assert messages(policy(), policy_set(name="gpu-quota")) == []


def test_a_repeated_name_is_found_though_a_document_is_broken() -> None:
    found = messages(policy(spec="  arae: tools\n"), policy())
    assert sorted(found) == [
        "duplicate IntentPolicy `gpu-quota`: 0.yaml:3:18 has that name already",
        "unknown field `arae`: did you mean `area`?",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        policy(spec="  arae: tools\n"),
        policy(spec="  layer: team\n"),
        policy(rules="    - {name: at-most-eight}\n"),
        policy("Gpu_Quota"),
        policy("12"),
        policy().replace("IntentPolicy", "Policy"),
        "a: [\n---\n" + policy(),
        f"{policy()}---\n{policy()}",
    ],
)
def test_a_waiver_of_a_policy_that_failed_is_not_reported_too(broken: str) -> None:
    alone, together = messages(broken), messages(broken, waiver())
    assert alone
    assert together == alone


@pytest.mark.parametrize(
    "broken",
    [
        policy_set("  layers: [{name: Finance}]\n"),
        policy_set("  layers: [{name: a}, {name: a}]\n"),
        policy_set("  layer: []\n"),
        policy_set() + "---\n" + policy_set(name="b"),
        "kind: PolicySet",
        "a: *b",
    ],
)
def test_layers_are_not_judged_by_settings_that_failed(broken: str) -> None:
    alone = messages(broken)
    assert alone
    finance = policy(layer="finance")
    digest = assembled(finance)[0].policies[0].rules[0].digest
    assert messages(broken, finance, waiver(digest=digest, layer="finance")) == alone


def test_a_layer_that_is_not_there_is_found_in_waivers_too() -> None:
    (message,) = messages(policy(), waiver(digest=_DIGEST, layer="organisation"))
    assert message == "unknown layer `organisation`: did you mean `organization`?"


def test_errors_are_ignored_only_where_a_higher_layer_lets() -> None:
    ignoring = policy(layer="team", spec="  onError: ignore\n")
    layers = "  layers: [{name: organization}, {name: team, mayIgnoreErrors: true}]\n"
    loaded(ignoring, policy_set(layers))
    (message,) = messages(ignoring)
    assert message == (
        "layer `team` may not ignore errors: remove the field, "
        "or set `mayIgnoreErrors` for the layer in the PolicySet"
    )
    (message,) = messages(policy(spec="  onError: ignore\n"))
    assert message == "layer `organization` may not ignore errors: remove the field"


def test_a_waiver_reaches_its_own_layer_and_those_below() -> None:
    digest = loaded(policy(layer="platform")).policies[0].rules[0].digest
    for layer in ("organization", "platform"):
        loaded(policy(layer="platform"), waiver(digest=digest, layer=layer))
    (message,) = messages(policy(layer="platform"), waiver(digest=digest, layer="team"))
    assert "layer `team` does not reach policy `gpu-quota` of layer `platform`" in message


def test_a_waiver_lasts_at_most_as_long_as_the_policy_set_says() -> None:
    text = waiver(digest=_DIGEST)
    loaded(policy(), text, policy_set("  waivers: {maxDays: 31}\n"))
    (message,) = messages(policy(), text, policy_set("  waivers: {maxDays: 30}\n"))
    assert message == "waiver lasts longer than 30 days: let it expire sooner"


def test_a_waiver_of_a_policy_with_an_unknown_layer_is_not_out_of_reach() -> None:
    digest = assembled(policy(layer="finance"))[0].policies[0].rules[0].digest
    (message,) = messages(policy(layer="finance"), waiver(digest=digest))
    assert message.startswith("unknown layer `finance`")


_DEVICES = """  devices:
    - names: [ours-b, ours-a]
      driver: gpu.nvidia.com
      attributes: {model: {string: x}, cores: {int: 4}, fast: {bool: true}, acme.example/api: {version: 1.2.3}}
      capacity: {memory: {value: 8Gi}}
      migProfiles: [2g.8gb, 1g.4gb]
  deviceClasses:
    - {names: [gpu.nvidia.com], selectors: ["device.driver == 'gpu.nvidia.com'"]}
"""


def test_own_devices_of_a_driver_are_all_that_there_are_of_it() -> None:
    found = loaded(catalog("own", _DEVICES)).catalog
    (device,) = (each for each in found.devices if each.driver == "gpu.nvidia.com")
    assert device == DeviceEntry(
        names=("ours-a", "ours-b"),
        driver="gpu.nvidia.com",
        attributes=(
            ("acme.example/api", VersionText("1.2.3")),
            ("cores", 4),
            ("fast", True),
            ("model", "x"),
        ),
        capacity=(("memory", "8Gi"),),
        mig_profiles=("1g.4gb", "2g.8gb"),
    )
    others = [each for each in shipped().devices if each.driver != "gpu.nvidia.com"]
    assert [each for each in found.devices if each != device] == others
    (class_,) = (each for each in found.device_classes if "gpu.nvidia.com" in each.names)
    assert class_.selectors == ("device.driver == 'gpu.nvidia.com'",)


def test_a_device_is_listed_once() -> None:
    twice = _DEVICES.replace("[ours-b, ours-a]", "[ours-a, ours-a]")
    (message,) = messages(catalog("own", twice))
    assert "duplicate name `ours-a`" in message


def test_every_shipped_device_is_of_a_shipped_class() -> None:
    known = shipped()
    names = [name for device in known.devices for name in device.names]
    assert [name for name in names if known.accelerator(name.removeprefix("tesla-")) is None] == []


def test_an_own_entry_replaces_what_is_shipped_of_the_same_name() -> None:
    own = catalog("own", "  models:\n    - {names: [zz, aa], class: b, provider: c, hosting: selfHosted}\n")
    bundle = loaded(own)
    entry = ModelEntry(names=("aa", "zz"), class_name="b", provider="c", hosting="selfHosted")
    assert entry in bundle.catalog.models
    names = [name for entry in bundle.catalog.models for name in entry.names]
    assert sorted(names) == sorted({"aa", "zz"} | {name for entry in shipped().models for name in entry.names})


def test_entries_of_all_sorts_arrive() -> None:
    digest = Digest("sha256:" + "ab" * 32)
    found = loaded(
        catalog(
            "own",
            "  accelerators:\n    - {names: [zz-100], class: zz, vendor: acme, memoryMib: 81559}\n"
            f"  tools:\n    - {{names: [acme/search], class: read, schemaDigest: '{digest}'}}\n",
        )
    ).catalog
    accelerator = found.accelerator("zz-100")
    assert accelerator is not None
    assert (accelerator.class_name, accelerator.vendor, accelerator.memory_mib) == ("zz", "acme", 81559)
    tool = ToolEntry(names=("acme/search",), class_name="read", schema_digest=digest)
    assert found.tool("acme", "search") == tool


def test_names_of_different_sorts_are_different_names() -> None:
    loaded(
        catalog("a", "  tools:\n    - {names: [x], class: read}\n"),
        catalog("b", "  models:\n    - {names: [x], class: small, provider: c, hosting: external}\n"),
    )


def test_a_name_twice_in_one_entry_is_twice() -> None:
    (message,) = messages(catalog("a", "  tools:\n    - {names: [x, x], class: read}\n"))
    assert message == "duplicate name `x`: 0.yaml:6:16 has it already"


def test_a_problem_that_is_found_later_gets_its_line() -> None:
    bundle = loaded(policy(), _DOCUMENTS[1])
    (rule,) = bundle.policies[0].rules
    found = bundle.with_line(Problem(rule.expression.locate(1, 8), "no such field"))
    line = "    - {name: at-most-eight, require: intent.models.size() <= 8, message: too many}"
    assert found == Problem(Span("0.yaml", 8, line.index("models") + 1), "no such field", line)


def test_the_shipped_catalog_loads() -> None:
    assert isinstance(shipped(), Catalog)


def test_a_damaged_package_is_found() -> None:
    twice = catalog("a", "  tools:\n    - {names: [x, x], class: read}\n")
    with pytest.raises(AuthorError, match=r"interlock/catalogs/a.yaml:6:19: duplicate name `x`"):
        catalog_of([Source("interlock/catalogs/a.yaml", twice)])
    with pytest.raises(AuthorError, match="not valid YAML"):
        catalog_of([Source("interlock/catalogs/a.yaml", "a: [")])


_WORDS = """
apiVersion kind metadata name labels spec layer area rules require forbid permit message variables
expression match actions models names class price input layers closed waivers maxDays starts x
imports functions parameters result version type
"""
_KEYS = st.sampled_from(_WORDS.split())
_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["a", "enforce"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
)


@given(_ANY, st.sampled_from(["IntentPolicy", "FunctionLibrary", "Catalog", "Waiver", "PolicySet"]), st.data())
def test_no_document_raises(value: object, kind: str, data: st.DataObject) -> None:
    document = {"apiVersion": "interlock.dev/v1alpha1", "kind": kind, "metadata": {"name": "a"}, "spec": value}
    if data.draw(st.booleans()):
        document["metadata"] = value
    bundle, problems = assemble([Source("f", json.dumps(document))])
    for problem in problems:
        assert "\n" not in problem.message
    if kind in ("IntentPolicy", "FunctionLibrary", "Waiver"):
        # What is neither read nor reported would silently be missing.
        assert problems or bundle.policies or bundle.libraries or bundle.waivers


@given(st.integers(0, 2000), st.integers(0, 2000), st.text(max_size=3))
def test_no_damage_to_a_file_raises(start: int, length: int, instead: str) -> None:
    text = "---\n".join(_DOCUMENTS)
    damaged = text[:start] + instead + text[start + length % 20 :]
    _, problems = assemble([Source("f", damaged)])
    for problem in problems:
        assert str(problem)


@given(st.binary(max_size=200))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "a.yaml"
    file.write_bytes(content)
    read([file])
