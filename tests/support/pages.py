"""Pages of the documentation that can be followed: their files written, their commands run.

A fenced block below a path in bold is a file that the reader writes. A `console` block
is a session: lines that start with `$ ` are typed, the others are what comes.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import re2
from typer.testing import CliRunner

from interlock.cli.main import app

_BLOCK = re2.compile(r"(?ms)(?:^\*\*`([^`\n]+)`\*\*\n\n)?^```([a-z]+)\n(.*?)^```$")
_FENCED = re2.compile(r"(?ms)^```.*?^```$")
_LINK = re2.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_SET_DIGEST = re2.compile(r'("policySet": "sha256:)[0-9a-f]{64}"')
_PROMPT = "$ "


@dataclass(frozen=True, slots=True)
class Typed:
    """One command of a page and what the page says that it prints."""

    command: str
    output: str


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a page."""

    path: str
    text: str


def steps(page: str) -> Iterator[Typed | Written]:
    """What a reader of `page` writes and types, in order."""
    for path, language, text in _BLOCK.findall(page):
        if path:
            yield Written(path, text)
        elif language == "console":
            yield from _typed(text)


def _typed(session: str) -> Iterator[Typed]:
    for part in f"\n{session}".split(f"\n{_PROMPT}")[1:]:
        command, _, output = part.partition("\n")
        yield Typed(command, output.strip("\n"))


def programs(page: str) -> list[str]:
    """The Python of `page` that is no file, in order: what a reader types into one session."""
    return [text for path, language, text in _BLOCK.findall(page) if language == "python" and not path]


def links(page: Path) -> list[Path]:
    """The files and folders that `page` links to."""
    prose = _FENCED.sub("", page.read_text(encoding="utf-8"))
    return [page.parent / link for link in _LINK.findall(prose) if "://" not in link]


def follow(page: str, folder: Path) -> list[Typed]:
    """The commands of `page` with what they really print, once its files are in `folder`.

    The working directory has to be `folder`.
    """
    printed: list[Typed] = []
    status = 0
    for step in steps(page):
        if isinstance(step, Written):
            path = folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
        elif step.command == "echo $?":
            printed.append(Typed(step.command, str(status)))
        else:
            program, *arguments = shlex.split(step.command)
            assert program == "interlock", f"a page types `{program}`: only `interlock` can be run"
            came = CliRunner().invoke(app, arguments)
            status = came.exit_code
            # The digest of a set covers the shipped Catalog, which no page is about.
            output = _SET_DIGEST.sub(lambda found: f'{found.group(1)}…"', came.output)
            printed.append(Typed(step.command, output.strip("\n")))
    return printed


def told(page: str) -> list[Typed]:
    """The commands of `page` with what the page says that they print."""
    return [step for step in steps(page) if isinstance(step, Typed)]
