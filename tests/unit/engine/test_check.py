"""`Engine` as programs use it: loaded from files, and asked what the check API is asked."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.errors import AuthorError, RequestError
from interlock.units import Instant
from support.policies import write_policies
from support.reviews import call, chat, pod, review

_NOW = Instant(1_767_225_600_000)

_CLAMP = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: short-answers}
spec:
  layer: platform
  description: Answers are short.
  match: {actions: [model.chat]}
  clamps: [{path: [max_completion_tokens], ceiling: 100}]
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    write_policies(tmp_path)
    (tmp_path / "clamp.yaml").write_text(_CLAMP)
    return Engine.load(tmp_path)


def _chat(**terms: Any) -> dict[str, Any]:
    body = {**chat("good-1")["chat"], "max_completion_tokens": 4096}
    return {"chat": body, **terms}


@pytest.mark.parametrize(
    "check",
    [
        chat("good-1"),
        chat("bad-1"),
        call("read_file"),
        call("write_file"),
        _chat(appliesPatches=True),
        _chat(),
        {"admission": review(pod(team="shop"))["request"]},
        {"intent": {"action": "tool.call"}},
    ],
)
def test_a_check_is_decided_as_the_document_that_it_is(engine: Engine, check: Any) -> None:
    decided = decide_document(engine, check, now=_NOW).decision
    assert record(engine.check(check, now=_NOW)) == record(decided)


def test_what_policies_change_is_told_to_who_passes_it_on(engine: Engine) -> None:
    check: Any = _chat(appliesPatches=True)
    assert [patch.value for patch in engine.check(check).patches] == [100]
    assert engine.check({"chat": check["chat"]}).patches == ()


@pytest.mark.parametrize("check", [None, [], {}, {"chat": []}, {"chat": {}, "mcp": {}}, {"chart": {}}])
def test_what_is_no_check_is_refused_and_not_decided(engine: Engine, check: Any) -> None:
    with pytest.raises(RequestError):
        engine.check(check)


def test_what_is_not_decided_in_time_is_denied(engine: Engine) -> None:
    decision = engine.check({"chat": chat("good-1")["chat"]}, until=0)
    assert not decision.allowed
    assert decision.failure


def test_all_problems_of_documents_are_shown_together(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("kind: Nonsense\n")
    with pytest.raises(AuthorError) as raised:
        Engine.load(tmp_path / "a.yaml", str(tmp_path / "b.yaml"))
    assert {problem.span.file for problem in raised.value.problems} == {
        str(tmp_path / "a.yaml"),
        str(tmp_path / "b.yaml"),
    }


def test_the_package_gives_what_programs_use_and_nothing_else() -> None:
    assert interlock.Engine is Engine
    name = "Motor"
    with pytest.raises(AttributeError, match=r"`interlock` has no 'Motor': it has AsyncClient, .*Engine, "):
        getattr(interlock, name)


def test_every_name_that_the_package_lists_is_there_and_documented() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/python.md").read_text(encoding="utf-8")
    assert "Engine" in dir(interlock)
    for name in dir(interlock):
        assert getattr(interlock, name).__name__ == name
        assert f"`{name}" in page


def test_importing_the_package_imports_nothing_of_it() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, interlock; print(*[m for m in sys.modules if 'interlock.' in m])"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.strip() == ""


def test_nothing_that_programs_use_needs_anything_of_the_server(tmp_path: Path) -> None:
    write_policies(tmp_path)
    every = "[getattr(interlock, name) for name in dir(interlock)]"
    program = f"import sys, interlock; {every}; interlock.Engine.load({str(tmp_path)!r}); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert not {"fastapi", "starlette", "uvicorn", "structlog", "interlock_webhooks"} & {*told.stdout.split()}
