"""What the command line of a container says of models."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from interlock.intents.commands import CommandLine, Word, words_of
from interlock.intents.containers import Container
from interlock.intents.draft import few
from interlock.intents.fields import texts
from interlock.intents.modelnames import ALIAS_FLAGS, COMMANDS, WEIGHTS_FLAGS
from interlock.intents.naming import Naming, read_name
from interlock.intents.paths import element, member


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line of a container, of which the first `commands` elements are its `command`."""

    line: CommandLine
    container: Container
    commands: int

    def source(self, index: int) -> str:
        """The path of the element `index` of the command line."""
        if index < self.commands:
            return element(member(self.container.path, "command"), index)
        return element(member(self.container.path, "args"), index - self.commands)


def arguments_of(container: Container) -> Arguments:
    """The command and the arguments of `container`, one after the other, as they are run."""
    command = texts(container.body, "command", container.path)
    given = texts(container.body, "args", container.path)
    return Arguments(words_of(few(command + given, "arguments")), container, len(command))


def named_by_arguments(arguments: Arguments, variables: dict[str, str]) -> Iterator[Naming]:
    """The models that options and well-known commands name."""
    for index, word in enumerate(arguments.line.words):
        if word.text.startswith("--"):
            flag, equals, value = word.text.partition("=")
            flag = flag.replace("_", "-")
            if flag not in WEIGHTS_FLAGS and flag not in ALIAS_FLAGS:
                continue
            values = [Word(value, word.index)] if equals else _values(arguments.line.words, index, flag)
            for given in values:
                source = arguments.source(given.index)
                yield read_name(given.text, source, variables, alias=flag in ALIAS_FLAGS)
        else:
            yield from _named_by_command(arguments, index, variables)


def _values(words: tuple[Word, ...], index: int, flag: str) -> list[Word]:
    """The words after the option at `index`: one, or for aliases all up to the next option."""
    last = len(words) if flag in ALIAS_FLAGS else min(index + 2, len(words))
    following = (words[position] for position in range(index + 1, last))
    return list(takewhile(_is_value, following))


def _is_value(word: Word) -> bool:
    return bool(word.text.strip(";&|<>")) and not word.text.startswith("-")


def _named_by_command(arguments: Arguments, index: int, variables: dict[str, str]) -> Iterator[Naming]:
    """The model after `vllm serve` and the like, whose last word is the one at `index`."""
    words = arguments.line.words
    for command in COMMANDS:
        start = index + 1 - len(command)
        if words[index].text != command[-1] or start < 0:
            continue
        spoken = tuple(word.text.rpartition("/")[2] for word in words[start : index + 1])
        following = words[index + 1 : index + 2]
        if spoken == command and following and _is_value(following[0]):
            yield read_name(following[0].text, arguments.source(following[0].index), variables)
