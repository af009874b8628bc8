"""The configurations of gateways that we ship name what is there."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from interlock_webhooks.app import Application
from interlock_webhooks.stated import CALLER, CHAT

_EXAMPLES = sorted((Path(__file__).parents[3] / "deploy" / "gateways").glob("*.yaml"))


def _texts(value: Any) -> Iterator[str]:
    """All texts in `value`."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from (str(key), *_texts(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)


def _found(name: str) -> list[str]:
    return list(_texts(yaml.safe_load(next(path for path in _EXAMPLES if path.stem == name).read_text())))


@pytest.mark.parametrize("path", _EXAMPLES, ids=lambda path: path.stem)
def test_modules_that_are_named_are_there(path: Path) -> None:
    named = [text for text in _texts(yaml.safe_load(path.read_text())) if text.startswith("interlock.")]
    for text in named:
        assert find_spec(text.rpartition(".")[0]) is not None
    assert bool(named) == (path.stem in {"contextforge", "litellm"})


def test_toolhive_is_told_paths_that_are_answered(check: Application) -> None:
    paths = {urlsplit(text).path for text in _found("toolhive") if text.startswith("https://")}
    assert paths == {"/toolhive/mutate", "/toolhive/validate"}
    assert paths <= check.hot.keys()


def test_agentgateway_is_told_headers_that_are_read() -> None:
    named = {text for text in _found("agentgateway") if text.startswith("interlock-")}
    assert named == {CALLER.decode(), CHAT.decode()}
