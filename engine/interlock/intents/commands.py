r"""The words of a container's command line, also of a script that a shell is given.

`["bash", "-c", "exec vllm serve X \\\n --port 80"]` has the words `exec`,
`vllm`, `serve`, `X`, `--port`, `80`. This is no shell: what a script computes
isn't known here.
"""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LONGEST_SCRIPT: Final = 65_536
"""In characters, of all scripts of one command line. What is beyond isn't read, and is noted as unread."""

_DEEPEST: Final = 3
_LONGEST_OPTION: Final = len("-exuoc")
_END_OF_OPTIONS: Final = "--"
_RUNNING: Final = frozenset({"eval", "/c", "/C"})
_COMMANDS: Final = frozenset({"-Command", "-command"})
_SPLITTING: Final = frozenset({"-S", "--split-string"})
_SHELLS: Final = frozenset({"ash", "bash", "dash", "ksh", "python", "python3", "sh", "zsh"})
_OPERATORS: Final = ";&|<>"
_QUOTING: Final = frozenset("\"'\\" + _OPERATORS)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, and which element of the command line it comes from."""

    text: str
    index: int


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The words in their order; `unread` says by element why a script could not be read.

    `scripts` are the texts that were taken apart, as they are written, and `length` is how many characters
    they have together, which is what takes time.
    """

    words: tuple[Word, ...]
    unread: tuple[tuple[int, str], ...]
    scripts: tuple[Word, ...]
    length: int


def words_of(arguments: list[str]) -> CommandLine:
    """The words of `arguments`; a script after `-c`, `eval` and the like is taken apart, at most three deep."""
    reading = _Reading()
    reading.read((Word(text, index) for index, text in enumerate(arguments)), 0)
    return CommandLine(tuple(reading.words), tuple(reading.unread), tuple(reading.scripts), reading.read_so_far)


class _Reading:
    """A command line while it is read: what was found, and how much of scripts was read for it."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.unread: list[tuple[int, str]] = []
        self.scripts: list[Word] = []
        self.read_so_far = 0

    def read(self, given: Iterable[Word], depth: int) -> None:
        is_script = False
        before = ""
        for word in given:
            if before == "|" and word.text.rpartition("/")[2] in _SHELLS:
                self.unread.append((word.index, "what the shell is given is computed"))
            if is_script and word.text == _END_OF_OPTIONS:
                self.words.append(word)
                continue
            if is_script and depth < _DEEPEST:
                self._read_script(word, depth)
                is_script = False
                continue
            if is_script:
                self.unread.append((word.index, "the scripts nest too deep to be read"))
            self.words.append(word)
            is_script = _announces_script(word.text, before)
            before = word.text

    def _read_script(self, script: Word, depth: int) -> None:
        if self.read_so_far + len(script.text) > LONGEST_SCRIPT:
            fault = f"the scripts are longer than {LONGEST_SCRIPT} characters"
            self.unread.append((script.index, fault))
            return
        self.read_so_far += len(script.text)
        self.scripts.append(script)
        inner, fault = _split(script.text)
        if fault:
            self.unread.append((script.index, fault))
        self.read((Word(text, script.index) for text in inner), depth + 1)


def _announces_script(word: str, before: str) -> bool:
    """Whether `word`, which follows `before`, is `-c`, `-lc`, `-ce` or the like."""
    if word.startswith("-"):
        is_option = "c" in word and word[1:].isalpha() and len(word) <= _LONGEST_OPTION
        return is_option or word in _COMMANDS or (word in _SPLITTING and before.endswith("env"))
    return word in _RUNNING


def _split(script: str) -> tuple[list[str], str]:
    """The words of a shell script, and why they may not be all of them; empty where they are."""
    text = _without_comments(script)
    if _QUOTING.isdisjoint(text):
        return text.split(), ""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=_OPERATORS)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer), ""
    except ValueError:
        return text.split(), "the quotes of the script don't match"


def _without_comments(script: str) -> str:
    """`script` without the lines that are comments, and with continued lines joined."""
    lines = [line for line in script.split("\n") if not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ")
