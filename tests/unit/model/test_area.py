"""Areas and their items."""

import msgspec
import pytest
from hypothesis import given

from interlock.cel.declarations import declare
from interlock.model.area import Area, items, name, path
from interlock.model.intent import Intent
from support.strategies import intents


@given(intents())
def test_what_the_tests_draw_is_an_intent(intent: Intent) -> None:
    assert msgspec.convert(intent, Intent) == intent
    assert set(intent) <= set(declare([Intent]).fields["interlock.Intent"])


@given(intents())
def test_an_area_has_the_items_of_the_intent_in_their_order(intent: Intent) -> None:
    assert items(Area.INTENT, intent) == [intent]
    assert items(Area.TOOLS, intent) == intent["tools"]
    assert items(Area.RESOURCES, intent) == intent["resources"]
    assert items(Area.MODELS, intent) == intent["models"]
    assert items(Area.ACCELERATORS, intent) == intent["accelerators"]
    assert items(Area.IMAGES, intent) == intent["images"]


@given(intents())
def test_data_is_in_play_where_the_intent_says_anything_of_it(intent: Intent) -> None:
    data = intent["data"]
    says_something = bool(data["classifications"]) or len(data) > 1
    assert items(Area.DATA, intent) == ([data] if says_something else [])


@pytest.mark.parametrize("area", list(Area))
def test_an_item_is_named_by_its_path(area: Area) -> None:
    is_one = area in {Area.INTENT, Area.DATA}
    assert path(area, 3) == (area.value if is_one else f"{area.value}[3]")
    assert area.variable == area.value.removesuffix("s")


@given(intents())
def test_an_item_has_the_name_that_people_call_it_by(intent: Intent) -> None:
    assert [name(Area.MODELS, each) for each in intent["models"]] == [each["name"] for each in intent["models"]]
    assert [name(Area.IMAGES, each) for each in intent["images"]] == [
        each["reference"] for each in intent["images"]
    ]
    assert [name(Area.TOOLS, each) for each in intent["tools"]] == [
        f"{each['server']}/{each['name']}" for each in intent["tools"]
    ]
    assert [name(Area.RESOURCES, each) for each in intent["resources"]] == [
        f"{each['type']}/{each['id']}" for each in intent["resources"]
    ]
    products = [each["product"] for each in intent["accelerators"]]
    assert [name(Area.ACCELERATORS, each) for each in intent["accelerators"]] == products
    assert name(Area.INTENT, intent) == name(Area.DATA, intent["data"]) == ""
