"""Time zones by their IANA names."""

import os
import sys
from pathlib import Path
from subprocess import run
from typing import Final

import pytest

from interlock.zones import time_zone, zone_problem

REFUSED: Final = (
    "",
    " ",
    ".",
    "..",
    "../x",
    "Europe",
    "Europe/",
    "Europe//Berlin",
    "./Europe/Berlin",
    "Europe/../Europe/Berlin",
    "Europe/Berlin\0",
    "Europe/Berlin\n",
    "europe/berlin",
    "/etc/localtime",
    "localtime",
    "posixrules",
    "posix/Europe/Berlin",
    "right/Europe/Berlin",
    "Factory",
    "zones",
    "zone.tab",
    "tzdata.zi",
    "__init__.py",
    "CET-1CEST",
    "+02:00",
    "\ud800",
    "é" * 300,
    "Europe/Berlin" * 10_000,
)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "EST"])
def test_a_name_of_the_database_is_a_time_zone(name: str) -> None:
    assert zone_problem(name) is None
    assert time_zone(name).key == name


@pytest.mark.parametrize("name", REFUSED, ids=ascii)
def test_nothing_else_is_a_time_zone(name: str) -> None:
    problem = zone_problem(name)
    assert problem is not None
    assert problem.isprintable()
    assert len(problem) < 200
    with pytest.raises(ValueError, match="is no time zone of the IANA database"):
        time_zone(name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "Europe/Berln",
            "`Europe/Berln` is no time zone of the IANA database: did you mean `Europe/Berlin`?",
        ),
        ("", "`` is no time zone of the IANA database: name one, such as `Europe/Berlin`"),
    ],
)
def test_a_problem_says_what_to_write_instead(name: str, problem: str) -> None:
    assert zone_problem(name) == problem


def test_names_are_looked_for_in_the_package_alone(tmp_path: Path) -> None:
    names = tmp_path / "names"
    names.write_text(repr(REFUSED))
    program = f"""
import sys, ast
from interlock.zones import time_zone, zone_problem
names = ast.literal_eval(open({str(names)!r}).read())
zone_problem("")
sys.addaudithook(lambda event, args: print(args[0]) if event in ("open", "os.listdir", "os.scandir") else None)
for name in names:
    assert zone_problem(name)
time_zone("Europe/Berlin")
"""
    # Whoever measures coverage opens files of its own.
    alone = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    found = run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=alone)
    assert {
        Path(each).parts[-3:] for each in found.stdout.splitlines() if not each.endswith((".py", ".pyc"))
    } == {("zoneinfo", "Europe", "Berlin")}
    assert all("tzdata" in each for each in found.stdout.splitlines() if each.endswith("Berlin"))
