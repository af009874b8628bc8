"""What the page on reports shows is what a service and its commands print."""

import json
import shlex
from pathlib import Path

import re2

from support.commandline import run
from support.pages import Written, steps
from support.process import running

_PAGE = (Path(__file__).parents[2] / "docs/how-to/see-who-used-what.md").read_text(encoding="utf-8")
_SHOWN = re2.compile(r"(?ms)^```text\n(.*?)^```$")


def test_who_follows_the_page_on_reports_sees_what_it_says(tmp_path: Path) -> None:
    files = {step.path: step.text for step in steps(_PAGE) if isinstance(step, Written)}
    (tmp_path / "ours").mkdir()
    for path, text in files.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    with running(tmp_path / "ours", tmp_path / "state") as service, service.client() as client:
        held = client.post(f"{service.check}/v1/check", json=json.loads(files["check.json"])).json()["hold"]
        used = {"hold": held["id"], "used": json.loads(files["used.json"])}
        assert client.post(f"{service.check}/v1/settle", json=used).status_code == 200
        sessions = [session for block in _SHOWN.findall(_PAGE) for session in block.split("$ ")[1:]]
        assert len(sessions) == 3
        for session in sessions:
            command, *shown = session.splitlines()
            printed = run(*shlex.split(command)[1:], "--service", service.check).stdout.splitlines()
            assert len(printed) == len(shown)
            assert all(map(_is_shown, shown, printed)), printed


def _is_shown(shown: str, printed: str) -> bool:
    """Whether `shown` is `printed`, where `…` stands for any rest of a line."""
    start, rest, _ = shown.partition("…")
    return printed.startswith(start) if rest else printed == start
