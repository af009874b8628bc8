import pytest

from interlock.documents.document import read_documents
from interlock.documents.messages import explain
from interlock.documents.source import Source
from interlock.loading.kinds.policy import PolicyDocument
from support.documents import messages, policy


def test_a_kind_of_error_that_nobody_knows_yet_is_still_a_problem() -> None:
    (document,) = read_documents(Source("f", "spec: 1")).documents
    (problem,) = explain(
        document, PolicyDocument, [{"type": "new", "loc": ("spec",), "msg": "", "input": 1}], ()
    )
    assert str(problem) == "f:1:7: `spec` is not valid\n  spec: 1\n        ^"


def test_a_misspelt_required_field_is_one_problem() -> None:
    assert messages(policy().replace("description:", "discription:")) == [
        "unknown field `discription`: did you mean `description`?"
    ]


def test_the_number_of_guesses_is_bounded() -> None:
    assert len(messages(policy(spec="".join(f"  x{index}: 1\n" for index in range(1000))))) == 100


def test_what_an_author_wrote_is_shown_safely() -> None:
    (message,) = messages(policy(spec='  enforcement: "\\e[2J\\n"\n'))
    assert message == r"`spec.enforcement` can't be `\x1b[2J\n`: choose `audit`, `enforce` or `warn`"


def test_a_rule_that_is_wrong_does_not_make_the_list_too_short() -> None:
    assert messages(policy(rules="    - 1\n")) == ["`spec.rules[0]` must be a mapping, not `1`"]


@pytest.mark.parametrize("name", ["index", "string"])
def test_an_unknown_field_below_a_name_of_the_author_is_a_problem(name: str) -> None:
    devices = f"[{{names: [l4], driver: a, attributes: {{{name}: {{int: 1, verison: b}}}}}}]"
    head = "apiVersion: interlock.dev/v1alpha1\nkind: Catalog\nmetadata: {name: ours}\n"
    assert messages(f"{head}spec: {{devices: {devices}}}\n") == [
        "unknown field `verison`: did you mean `version`?"
    ]
