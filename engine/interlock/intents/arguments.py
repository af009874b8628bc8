"""What the command lines of a container say of models."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import Any, Final

import msgspec

from interlock.intents.commands import CommandLine, Word, words_of
from interlock.intents.containers import Container
from interlock.intents.draft import few
from interlock.intents.fields import mapping, texts
from interlock.intents.modelnames import (
    ALIAS_FLAGS,
    DRAFT_FLAGS,
    JSON_FLAGS,
    LLAMA_ALIAS_FLAGS,
    LLAMA_DRAFT_FLAGS,
    LLAMA_WEIGHTS_FLAGS,
    WEIGHTS_FLAGS,
)
from interlock.intents.naming import Naming, read_name
from interlock.intents.paths import element, member, members
from interlock.intents.programs import is_llama, names_next, serves


@dataclass(frozen=True, slots=True)
class Arguments:
    """One command line of a container: its first `commands` elements are at `first`, all others at `rest`."""

    line: CommandLine
    first: str
    commands: int
    rest: str

    def source(self, index: int) -> str:
        """The path of the element `index` of the command line."""
        if index < self.commands:
            return element(self.first, index)
        return element(self.rest, index - self.commands)


@dataclass(frozen=True, slots=True)
class Flags:
    """The options whose values are models, models that guess ahead, and what models are called."""

    weights: frozenset[str]
    drafts: frozenset[str]
    aliases: frozenset[str]

    def have(self, flag: str) -> bool:
        """Whether the value of `flag` is one of these."""
        return flag in self.weights or flag in self.drafts or flag in self.aliases


COMMON: Final = Flags(WEIGHTS_FLAGS, DRAFT_FLAGS, ALIAS_FLAGS)
LLAMA: Final = Flags(
    WEIGHTS_FLAGS | LLAMA_WEIGHTS_FLAGS, DRAFT_FLAGS | LLAMA_DRAFT_FLAGS, ALIAS_FLAGS | LLAMA_ALIAS_FLAGS
)


def arguments_of(container: Container) -> Arguments:
    """The command and the arguments of `container`, one after the other, as they are run."""
    command = texts(container.body, "command", container.path)
    given = texts(container.body, "args", container.path)
    line = words_of(few(command + given, "arguments"))
    return Arguments(line, member(container.path, "command"), len(command), member(container.path, "args"))


def hook_of(container: Container) -> Arguments | None:
    """What is run in `container` once it has started, or None where nothing is."""
    if container.body.get("lifecycle") is None:
        return None
    holder, path = mapping(container.body, "lifecycle", container.path), member(container.path, "lifecycle")
    for key in ("postStart", "exec"):
        holder, path = mapping(holder, key, path), member(path, key)
    command = few(texts(holder, "command", path), "arguments")
    here = members(path, "command")
    return Arguments(words_of(command), here, len(command), here) if command else None


def unassigned(variables: dict[str, str], lines: Iterable[Arguments]) -> dict[str, str]:
    """The `variables` that no script in `lines` gives a value of its own, which nobody has computed."""
    words = [word.text for arguments in lines for word in arguments.line.words]
    assigned = {word.partition("=")[0].removesuffix("+") for word in words if "=" in word}
    assigned |= {name for before, name in pairwise(words) if before in {"for", "read"}}
    return {name: value for name, value in variables.items() if name not in assigned}


def named_by_arguments(arguments: Arguments, variables: dict[str, str], flags: Flags) -> Iterator[Naming]:
    """The models that options and well-known commands name."""
    words = arguments.line.words
    for index, word in enumerate(words):
        if not word.text.startswith("-"):
            yield from _named_by_command(arguments, index, variables)
            continue
        flag, equals, value = word.text.partition("=")
        flag = flag.replace("_", "-")
        if not flags.have(flag):
            continue
        alias, draft = flag in flags.aliases, flag in flags.drafts
        for given in [Word(value, word.index)] if equals else _values(words, index, is_list=alias):
            name = _in_value(flag, given.text)
            naming = read_name(name, arguments.source(given.index), variables, alias=alias)
            yield replace(naming, draft=True) if draft else naming


def _in_value(flag: str, value: str) -> str:
    """The model in `value`: most are its name."""
    if flag == "--lora-modules":
        name, equals, _ = value.partition("=")
        return name if equals else _in_object(value, "name")
    return _in_object(value, "model") if flag in JSON_FLAGS else value


def _in_object(written: str, key: str) -> str:
    """The text under `key` of a JSON object, or `written` as it is where there is none."""
    try:
        value: Any = msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError):
        return written
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else written


def _values(words: tuple[Word, ...], index: int, *, is_list: bool) -> list[Word]:
    """The words after the option at `index`: one, or of a list all up to the next option."""
    last = len(words) if is_list else min(index + 2, len(words))
    following = (words[position] for position in range(index + 1, last))
    return list(takewhile(_is_value, following))


def _is_value(word: Word) -> bool:
    return bool(word.text.strip(";&|<>")) and not word.text.startswith("-")


def _named_by_command(arguments: Arguments, index: int, variables: dict[str, str]) -> Iterator[Naming]:
    """The model after `vllm serve` and the like, whose last word is the one at `index`."""
    words = arguments.line.words
    following = index + 1
    if following == len(words) or not names_next(words, index) or names_next(words, following):
        return
    model = words[following]
    if _is_value(model):
        yield read_name(model.text, arguments.source(model.index), variables)


def server_in(arguments: Arguments) -> str:
    """The path of a command that serves models; empty where there is none."""
    words = arguments.line.words
    for index in range(len(words)):
        if serves(words, index):
            return arguments.source(words[index].index)
    return ""


def runs_llama(arguments: Arguments) -> bool:
    """Whether one of the programs is llama.cpp's."""
    return any(map(is_llama, arguments.line.words))
