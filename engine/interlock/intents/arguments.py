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
from interlock.intents.programs import is_llama, is_value, names_next, serves
from interlock.intents.shown import named_by_calls, named_by_command, named_by_word


@dataclass(frozen=True, slots=True)
class Arguments:
    """One command line of a container: its first `commands` elements are at `first`, all others at `rest`.

    Where it is one text, it stands at `first`, and `rest` is empty.
    """

    line: CommandLine
    first: str
    commands: int
    rest: str

    def source(self, index: int) -> str:
        """The path of the element `index` of the command line."""
        if not self.rest:
            return self.first
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


_SCRIPTS: Final = ("script", "source")
"""Where workflows keep what a container's interpreter is given."""

_BESIDE: Final = frozenset({*_SCRIPTS, "lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})

_BINDING: Final = frozenset({"for", "read"})
"""Words of a shell that give the variable after them a value."""

_LONGEST_EXPANDED: Final = 4096
"""In characters, of the value of a variable that is several words."""

_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")

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


def others_of(container: Container) -> list[Arguments]:
    """What is run in `container` beside its command: scripts in texts, hooks and probes."""
    body, path = container.body, container.path
    if _BESIDE.isdisjoint(body):
        return []
    found = [_script(body[key], member(path, key)) for key in _SCRIPTS if isinstance(body.get(key), str)]
    if body.get("lifecycle") is not None:
        hooks = mapping(body, "lifecycle", path)
        found += [_executed(hooks, key, member(path, "lifecycle")) for key in ("postStart", "preStop")]
    found += [_executed(body, key, path) for key in _PROBES if "exec" in mapping(body, key, path)]
    return [each for each in found if each.line.words]


def _script(text: str, path: str) -> Arguments:
    return Arguments(words_of(["-c", text]), path, 0, "")


def _executed(holder: dict[str, Any], key: str, path: str) -> Arguments:
    """The command of a hook or a probe."""
    for step in (key, "exec"):
        holder, path = mapping(holder, step, path), member(path, step)
    command = few(texts(holder, "command", path), "arguments")
    here = members(path, "command")
    return Arguments(words_of(command), here, len(command), here)


def unassigned(variables: dict[str, str], lines: Iterable[Arguments]) -> dict[str, str]:
    """The `variables` that no script in `lines` gives a value of its own, which nobody has computed."""
    words = [word.text for arguments in lines for word in arguments.line.words]
    assigned = {word.partition("=")[0].removesuffix("+") for word in words if "=" in word}
    if not _BINDING.isdisjoint(words):
        assigned |= {name for before, name in pairwise(words) if before in _BINDING}
    if not assigned:
        return variables
    return {name: value for name, value in variables.items() if name not in assigned}


def named_by_arguments(arguments: Arguments, variables: dict[str, str], flags: Flags) -> Iterator[Naming]:
    """The models that options, assignments, addresses and well-known commands name."""
    words = _expanded(arguments.line.words, variables)
    is_named = False
    for index, word in enumerate(words):
        if not word.text.startswith("-"):
            if names_next(words, index):
                source = arguments.source(words[min(index + 1, len(words) - 1)].index)
                yield from named_by_command(words, index, flags.weights, source, variables)
                is_named = True
                continue
            # What has just been named as it stands isn't an address besides.
            if not is_named and ("=" in word.text or "/" in word.text):
                yield from named_by_word(word.text, arguments.source(word.index), variables)
            is_named = False
            continue
        flag, equals, value = word.text.partition("=")
        flag, is_named = flag.replace("_", "-"), False
        if not flags.have(flag):
            continue
        is_named = not equals
        alias, draft = flag in flags.aliases, flag in flags.drafts
        for given in [Word(value, word.index)] if equals else _values(words, index, is_list=alias):
            source = arguments.source(given.index)
            naming = read_name(_in_value(flag, given.text), source, variables, alias=alias)
            yield replace(naming, draft=True) if draft else naming
            adapter = _adapter(flag, given.text)
            if adapter:
                yield replace(read_name(adapter, source, variables), adapter=True)
    for script in arguments.line.scripts:
        yield from named_by_calls(script.text, arguments.source(script.index))


def _expanded(words: tuple[Word, ...], variables: dict[str, str]) -> tuple[Word, ...]:
    """`words`, in which a variable whose value is several words, or an option, is these words."""
    several = {name: value for name, value in variables.items() if value.startswith("-") or " " in value}
    return tuple(each for word in words for each in _pieces(word, several)) if several else words


def _pieces(word: Word, several: dict[str, str]) -> list[Word]:
    value = several.get(word.text[1:].strip("(){}"), "") if word.text.startswith("$") else ""
    if not 0 < len(value) <= _LONGEST_EXPANDED:
        return [word]
    return [Word(text, word.index) for text in value.split()]


def _adapter(flag: str, value: str) -> str:
    """The adapter of a hub in `name=adapter`; empty where it is a file, or the option is another one."""
    if flag != "--lora-modules":
        return ""
    _, equals, path = value.partition("=")
    found = path if equals else _in_object(value, "path")
    return found if "/" in found and not found.startswith(("/", ".", "{")) else ""


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
    return list(takewhile(is_value, following))


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
