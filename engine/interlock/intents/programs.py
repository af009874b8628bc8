"""Programs that serve or fetch models, by the words that they are called with.

A program may be called by its path: only the end of it counts.
"""

from operator import eq
from typing import Final

from interlock.intents.commands import Word
from interlock.intents.modelnames import COMMANDS, LLAMA_MARKS, SERVER_COMMANDS


def names_next(words: tuple[Word, ...], index: int) -> bool:
    """Whether the word after the one at `index` is a model: the command that ends here takes it."""
    return _ends_command(words, index, _NAMING)


def serves(words: tuple[Word, ...], index: int) -> bool:
    """Whether the command that ends at `index` serves models."""
    return _ends_command(words, index, _SERVING)


def is_value(word: Word) -> bool:
    """Whether `word` is neither an option nor an operator of a shell."""
    return bool(word.text.strip(";&|<>")) and not word.text.startswith("-")


def is_llama(word: Word) -> bool:
    """Whether `word` is one of llama.cpp's programs."""
    return word.text.endswith(LLAMA_MARKS)


def _by_end(commands: tuple[tuple[str, ...], ...]) -> dict[str, list[tuple[str, ...]]]:
    """Commands by their last words, one lookup for each word that is no command's."""
    return {end: [each for each in commands if each[-1] == end] for end in {each[-1] for each in commands}}


_NAMING: Final = _by_end(COMMANDS)
_SERVING: Final = _by_end(SERVER_COMMANDS)


def _ends_command(words: tuple[Word, ...], index: int, commands: dict[str, list[tuple[str, ...]]]) -> bool:
    """Whether the word at `index` is the last one of one of `commands`, which may be called by their paths."""
    for command in commands.get(_program(words[index]), ()):
        start = index + 1 - len(command)
        if start >= 0 and all(map(eq, map(_program, words[start:index]), command)):
            return True
    return False


def _program(word: Word) -> str:
    return word.text.rpartition("/")[2]
