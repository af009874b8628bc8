"""A selector leaves open what it may be true of: all that is known, but what it is sure not to select."""

import pytest

from interlock.devices.inventory import Inventory, inventory_of
from interlock.devices.selector import LONGEST, MOST, readable
from interlock.model.catalog import Catalog
from interlock.model.devices import DeviceClassEntry, DeviceEntry, VersionText

_GPU = "device.attributes['gpu.acme.example']"
_MEMORY = "device.capacity['gpu.acme.example'].memory"


def _entry(name: str, generation: int, memory: str, *profiles: str) -> DeviceEntry:
    return DeviceEntry(
        names=(name,),
        driver="gpu.acme.example",
        attributes=(
            ("fast", generation > 1),
            ("generation", generation),
            ("model", name.upper()),
            ("other.example/rack", "a"),
            ("release", VersionText(f"{generation}.0.0")),
            ("type", "gpu"),
        ),
        capacity=(("memory", memory),),
        mig_profiles=profiles,
    )


_INVENTORY = inventory_of(
    Catalog(
        devices=(
            _entry("one", 1, "16Gi"),
            _entry("two", 2, "40Gi", "1g.10gb"),
            DeviceEntry(names=("elsewhere",), driver="other.driver.example"),
        ),
        device_classes=(
            DeviceClassEntry(
                names=("gpus",), selectors=("device.driver == 'gpu.acme.example'", f"{_GPU}.type == 'gpu'")
            ),
            DeviceClassEntry(names=("anything",)),
        ),
    )
)
_NINE = "[1, 2, 3, 4, 5, 6, 7, 8, 9]"
_ALL = {"one", "two", "two 1g.10gb", "elsewhere"}


def _named(positions: frozenset[int], inventory: Inventory = _INVENTORY) -> set[str]:
    devices = [inventory.devices[position] for position in positions]
    return {f"{device.product} {device.mig_profile}".strip() for device in devices}


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("true", _ALL),
        ("false", set()),
        ("device.driver == 'other.driver.example'", {"elsewhere"}),
        (f"{_GPU}.model == 'ONE'", {"one"}),
        (f"{_GPU}['model'] == 'ONE' || {_GPU}.fast", {"one", "two", "two 1g.10gb"}),
        (f"{_GPU}.model.lowerAscii().matches('^t.*o$')", {"two", "two 1g.10gb"}),
        (f"!({_GPU}.model == 'ONE')", {"two", "two 1g.10gb"}),
        (f"{_GPU}.generation >= 2 && {_GPU}.type == 'gpu'", {"two"}),
        (f"{_GPU}.release.isGreaterThan(semver('1.5.0'))", {"two", "two 1g.10gb"}),
        (f"cel.bind(gpu, {_GPU}, gpu.fast && gpu.generation == 2)", {"two", "two 1g.10gb"}),
        (f"{_GPU}.model.includes('ONE')", {"one"}),
        (f"{_MEMORY}.compareTo(quantity('40Gi')) >= 0", {"two", "two 1g.10gb"}),
        (f"{_MEMORY}.isLessThan(quantity('40Gi'))", {"one", "two 1g.10gb"}),
        (f"{_GPU}.profile == '1g.10gb'", {"two 1g.10gb"}),
        (f"has({_GPU}.profile)", {"two 1g.10gb"}),
        (f"!has({_GPU}.profile)", {"one", "two", "elsewhere"}),
        (f"'profile' in {_GPU}", {"two 1g.10gb"}),
        ("device.attributes['other.example'].rack == 'b'", {"elsewhere"}),
    ],
)
def test_what_is_known_is_evaluated(expression: str, names: set[str]) -> None:
    found = _INVENTORY.selected(expression)
    assert (_named(found.positions), found.fault) == (names, "")


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        (f"{_GPU}.uuid == 'x'", {"one", "two", "two 1g.10gb"}),
        (f"{_GPU}.model == 'ONE' && {_GPU}.uuid == 'x'", {"one"}),
        (f"{_GPU}.uuid == 'x' && {_GPU}.model == 'ONE'", {"one"}),
        (f"{_GPU}.uuid == 'x' || {_GPU}.model == 'ONE'", {"one", "two", "two 1g.10gb"}),
        (f"has({_GPU}.uuid)", {"one", "two", "two 1g.10gb"}),
        (f"!has({_GPU}.uuid)", _ALL),
        (f"{_GPU}.?uuid.orValue('') == 'x'", {"one", "two", "two 1g.10gb"}),
        (f"{_GPU}.exists(name, name == 'uuid')", {"one", "two", "two 1g.10gb"}),
        (f"size({_GPU}) == 3", {"one", "two", "two 1g.10gb"}),
        ("device.attributes['resource.kubernetes.io'].pcieRoot == 'a'", _ALL),
        ("device.allowMultipleAllocations", _ALL),
    ],
)
def test_what_is_not_known_beforehand_leaves_devices_open(expression: str, names: set[str]) -> None:
    assert _named(_INVENTORY.selected(expression).positions) == names


def test_devices_of_another_driver_have_no_attributes_of_this_one() -> None:
    assert "elsewhere" not in _named(_INVENTORY.selected(f"{_GPU}.anything == 'x'").positions)


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("", "can't be read as CEL"),
        ("device.attributes[", "can't be read as CEL"),
        ("${SELECTOR}", "can't be read as CEL"),
        ("authorizer.group('')", "can't be read as CEL"),
        ("intent.kind == 'Pod'", "can't be read as CEL"),
        (f"'{'x' * LONGEST}' == ''", "longer than 10240 bytes"),
        (
            f"{_NINE}.all(a, {_NINE}.all(b, {_NINE}.all(c, {_NINE}.all(d, {_NINE}.all(e, a + e > 0)))))",
            "costs too much",
        ),
    ],
)
def test_what_cannot_be_evaluated_leaves_everything_open(expression: str, fault: str) -> None:
    found = _INVENTORY.selected(expression)
    assert _named(found.positions) == _ALL
    assert fault in found.fault
    assert found.cost <= MOST


def test_a_class_is_what_all_of_its_selectors_leave_open() -> None:
    gpus, anything = _INVENTORY.of_class("gpus"), _INVENTORY.of_class("anything")
    assert gpus is not None
    assert _named(gpus.positions) == {"one", "two"}
    assert anything is not None
    assert _named(anything.positions) == _ALL
    assert _INVENTORY.of_class("unknown") is None


def test_an_answer_costs_the_same_when_it_is_remembered() -> None:
    fresh = inventory_of(Catalog(devices=(_entry("a", 1, "1Gi"),)))
    assert fresh.selected(f"{_GPU}.fast") == fresh.selected(f"{_GPU}.fast")


@pytest.mark.parametrize(("text", "is_one"), [("device.driver == 'a'", True), ("device", True), ("x", False)])
def test_a_catalog_can_ask_whether_a_text_is_a_selector(text: str, *, is_one: bool) -> None:
    assert (readable(text) == "") is is_one
