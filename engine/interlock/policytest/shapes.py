"""The document kind PolicyTest, as a pydantic model: what an author of tests may write.

What needs a file or another document to tell is checked where suites are read.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, Literal

import re2
from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from interlock.decisionlog.codes import ReasonCode
from interlock.loading.kinds.common import AtLeastOne, Envelope, Many, Metadata, Name, Shape, Text, broken_rule
from interlock.loading.kinds.obligations import ObligedValue
from interlock.loading.kinds.waiver import InstantText
from interlock.policytest.given import GivenShape
from interlock.units import Instant

DEFAULT_NOW = Instant(1_767_225_600_000)
"""2026-01-01T00:00:00Z: a test never depends on the day on which it runs."""

CODES = tuple(code.value for code in ReasonCode)
DECISIONS = ("allow", "deny")


def _one_of(words: Iterable[str]) -> Callable[[str], str]:
    expected = ", ".join(f"'{word}'" for word in words)

    def check(text: str) -> str:
        if text not in words:
            raise PydanticCustomError("enum", "unknown word", {"expected": expected})
        return text

    return check


_ANY_NAME: Final = r"[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?"
_is_any_name = re2.compile(_ANY_NAME).fullmatch


def _any_name(text: str) -> str:
    if not _is_any_name(text):
        raise broken_rule("must be 1 to 253 lower-case letters, digits and inner `-` or `.`")
    return text


AnyName = Annotated[
    str, AfterValidator(_any_name), Field(json_schema_extra={"pattern": f"^{_ANY_NAME}$", "maxLength": 253})
]
"""A name of ours, or of Kubernetes."""

CodeText = Annotated[str, AfterValidator(_one_of(CODES)), Field(json_schema_extra={"enum": list(CODES)})]
DecisionText = Annotated[
    str, AfterValidator(_one_of(DECISIONS)), Field(json_schema_extra={"enum": list(DECISIONS)})
]


class ReasonShape(Shape):
    """One entry of a decision: every field that is given must fit."""

    code: CodeText = ""
    """What happened: `violated`, `errored`, `unpermitted`, `conflict`, `undischarged`, `exhausted`,
    `uncharged`, `refused` or `failed`."""

    layer: Name = ""
    """The layer that speaks."""

    area: Text = ""
    """The area that it speaks about."""

    policy: AnyName = ""
    """The policy's name."""

    kind: Text = ""
    """The kind of one of Kubernetes' policies, such as `ValidatingAdmissionPolicy`."""

    binding: AnyName = ""
    """The binding of one of Kubernetes' policies."""

    params: Text = ""
    """Where its parameters are: namespace and name, such as `shop/limits`."""

    reason: Text = ""
    """The reason that it gives to the API server, such as `Invalid`."""

    rule: Name = ""
    """The rule's name."""

    item: Text = ""
    """The item of the Intent, such as `tools[0]`."""

    message: Text = ""
    """A text that the message contains."""

    remedy: Text = ""
    """A text that the remedy contains."""

    waiver: Name = ""
    """The waiver that lifts the violation."""

    obligation: Name = ""
    """The obligation that the caller does not discharge."""

    budget: Name = ""
    """The budget that is exhausted, or that nobody knows the use of."""


def _is_given(shape: ReasonShape) -> ReasonShape:
    if not shape.model_fields_set:
        raise broken_rule("says nothing: name a policy, a rule, a code, an item or a message")
    return shape


Reasons = Many[Annotated[ReasonShape, AfterValidator(_is_given)]]


class PatchShape(Shape):
    """A place of the object, and what policies put there."""

    path: AtLeastOne[str | int]
    """The keys, and indices of lists, from the object's root to the place."""

    value: Annotated[Any, PlainValidator(lambda value: value), WithJsonSchema({})] = None
    """The value."""

    removed: bool = False
    """Whether one of Kubernetes' policies took away what was there, instead of a value."""


def _says_what_is_there(shape: PatchShape) -> PatchShape:
    if shape.removed is ("value" in shape.model_fields_set):
        raise broken_rule("must have a `value` or `removed: true`, one of them")
    return shape


class ExpectShape(Shape):
    """What must come of a case."""

    decision: DecisionText = ""
    """The decision as a whole: `allow` or `deny`."""

    reasons: Reasons = ()
    """Entries that must be among the reasons of the denial."""

    warnings: Reasons = ()
    """Entries that must be among the denials of policies that only warn."""

    audits: Reasons = ()
    """Entries that must be among the denials of policies that are only audited."""

    waived: Reasons = ()
    """Entries that must be among the violations that a waiver lifts."""

    patches: Many[Annotated[PatchShape, AfterValidator(_says_what_is_there)]] = ()
    """Changes that must have been made before the decision."""

    obligations: dict[str, ObligedValue] = Field(default_factory=dict)
    """What the decision must oblige to, by name, and nothing else; `{}` stands for nothing."""

    advice: dict[str, ObligedValue] = Field(default_factory=dict)
    """What the decision must advise, by name, and nothing else; `{}` stands for nothing."""

    audit_annotations: dict[str, str] = Field(default_factory=dict)
    """What Kubernetes' policies must write into the audit log, by `policy/key`, and nothing else."""

    exactly: bool = False
    """Whether all five lists are complete: nothing may come that isn't listed."""


def _expects(shape: ExpectShape) -> ExpectShape:
    given = any(getattr(shape, field) for field in ExpectShape.model_fields)
    if not (given or shape.model_fields_set & {"obligations", "advice", "audit_annotations"}):
        raise broken_rule("expects nothing: give a `decision` or `reasons`")
    return shape


class CaseShape(Shape):
    """One input and what must come of it."""

    name: Text
    """A sentence that is true if the case passes, unique in the document."""

    input: dict[str, Any] = Field(default_factory=dict)
    """The document to decide on: a manifest, an AdmissionReview, a check request or a gateway's request."""

    input_file: Text = ""
    """The file that holds it, relative to this one."""

    now: InstantText = DEFAULT_NOW
    """The time of the decision; the document's where it is left out."""

    given: GivenShape = GivenShape()
    """What was there before: how accounts stand, and what the run did."""

    expect: Annotated[ExpectShape, AfterValidator(_expects)]
    """What must come of it."""


def _has_one_input(shape: CaseShape) -> CaseShape:
    if len({"input", "input_file"} & shape.model_fields_set) != 1:
        raise broken_rule("must have `input` or `inputFile`, one of them")
    return shape


class SuiteSpec(Shape):
    """Which policies are tested, and how."""

    policies: Many[Text] = ()
    """The policies under test: files and folders relative to this file; this folder if left out."""

    further: Many[Text] = Field(default=(), alias="with")
    """Further documents that they need, such as a Catalog, a PolicySet or another policy."""

    isolated: bool = False
    """Whether a closed layer demands only what policies under test could permit."""

    now: InstantText = DEFAULT_NOW
    """The time of all decisions; 2026-01-01T00:00:00Z if left out."""

    cases: AtLeastOne[Annotated[CaseShape, AfterValidator(_has_one_input)]]
    """What is tried."""


class PolicyTestDocument(Envelope[Metadata]):
    """Tests of some policies."""

    kind: Literal["PolicyTest"]
    """The kind of document."""

    spec: SuiteSpec
    """Which policies are tested, and how."""
