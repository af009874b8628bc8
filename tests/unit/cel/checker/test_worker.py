"""The process that has Google's checker belongs to one process, and ends with it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest


def _run(script: str) -> subprocess.CompletedProcess[str]:
    start = f"import sys\nsys.path[:] = {sys.path!r}\n"
    return subprocess.run([sys.executable, "-c", start + script], capture_output=True, text=True, check=False)


CHECKS: Final = """\
import os
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.spans import typed_in
environment = Environment(declare([]), {}, {})
children = lambda: open(f"/proc/self/task/{os.getpid()}/children").read().split()
environment.compile(typed_in("1"))
"""


def has_ended(process: int) -> bool:
    """Whether a process that is nobody's child any more is over; the system may keep its number for a while."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system doesn't list children")
@pytest.mark.parametrize(
    "end", ["", "os._exit(0)", "os.kill(os.getpid(), 9)"], ids=["usual", "at once", "killed"]
)
def test_the_process_ends_when_its_parent_does(end: str) -> None:
    ended = _run(CHECKS + f"print(*children(), flush=True)\n{end}")
    (process,) = map(int, ended.stdout.split())
    wait_for(lambda: has_ended(process))
    assert ended.stderr == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks")
def test_a_fork_has_a_process_of_its_own() -> None:
    ended = _run(
        CHECKS
        + """\
import warnings
warnings.simplefilter("ignore")
if fork := os.fork():
    environment.compile(typed_in("2"))
    assert os.waitpid(fork, 0)[1] == 0
    environment.compile(typed_in("3"))
else:
    environment.compile(typed_in("4"))
"""
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_native_code_is_not_in_this_process() -> None:
    ended = _run(CHECKS + "import sys\nassert not any('cel_expr_python' in name for name in sys.modules)")
    assert (ended.returncode, ended.stderr) == (0, "")
