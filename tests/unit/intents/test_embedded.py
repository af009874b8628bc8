"""Texts that are YAML are read as if their content stood there, and what is dangerous in them isn't read."""

import json
from typing import Any

import pytest

from interlock.intents.embedded import DEEPEST, LONGEST_TEXT, MOST_TEXT, opened
from interlock.intents.patterns import pattern
from support.intents import intent_of

_TEXTS = (pattern("spec.text"),)


def _read(text: object) -> tuple[Any, list[str]]:
    body, faults = opened({"spec": {"text": text}}, "", _TEXTS)
    return body["spec"]["text"], [fault for _, fault in faults]


def test_a_text_gives_what_is_written_in_it() -> None:
    assert _read("a: [1, {b: 2024-01-01}]") == ({"a": [1, {"b": "2024-01-01"}]}, [])
    assert _read('{"a": null}') == ({"a": None}, [])


def test_what_is_no_text_stays_as_it_is() -> None:
    assert _read({"a": 1}) == ({"a": 1}, [])
    assert opened({"spec": {}}, "", _TEXTS) == ({"spec": {}}, [])


def test_the_object_itself_is_not_changed() -> None:
    body = {"spec": {"text": "a: 1", "other": [1]}}
    opened(body, "", _TEXTS)
    assert body == {"spec": {"text": "a: 1", "other": [1]}}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [", "the text can't be read as YAML"),
        ("1: 2", "the text can't be read as YAML"),
        ("a: .inf", "the text can't be read as YAML"),
        (f"a: {'9' * 30}", "the text can't be read as YAML"),
        ('a: "\\0"', "the text can't be read as YAML"),
        ("a: 1\n---\nb: 2", "the text can't be read as YAML"),
        ("{{inputs.parameters.patch}}", "the text can't be read as YAML"),
        ("plain words", "the text is filled in later"),
        ("a: &x [1]\nb: *x", "the text has aliases, which aren't read"),
        ("a: !!bool x", "the text has tags, which aren't read"),
        ("!!python/object:os.system {}", "the text has tags, which aren't read"),
        (f"a: {':'.join(['1'] * 3000)}", "the text has a plain word that is too long to be read"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f"the text nests deeper than {DEEPEST} levels"),
        ("#" * (LONGEST_TEXT + 1), f"the text is longer than {LONGEST_TEXT} characters"),
    ],
)
def test_what_cannot_be_read_is_nothing_and_says_why(text: str, fault: str) -> None:
    assert _read(text) == (None, [fault])


def test_all_texts_of_an_object_together_are_bounded() -> None:
    many = {"texts": ["#" * LONGEST_TEXT] * (MOST_TEXT // LONGEST_TEXT + 1)}
    _, faults = opened(many, "", (pattern("texts[]"),))
    assert faults == [(f"texts[{MOST_TEXT // LONGEST_TEXT}]", "the texts are too long to be read")]


def test_a_fact_in_a_text_has_its_path_in_it() -> None:
    service = {
        "apiVersion": "ray.io/v1",
        "kind": "RayService",
        "metadata": {"name": "r"},
        "spec": {"serveConfigV2": "applications: [{args: {model: gpt-4o}}]"},
    }
    intent = intent_of(service)
    (model,) = intent["models"]
    assert (model["name"], model["class"]) == ("gpt-4o", "frontier")
    assert model["source"] == "spec.serveConfigV2.applications[0].args.model"
    assert intent["object"] is service


def test_objects_in_objects_are_read_only_so_deep() -> None:
    inner: dict[str, Any] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
    for _ in range(6):
        manifest = {"templates": [{"name": "t", "resource": {"manifest": json.dumps(inner)}}]}
        inner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {}, "spec": manifest}
    (unread,) = intent_of(inner)["unresolved"]
    assert unread["reason"] == "the objects nest too deep to be read"
    assert unread["path"] == ".".join(["spec.templates[0].resource.manifest"] * 4)
