"""`interlock check`."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.commandline import Run
from support.reviews import call, chat, deployment, pod, review

_NOW = ("--now", "2026-01-01T00:00:00Z")


def _write(name: str, *documents: object) -> str:
    Path(name).write_text("---\n".join(yaml.safe_dump(each) for each in documents))
    return name


def test_what_is_allowed_ends_with_zero(run: Run) -> None:
    result = run("check", "policies", _write("chat.yaml", chat("good-1")))
    assert result.exit_code == 0
    assert result.stdout == ("✓ allow  model.chat good-1  (chat.yaml:1)\n1 document: 1 allowed, 0 denied\n")
    assert result.stderr == ""


def test_a_denial_says_who_denies_what_and_what_to_do(run: Run) -> None:
    result = run("check", "policies", _write("chat.yaml", chat("bad-1")))
    assert result.exit_code == 1
    assert result.stdout == (
        "✗ deny  model.chat bad-1  (chat.yaml:1)\n"
        "    organization models/never-bad models[0]: this model is not to be used\n"
        "      remedy: use good-1\n"
        "    organization models[0]: no policy of layer `organization` permits `bad-1`\n"
        "      remedy: ask layer `organization` for a policy on models that permits it\n"
        "1 document: 0 allowed, 1 denied\n"
    )


def test_warnings_are_shown_and_do_not_deny(run: Run) -> None:
    result = run("check", "policies", _write("web.yaml", deployment(12, team="shop")))
    assert result.exit_code == 0
    assert "    warning: team few-pods/at-most-ten intent: more than ten pods\n" in result.stdout


def test_every_document_of_every_file_folder_and_list_is_decided(run: Run) -> None:
    Path("in/below/.hidden").mkdir(parents=True)
    _write("in/a.yaml", pod(team="a"), deployment(1))
    _write("in/below/b.yml", {"apiVersion": "v1", "kind": "List", "items": [pod(), review(pod(team="b"))]})
    _write("in/below/.hidden/c.yaml", pod())
    Path("in/notes.txt").write_text("not a document")
    Path("call.json").write_text(json.dumps(call("read")))
    result = run("check", "policies", "in", "call.json", "--output", "json")
    entries = json.loads(result.stdout)
    assert [(entry["source"], entry["document"], entry["decision"]["decision"]) for entry in entries] == [
        ("in/a.yaml:1", "workload.create Pod shop/web", "allow"),
        ("in/a.yaml:13", "workload.create Deployment shop/web", "deny"),
        ("in/below/b.yml:1 items[0]", "workload.create Pod shop/web", "deny"),
        ("in/below/b.yml:1 items[1]", "workload.create Pod shop/web", "allow"),
        ("call.json:1", "tool.call files/read", "allow"),
    ]
    assert result.exit_code == 1


def test_lists_in_lists_are_unrolled_with_their_places(run: Run) -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [pod(team="a"), 3]}
    result = run("check", "policies", _write("l.yaml", {"apiVersion": "v1", "kind": "List", "items": [inner]}))
    assert "(l.yaml:1 items[0].items[0])" in result.stdout
    assert result.stderr == "l.yaml:1:1: items[0].items[1]: must be a mapping\n"
    assert result.exit_code == 2


def test_standard_input_is_read(run: Run) -> None:
    result = run("check", "policies", "-", stdin=json.dumps(chat("good-1")))
    assert result.stdout.startswith("✓ allow  model.chat good-1  (<stdin>:1)\n")


def test_json_lines_have_one_record_each(run: Run) -> None:
    result = run(
        "check", "policies", _write("c.yaml", chat("good-1"), chat("bad-1")), "--output", "jsonl", *_NOW
    )
    first, second = map(json.loads, result.stdout.splitlines())
    assert first["decision"]["time"] == "2026-01-01T00:00:00.000Z"
    assert second["decision"]["reasons"][0]["rule"] == "never-bad"


def test_another_evaluator_decides_the_same(run: Run) -> None:
    documents = _write("c.yaml", chat("good-1"), chat("bad-1"), deployment(12))
    told = [
        run("check", "policies", documents, *_NOW, *more).stdout for more in ((), ("--evaluator", "cel-python"))
    ]
    assert told[0] == told[1]


def test_one_document_that_nobody_understands_hides_no_other(run: Run) -> None:
    result = run("check", "policies", _write("c.yaml", chat("good-1"), {"a": 1}))
    assert result.exit_code == 2
    assert "✓ allow" in result.stdout
    assert result.stderr.startswith("c.yaml:7:1: the document is none of these: ")
    assert len(result.stderr.splitlines()) == 1


def test_names_that_a_terminal_would_obey_are_shown_escaped(run: Run) -> None:
    result = run("check", "policies", "-", stdin=json.dumps(chat("\x1b[2J\u202egood")))
    assert "model.chat \\x1b[2J\\u202egood" in result.stdout


def test_many_names_are_cut_short(run: Run) -> None:
    tools = [{"type": "function", "function": {"name": f"t{number}"}} for number in range(9)]
    message = {"role": "user", "content": "hi"}
    body = {"model": "a", "models": ["b", "c", "d", "e"], "messages": [message], "tools": tools}
    result = run("check", "policies", "-", stdin=json.dumps(body))
    assert "model.chat a, b, c and 2 more" in result.stdout


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "in.yaml:1:1: no document here: give a file with one"),
        (b"- 1\n", "in.yaml:1:1: document must be a mapping"),
        (b"a: [\n", "in.yaml:2:1: not valid YAML"),
        (b"\xff", "in.yaml:1:1: byte 0xff is not UTF-8: save the file as UTF-8"),
        (b"[" * 5000, "in.yaml:1:102: nested more than 100 levels deep"),
        (b'{"a":' * 5000, "in.yaml:1:"),
        (b'{"apiVersion": "v1", "kind": "Pod", "a": 1e999}', "in.yaml:1:1: "),
        (b'{"apiVersion": "v1", "kind": "Pod", "a": 99999999999999999999}', "in.yaml:1:1: "),
        (b'{"apiVersion": "v1", "kind": "Pod", "a": "\\ud800"}', "in.yaml:1:1: "),
        (b'{"apiVersion": "v1", "kind": "Pod", "a": "\\u0000"}', "in.yaml:1:1: "),
        (b'{"apiVersion": 1, "kind": []}', "in.yaml:1:1: "),
        (b" " * (1 << 20) + b"{}", "in.yaml:1:1: file is larger than 1 MiB: split it"),
    ],
    ids=range(12),
)
def test_an_odd_input_is_one_problem_with_its_place(run: Run, content: bytes, problem: str) -> None:
    Path("in.yaml").write_bytes(content)
    result = run("check", "policies", "in.yaml")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(problem)


def test_policies_with_problems_are_reported_as_compilers_do(run: Run) -> None:
    bad = Path("policies/models.yaml").read_text().replace("model.name.startsWith", "model.nmae.startsWith", 1)
    Path("policies/models.yaml").write_text(bad)
    result = run("check", "policies", _write("c.yaml", chat("good-1")))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert (
        "policies/models.yaml:10:20: undefined field `nmae` of Model: did you mean `name`?\n" in result.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere", "c.yaml"), "nowhere:1:1: can't be read: no such file or directory\n"),
        (("policies", "nowhere"), "nowhere:1:1: can't be read: no such file or directory\n"),
        (("policies", "/dev/null"), "/dev/null:1:1: not a regular file: name a file or a directory\n"),
        (("policies", "empty"), "empty:1:1: no document here: give a file with one\n"),
        (
            ("policies", "c.yaml", "--now", "soon"),
            (
                "interlock: `--now` is `soon`: it must be a time with its offset from UTC, "
                "such as `2026-07-01T00:00:00Z`\n"
            ),
        ),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(run: Run, arguments: tuple[str, ...], told: str) -> None:
    Path("empty").mkdir()
    _write("c.yaml", chat("good-1"))
    result = run("check", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", told)


def test_what_policies_changed_is_shown(run: Run) -> None:
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"template": {}}}
    result = run("check", "policies", _write("job.yaml", job))
    assert "    changed: spec.activeDeadlineSeconds = 3600 (" in result.stdout


def test_a_folder_with_more_files_than_are_read_is_one_problem(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.cli.requests.MOST_FILES", 1)
    Path("in").mkdir()
    _write("in/a.yaml", chat("good-1"))
    _write("in/b.yaml", chat("good-1"))
    result = run("check", "policies", "in")
    assert (result.exit_code, result.stderr) == (
        2,
        "in:1:1: more than 1 files: decide on a part of them at a time\n",
    )


def test_a_reason_without_a_remedy_stands_alone(run: Run) -> None:
    text = Path("policies/models.yaml").read_text()
    Path("policies/models.yaml").write_text(text.replace("      remedy: use good-1\n", ""))
    result = run("check", "policies", _write("c.yaml", chat("bad-1")))
    _, denied, following, *_ = result.stdout.splitlines()
    assert denied == "    organization models/never-bad models[0]: this model is not to be used"
    assert following.startswith("    organization models[0]: ")


_KEY = st.sampled_from(
    ("apiVersion", "kind", "metadata", "spec", "items", "request", "object", "operation", "chat", "model", "x")
)
_WORD = st.sampled_from(("v1", "List", "Pod", "admission.k8s.io/v1", "CREATE", "good-1", "\x1b[2J", ""))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _WORD | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(_KEY, below, max_size=5),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.dictionaries(_KEY, _JSON, max_size=6), command=st.sampled_from(("check", "explain")))
def test_no_json_gives_a_traceback_or_reaches_the_terminal_unescaped(
    run: Run, document: dict[str, Any], command: str
) -> None:
    result = run(command, "policies", "-", stdin=json.dumps(document))
    assert result.exit_code in {0, 1, 2}
    assert "\x1b" not in result.output
    assert bool(result.stderr) == (result.exit_code == 2)
