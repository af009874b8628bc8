"""Are the tests of the kernel good enough? Changes it one place at a time; a change that no test notices fails.

`make mutants` runs it. The changes are cosmic-ray's, made in copies of the
tree. What survives has to be in equivalent.toml with the reason why it changes
nothing, and what is there has to survive.
"""

import ast
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkerOutcome, WorkResult

_HERE: Final = Path(__file__).parent
_ROOT: Final = _HERE.parents[1]
_SOURCES: Final = "engine/interlock"
_WORKERS: Final = 2
_LONGEST: Final = 120.0
"""Seconds that the tests may take on one change; what takes longer has been noticed."""

_COPIED: Final = ("engine", "webhooks", "tests", "proofs", "policies", "testdata", "docs", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Target:
    """A module, relative to the sources, and the tests that have to notice its changes."""

    path: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that no test noticed: the lines before and after, without their indentation."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the changes of one module."""

    path: str
    changes: int
    survivors: tuple[Change, ...]


def main(wanted: Iterable[str]) -> int:
    """Print what becomes of all changes, or of those of the `wanted` modules; 1 if one survives unlisted."""
    named = set(wanted)
    targets = [target for target in _targets() if not named or target.path in named]
    trees: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_WORKERS) as pool:
        for number in range(_WORKERS):
            trees.put(_copy(Path(folder) / str(number)))

        def tried(target: Target) -> Found:
            tree = trees.get()
            try:
                return _mutated(tree, target)
            finally:
                trees.put(tree)

        return _report(pool.map(tried, targets), {target.path for target in targets})


def _targets() -> Iterator[Target]:
    listed = tomllib.loads((_HERE / "mutants.toml").read_text(encoding="utf-8"))
    for group in listed["modules"]:
        for path in group["paths"]:
            yield Target(path, tuple(group["tests"]))


def _copy(tree: Path) -> Path:
    for name in _COPIED:
        source = _ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
        else:
            shutil.copy(source, tree / name)
    return tree


def _mutated(tree: Path, target: Target) -> Found:
    """What becomes of every change of `target` in `tree`."""
    config, session = tree / "cosmic-ray.toml", tree / "session.sqlite"
    session.unlink(missing_ok=True)
    config.write_text(_configuration(target), encoding="utf-8")
    _cosmic_ray(tree, "baseline", config)
    _cosmic_ray(tree, "init", config, session)
    _skip_annotations(tree / _SOURCES / target.path, session)
    _cosmic_ray(tree, "exec", config, session)
    lines = _cosmic_ray(tree, "dump", session).splitlines()
    results = [
        result for _, result in map(json.loads, lines) if result and result["worker_outcome"] != "skipped"
    ]
    survivors = (_change(target.path, each["diff"]) for each in results if each["test_outcome"] == "survived")
    return Found(target.path, len(results), tuple(survivors))


def _skip_annotations(module: Path, session: Path) -> None:
    """Leave out changes of annotations: what they say is for the type checker to notice."""
    annotations = list(_annotations(ast.parse(module.read_text(encoding="utf-8"))))
    with use_db(session, WorkDB.Mode.open) as database:
        for item in database.work_items:
            if any(start <= each.start_pos < end for each in item.mutations for start, end in annotations):
                database.set_result(item.job_id, WorkResult(WorkerOutcome.SKIPPED))


def _annotations(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where each annotation in `tree` goes, by line and column."""
    for node in ast.walk(tree):
        for found in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(found, ast.expr):
                yield (found.lineno, found.col_offset), (found.end_lineno or 0, found.end_col_offset or 0)


def _configuration(target: Target) -> str:
    command = f"{sys.executable} -m pytest -x -q -p no:cacheprovider --hypothesis-profile=mutation"
    return (
        "[cosmic-ray]\n"
        f'module-path = "{_SOURCES}/{target.path}"\n'
        f"timeout = {_LONGEST}\n"
        "excluded-modules = []\n"
        f'test-command = "{command} {" ".join(target.tests)}"\n'
        "[cosmic-ray.distributor]\n"
        'name = "local"\n'
    )


def _cosmic_ray(tree: Path, *arguments: Any) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("cosmic-ray"), *arguments],
        cwd=tree,
        env={
            "PYTHONPATH": f"{tree / 'engine'}:{tree / 'webhooks'}",
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"cosmic-ray {arguments[0]} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


def _change(path: str, diff: str) -> Change:
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    before, after = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return Change(path, "\n".join(before), "\n".join(after))


def _report(found: Iterable[Found], paths: set[str]) -> int:
    listed = tomllib.loads((_HERE / "equivalent.toml").read_text(encoding="utf-8")).get("equivalent", [])
    reasons = {Change(each["path"], each["before"], each["after"]): each["reason"] for each in listed}
    survived: Counter[Change] = Counter()
    print(f"{'module':<32}{'changes':>8}{'noticed':>9}{'equivalent':>12}{'survived':>10}")
    for each in found:
        survived.update(each.survivors)
        equivalent = sum(change in reasons for change in each.survivors)
        noticed, left = each.changes - len(each.survivors), len(each.survivors) - equivalent
        print(f"{each.path:<32}{each.changes:>8}{noticed:>9}{equivalent:>12}{left:>10}", flush=True)
    unlisted = [change for change in survived if change not in reasons]
    stale = [change for change in reasons if change.path in paths and change not in survived]
    for change in unlisted:
        print(f"\nno test notices this change of {change.path}:\n- {change.before}\n+ {change.after}")
    for change in stale:
        print(f"\nlisted, and noticed or gone, in {change.path}:\n- {change.before}\n+ {change.after}")
    return 1 if unlisted or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
