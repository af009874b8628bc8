"""What all kinds of documents share: the base model, names, texts and digests.

Validators here raise one error type, `rule`, whose message goes on after the
field's path: it starts with a verb and says what to write.
"""

from typing import Annotated, Final, Generic, Literal, TypeVar

import re2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

API_VERSION: Final = "interlock.dev/v1alpha1"

LONGEST_TEXT = 16_384
MOST_ITEMS = 1_000

_NAME = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_DIGEST = r"sha256:[0-9a-f]{64}"
_is_name = re2.compile(_NAME).fullmatch
_is_digest = re2.compile(_DIGEST).fullmatch


def broken_rule(message: str) -> PydanticCustomError:
    """The error that a validator raises: `message` goes on after the path of the field."""
    return PydanticCustomError("rule", "{message}", {"message": message})


def _name(text: str) -> str:
    if not _is_name(text):
        raise broken_rule("must be 1 to 63 lower-case letters, digits and inner `-`, such as `gpu-quota`")
    return text


def _digest(text: str) -> str:
    if not _is_digest(text):
        raise broken_rule("must be `sha256:` and 64 lower-case hexadecimal digits")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise broken_rule("is empty: write a text")
    return text


Name = Annotated[
    str, AfterValidator(_name), Field(json_schema_extra={"pattern": f"^{_NAME}$", "maxLength": 63})
]
DigestText = Annotated[
    str, AfterValidator(_digest), Field(json_schema_extra={"pattern": f"^{_DIGEST}$", "maxLength": 71})
]
Text = Annotated[
    str, Field(max_length=LONGEST_TEXT), AfterValidator(_text), Field(json_schema_extra={"pattern": r"\S"})
]

_Item = TypeVar("_Item")

Many = Annotated[tuple[_Item, ...], Strict(strict=False), Field(max_length=MOST_ITEMS)]
"""A list in YAML."""

AtLeastOne = Annotated[tuple[_Item, ...], Strict(strict=False), Field(min_length=1, max_length=MOST_ITEMS)]
"""A list in YAML that is not empty."""


class Shape(BaseModel):
    """A mapping whose fields are all known."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, use_attribute_docstrings=True
    )


class Metadata(Shape):
    """What a document is called."""

    name: Name
    """The document's name: unique among the documents of its kind in a policy set."""

    labels: dict[str, str] = Field(default_factory=dict)
    """Key and value pairs for tools; they change no decision."""

    annotations: dict[str, str] = Field(default_factory=dict)
    """Notes for people and tools; they change no decision."""


_Metadata = TypeVar("_Metadata", bound=Metadata)


class Envelope(Shape, Generic[_Metadata]):
    """What every document starts with."""

    api_version: Literal["interlock.dev/v1alpha1"]
    """The version of the document's format."""

    metadata: _Metadata
    """What the document is called."""
