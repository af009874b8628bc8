"""`interlock eval`."""

import json
from pathlib import Path

import pytest
import yaml

from support.commandline import Run
from support.policies import TOOLS
from support.reviews import call, chat, pod


def _write(name: str, *documents: object) -> str:
    Path(name).write_text("---\n".join(yaml.safe_dump(each) for each in documents))
    return name


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("1 + 2", "3  int"),
        ("[1, 2].map(x, x * 2)", "[2, 4]  list(int)"),
        ("1.5", "1.5  double"),
        ("'a' + 'b'", '"ab"  string'),
        ("null", "null  null_type"),
        ("now == timestamp('2026-01-01T00:00:00Z')", "true  bool"),
        ("duration('90s')", 'duration("90s")  google.protobuf.Duration'),
    ],
)
def test_an_expression_prints_its_value_and_type(run: Run, expression: str, printed: str) -> None:
    result = run("eval", expression, "--now", "2026-01-01T00:00:00Z")
    assert (result.exit_code, result.stdout) == (0, f"{printed}\n")


def test_variables_are_any_json(run: Run) -> None:
    result = run("eval", "x.a[0] + y", "--var", 'x={"a": [1]}', "--var", "y=2")
    assert result.stdout == "3  int\n"


def test_an_input_is_read_as_an_intent(run: Run) -> None:
    result = run("eval", "intent.action", "--input", _write("c.yaml", chat("good-1")))
    assert result.stdout == '"model.chat"  string\n'


def test_an_input_is_read_from_standard_input(run: Run) -> None:
    result = run("eval", "intent.models[0]", "--input", "-", stdin=json.dumps(chat("good-1")))
    assert result.stdout.startswith('{"name": "good-1", ')
    assert result.stdout.endswith("  Model\n")


def test_an_area_is_evaluated_item_by_item(run: Run) -> None:
    documents = _write("c.yaml", call("read"), chat("good-1"), call("write"))
    result = run("eval", "tool.name", "--input", documents, "--area", "tools")
    assert result.stdout == ('c.yaml:1 tools[0]: "read"  string\nc.yaml:17 tools[0]: "write"  string\n')


def test_an_area_with_nothing_in_it_is_an_error(run: Run) -> None:
    result = run("eval", "tool.name", "--input", _write("c.yaml", pod()), "--area", "tools")
    assert result.exit_code == 2
    assert result.stderr == "interlock: the input has nothing of area `tools`: choose another `--area`\n"


def test_the_catalog_of_policies_classifies_what_is_read(run: Run) -> None:
    Path("catalog.yaml").write_text(
        "apiVersion: interlock.dev/v1alpha1\nkind: Catalog\nmetadata: {name: ours}\nspec:\n"
        "  models: [{names: [good-1], class: ours, provider: us, hosting: selfHosted}]\n"
    )
    Path("set").mkdir()
    Path("set/tools.yaml").write_text(TOOLS)
    Path("catalog.yaml").rename("set/catalog.yaml")
    result = run(
        "eval", "intent.models[0].class", "--input", _write("c.yaml", chat("good-1")), "--policies", "set"
    )
    assert (result.stderr, result.stdout) == ("", '"ours"  string\n')


def test_a_trace_shows_every_sub_expression(run: Run) -> None:
    result = run("eval", "x > 1 && y", "--var", "x=2", "--var", "y=false", "--trace")
    assert result.stdout == (
        "false  bool\n  x > 1 && y\n  │ │   │  │\n  2 │   │  false\n    │   false\n    true\n  cost 3\n"
    )


def test_an_evaluation_error_ends_with_one(run: Run) -> None:
    result = run("eval", "1 / x", "--var", "x=0", "--trace")
    assert result.exit_code == 1
    assert result.stderr == "evaluation error: divide by zero\n"
    assert result.stdout == "  1 / x\n    │ │\n    │ 0\n    error: divide by zero\n  cost 2\n"


@pytest.mark.parametrize(
    ("arguments", "residual"),
    [
        (("x > 1 && y.a == 2", "--var", "x=2", "--unknown", "y"), "y.a == 2"),
        (("x > 1 && y.a == 2", "--var", "x=1", "--unknown", "y"), "false"),
        (("x.a == 1 && x.b == 2", "--var", 'x={"a": 1}', "--unknown", "x.b"), "x.b == 2"),
    ],
)
def test_what_is_unknown_is_left_of_an_expression(run: Run, arguments: tuple[str, ...], residual: str) -> None:
    result = run("eval", *arguments)
    assert (result.exit_code, result.stdout) == (0, f"{residual}\n")


