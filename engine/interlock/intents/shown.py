"""Models that a command line shows without an option for them: in commands, assignments, addresses, calls.

Where a command certainly loads a model and its words don't tell which, the
model is unknown.
"""

from collections.abc import Iterator
from typing import Final

import re2

from interlock.intents.commands import Word
from interlock.intents.modelnames import (
    ALIAS_VARIABLES,
    DIRECTORY_VARIABLES,
    LOADING_CALLS,
    SWITCHES,
    VALUED_FLAGS,
    WEIGHTS_VARIABLES,
)
from interlock.intents.naming import Naming, read_name
from interlock.intents.programs import is_value, names_next, serves

_HUBS: Final = ("huggingface.co/", "hf.co/")
_NO_MODELS: Final = frozenset({"collections", "datasets", "docs", "papers", "spaces"})
_API: Final = ("api", "models")
_PULL: Final = "/api/pull"
_VALUED: Final = "-"
"""Stands for an option whose value was named as a model."""

_ARGUMENTS: Final = (
    "repo_id|model|model_id|model_name|model_path|model_name_or_path|pretrained_model_name_or_path"
)
_CALL: Final = re2.compile(
    rf"""\b(?:{"|".join(LOADING_CALLS)})\(\s*(?:"[a-z0-9-]+"\s*,\s*|'[a-z0-9-]+'\s*,\s*)?"""
    rf"""(?:(?:{_ARGUMENTS})\s*=\s*)?(?:"([^"\\]*)"|'([^'\\]*)'|)"""
)


def named_by_command(
    words: tuple[Word, ...], index: int, weights: frozenset[str], source: str, variables: dict[str, str]
) -> Iterator[Naming]:
    """The model at `source` after `vllm serve` and the like, whose last word is the one at `index`."""
    following = index + 1
    if following == len(words) or names_next(words, following):
        return
    if is_value(words[following]):
        yield read_name(words[following].text, source, variables)
    elif words[following].text.startswith("-"):
        yield from _after_options(words, index, weights, source, variables)


def _after_options(
    words: tuple[Word, ...], index: int, weights: frozenset[str], source: str, variables: dict[str, str]
) -> Iterator[Naming]:
    """The model of a command whose options come first.

    A word after an option that nobody knows is its value, or the model: what can be a model is named, and
    so is what comes after it. An option for models hides none: commands take the word before it.
    """
    at, option, is_sure, is_hidden = index + 1, "", False, False
    while at < len(words) and (is_value(words[at]) or words[at].text.startswith("-")):
        word, equals, _ = words[at].text.partition("=")
        at += 1
        if word.startswith("-"):
            is_weights = word.replace("_", "-") in weights
            is_sure = is_sure or is_weights
            option = "" if equals or word in SWITCHES else _VALUED if is_weights else word
        elif option == _VALUED or option in VALUED_FLAGS:
            option = ""
        elif not option or ("/" in word and not word.startswith(("/", "."))):
            yield read_name(words[at - 1].text, source, variables)
            if not option:
                is_sure = True
                break
            option, is_hidden = "", True
        else:
            option, is_hidden = "", True
    if (is_hidden or not is_sure) and not serves(words, index):
        yield Naming(name="", source=source, fault="the command loads a model, but its options hide which")


def named_by_word(text: str, source: str, variables: dict[str, str]) -> Iterator[Naming]:
    """The model that an assignment `MODEL=x`, or the address of one on a hub, names."""
    name, equals, value = text.partition("=")
    if equals and (name in WEIGHTS_VARIABLES or name in ALIAS_VARIABLES):
        if value and not (name in DIRECTORY_VARIABLES and value.startswith("/")):
            yield read_name(value, source, variables, alias=name in ALIAS_VARIABLES)
        return
    hub = next((hub for hub in _HUBS if hub in text), "")
    if hub:
        parts = text.partition(hub)[2].split("/")
        owner, *rest = parts[2:] if tuple(parts[:2]) == _API else parts
        if rest and owner not in _NO_MODELS:
            yield read_name(f"{owner}/{rest[0].removesuffix('.git')}", source, variables, inferred=True)
    elif text.endswith(_PULL):
        yield Naming(name="", source=source, fault="which model is pulled is in the body of a request")


def named_by_calls(script: str, source: str) -> Iterator[Naming]:
    """The models that calls in `script` load: literals, or unknown."""
    for found in _CALL.finditer(script):
        name = str(found.group(1) or found.group(2) or "")
        if name:
            yield read_name(name, source, {}, inferred=True)
        else:
            yield Naming(name="", source=source, fault="which model is loaded is computed", inferred=True)
