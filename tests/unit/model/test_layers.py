"""Authorities and their order."""

import itertools

import pytest

from interlock.identity import LayerName
from interlock.model.area import Area
from interlock.model.layers import DEFAULT_LAYERS, Layer, Layers

NAMES = [layer.name for layer in DEFAULT_LAYERS.order]


def test_a_layer_reaches_itself_and_those_below() -> None:
    for (above, issuer), (below, target) in itertools.product(enumerate(NAMES), repeat=2):
        assert DEFAULT_LAYERS.reaches(issuer, target) is (above <= below)


def test_a_layer_that_is_not_listed_reaches_nothing_and_is_not_reached() -> None:
    stranger = LayerName("stranger")
    assert not DEFAULT_LAYERS.reaches(stranger, NAMES[-1])
    assert not DEFAULT_LAYERS.reaches(NAMES[0], stranger)
    assert not DEFAULT_LAYERS.reaches(stranger, stranger)
    assert DEFAULT_LAYERS.find("stranger") is None


def test_a_layer_is_found_by_its_name() -> None:
    for number, name in enumerate(NAMES):
        assert DEFAULT_LAYERS.find(name) is DEFAULT_LAYERS.order[number]
        assert DEFAULT_LAYERS.rank[name] == number
        read = "".join([name[:3], name[3:]])  # equal, and another text
        assert DEFAULT_LAYERS.find(read) is DEFAULT_LAYERS.order[number]


def test_a_layer_may_not_ignore_errors_unless_it_is_said() -> None:
    assert not Layer(name=LayerName("any")).may_ignore_errors


def test_the_organization_permits_tools_models_and_resources() -> None:
    areas = (Area.MODELS, Area.RESOURCES, Area.TOOLS)
    assert DEFAULT_LAYERS.closures == tuple(("organization", area) for area in areas)


def test_names_of_layers_are_distinct() -> None:
    with pytest.raises(ValueError, match="layer names repeat"):
        Layers((Layer(name=NAMES[0]), Layer(name=NAMES[0])))


def test_layers_are_equal_where_their_order_is() -> None:
    assert Layers(DEFAULT_LAYERS.order) == DEFAULT_LAYERS
    assert hash(Layers(DEFAULT_LAYERS.order)) == hash(DEFAULT_LAYERS)
    assert Layers(DEFAULT_LAYERS.order[::-1]) != DEFAULT_LAYERS