def test_an_unknown_part_of_an_input_is_left(run: Run) -> None:
    text = "intent.action == 'model.chat' && intent.principal.id == 'ana'"
    result = run("eval", text, "--input", _write("c.yaml", chat("good-1")), "--unknown", "intent.principal")
    assert result.stdout == 'intent.principal.id == "ana"\n'


@pytest.mark.parametrize(
    ("release", "exit_code", "told"),
    [
        ("1.34", 0, "[1, 2]  list(int)"),
        ("1.33", 2, "undeclared reference to `sort`: Kubernetes has it since 1.34"),
        ("2.0", 2, "`--kubernetes`: unknown Kubernetes version `2.0`: known are 1.25 to 1.37"),
    ],
)
def test_an_expression_is_held_to_a_release(run: Run, release: str, exit_code: int, told: str) -> None:
    result = run("eval", "[2, 1].sort()", "--kubernetes", release)
    assert result.exit_code == exit_code
    assert told in result.output


def test_a_release_has_what_its_policies_that_change_objects_have(run: Run) -> None:
    assert run("eval", "jsonpatch.escapeKey('a/b')", "--kubernetes", "1.32").stdout == '"a~1b"  string\n'
    result = run("eval", "jsonpatch.escapeKey('a/b')", "--kubernetes", "1.31")
    assert "undeclared reference to `escapeKey`: Kubernetes has it since 1.32" in result.output


def test_a_wrong_constant_is_an_error_at_its_place(run: Run) -> None:
    result = run("eval", "now > timestamp('2026-13-01T00:00:00Z')")
    assert result.exit_code == 2
    assert result.stderr.startswith("<expression>:1:17: `2026-13-01T00:00:00Z` is not for `timestamp`: ")


def test_a_compile_error_points_at_its_place(run: Run) -> None:
    result = run("eval", "1 +\n  intent.modles", "--input", _write("c.yaml", pod()))
    assert result.exit_code == 2
    assert result.stderr == (
        "<expression>:2:9: undefined field `modles` of Intent: did you mean `models`?\n"
        "    intent.modles\n"
        "          ^\n"
    )


@pytest.mark.parametrize(
    "expression", ["", "(" * 5000, "[" * 300 + "]" * 300, "1+" * 3000 + "1", "\x00", "a.b.c", '"' * 3]
)
def test_no_expression_gives_a_traceback(run: Run, expression: str) -> None:
    result = run("eval", expression)
    assert result.exit_code == 2
    assert result.stderr.startswith("<expression>:")


def test_an_expression_that_is_no_text_is_refused(run: Run) -> None:
    result = run("eval", "\udcff")
    assert (result.exit_code, result.stderr) == (
        2,
        "interlock: the expression is not UTF-8: check the terminal's encoding\n",
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("x", "`--var` is `x`: give a name and its JSON value, such as `x=[1, 2]`"),
        ("1=2", "`--var` is `1=2`: give a name and its JSON value, such as `x=[1, 2]`"),
        ("x=a", "`--var x` is `a`: this is no JSON, quote texts"),
        ("x=" + "[" * 100_000, "`--var x` is `"),
        ("x=NaN", "`--var x` can't be used: "),
        ("x=99999999999999999999", "`--var x` can't be used: "),
        ("x=" + "9" * 5000, "`--var x` is `"),
        ('x="\\ud800"', "`--var x` can't be used: "),
        ('x="\\u0000"', "`--var x` can't be used: "),
        ("now=1", "`--var now` can't be used: give the time with `--now`"),
    ],
    ids=range(10),
)
def test_a_variable_that_cannot_be_one_is_refused(run: Run, given: str, told: str) -> None:
    result = run("eval", "x", "--var", given)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"interlock: {told}")
    assert len(result.stderr.splitlines()) == 1


def test_an_input_and_variables_exclude_each_other(run: Run) -> None:
    result = run("eval", "x", "--var", "x=1", "--input", "-")
    assert result.exit_code == 2
    assert result.stderr == "interlock: `--input` and `--var` exclude each other: give one of them\n"


@pytest.mark.parametrize("option", [("--area", "tools"), ("--policies", "policies")])
def test_options_on_an_input_need_one(run: Run, option: tuple[str, str]) -> None:
    result = run("eval", "1", *option)
    assert (result.exit_code, result.stderr) == (
        2,
        "interlock: `--area` and `--policies` say how to read an input: give `--input`, too\n",
    )


def test_an_input_that_nobody_understands_is_an_error(run: Run) -> None:
    result = run("eval", "1", "--input", _write("c.yaml", {"a": 1}))
    assert result.exit_code == 2
    assert result.stderr.startswith("c.yaml:1:1: the document is none of these: ")
