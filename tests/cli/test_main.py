"""The command line as a whole: help, version, errors, and the installed command in a process of its own."""

import os
import subprocess
import sys
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app, main
from interlock.errors import OperatorError
from support.commandline import Run
from support.reviews import chat, encoded

_COMMAND = Path(sys.executable).with_name("interlock")
_COMMANDS = ("check", "test", "eval", "explain", "replay", "serve", "version")


def _process(*arguments: str, stdin: bytes = b"", **environment: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # our own command
        [_COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_help_names_every_command(run: Run) -> None:
    told = run("--help").stdout
    assert [word for word in _COMMANDS if f"\n  {word} " not in told] == []


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_explains_itself_in_sentences(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert result.stdout.split("\n\n")[1].strip().endswith(".")


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("version").stdout == f"interlock {version('interlock')}\n"


def test_no_arguments_show_the_help(run: Run) -> None:
    assert "Usage: interlock" in run().output


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("check",), ("check", "a", "b", "--output", "x"), ("eval",)]
)
def test_wrong_usage_ends_with_two(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_a_file_that_may_not_be_read_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "secret.yaml")

    monkeypatch.setattr(Path, "rglob", refuse)
    result = run("test", "policies")
    assert (result.exit_code, result.stderr) == (2, "interlock: `secret.yaml`: permission denied\n")


def test_an_evaluator_that_is_not_installed_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "celpy", None)
    monkeypatch.delitem(sys.modules, "interlock.cel.alternative", raising=False)
    result = run("check", "policies", "-", "--evaluator", "cel-python")
    assert (result.exit_code, result.stderr) == (
        2,
        "interlock: `celpy` is missing: install `interlock[oracle]`\n",
    )


def test_what_an_operator_must_do_is_one_clear_line() -> None:
    result = CliRunner().invoke(app, ["serve", "--check-address", "nowhere"])
    assert result.exit_code == 2
    assert result.stderr.startswith("interlock: ")
    assert len(result.stderr.splitlines()) == 1
    assert not isinstance(result.exception, OperatorError)


@pytest.mark.usefixtures("run")
def test_the_installed_command_decides() -> None:
    allowed = _process("check", "policies", "-", stdin=encoded(chat("good-1")))
    assert (allowed.returncode, allowed.stderr) == (0, b"")
    assert allowed.stdout.decode().startswith("✓ allow  model.chat good-1  (<stdin>:1)\n")
    denied = _process("check", "policies", "-", stdin=encoded(chat("bad-1")))
    assert denied.returncode == 1
    broken = _process("check", "policies", "-", stdin=b"\xff\x00")
    assert broken.returncode == 2
    assert b"Traceback" not in broken.stderr


@pytest.mark.usefixtures("run")
def test_the_module_is_the_command() -> None:
    told = subprocess.run(  # our own command
        [sys.executable, "-m", "interlock", "version"], capture_output=True, check=True, timeout=60
    )
    assert told.stdout.decode() == f"interlock {version('interlock')}\n"


@pytest.mark.usefixtures("run")
def test_output_is_the_same_on_any_width_and_plain_where_it_is_no_terminal() -> None:
    stdin = encoded(chat("bad-1"))
    wide = _process("check", "policies", "-", stdin=stdin, COLUMNS="300")
    narrow = _process("check", "policies", "-", stdin=stdin, COLUMNS="20")
    assert wide.stdout == narrow.stdout
    assert b"\x1b" not in wide.stdout


@pytest.mark.usefixtures("run")
def test_a_terminal_without_the_characters_still_shows_the_rest() -> None:
    told = _process("check", "policies", "-", stdin=encoded(chat("good-1")), PYTHONIOENCODING="ascii")
    assert told.returncode == 0
    assert told.stdout.startswith(rb"\u2713 allow  model.chat good-1")


@pytest.mark.usefixtures("run")
def test_a_reader_that_has_seen_enough_ends_the_command_quietly() -> None:
    shell = f"{_COMMAND} check policies - --output json | true"
    told = subprocess.run(  # noqa: S602  # only a shell makes such a pipe
        shell, shell=True, input=encoded(chat("good-1")), capture_output=True, check=False, timeout=60
    )
    assert b"Traceback" not in told.stderr


def test_a_part_of_interlock_that_is_missing_is_a_bug_and_not_an_extra(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "interlock.cel.alternative", None)
    with pytest.raises(ModuleNotFoundError, match=r"interlock\.cel\.alternative"):
        run("check", "policies", "-", "--evaluator", "cel-python", stdin=encoded(chat("good-1")))


def test_output_may_be_any_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    written = StringIO()
    monkeypatch.setattr(sys, "argv", ["interlock", "version"])
    monkeypatch.setattr(sys, "stdout", written)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, written.getvalue()) == (0, f"interlock {version('interlock')}\n")
