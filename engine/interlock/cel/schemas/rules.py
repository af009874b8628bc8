"""The rules that a CRD's schema carries itself, each over `self` and `oldSelf`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.cel.declarations import Declarations
from interlock.cel.schemas.kinds import custom_kinds, declare_custom
from interlock.cel.schemas.nodes import Path, SchemaError, mapping
from interlock.cel.schemas.openapi import VALIDATIONS, Declared
from interlock.cel.types import CelType


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRule:
    """An entry of `x-kubernetes-validations`.

    `path` leads to its text. `self` and `oldSelf` have the type `subject`;
    where `is_old_optional`, `oldSelf` is an optional of it.
    """

    path: Path
    text: str
    subject: CelType
    is_old_optional: bool
    declarations: Declarations


def validation_rules(document: Mapping[str, Any]) -> Iterator[ValidationRule]:
    """The rules in all served versions of a CustomResourceDefinition.

    Raises:
        SchemaError: it is none, or a schema or rule of it can't be read.
    """
    for kind in custom_kinds(document):
        yield from _rules(declare_custom(Declarations({}), kind))


def _rules(declared: Declared) -> Iterator[ValidationRule]:
    for path, (subject, rules) in declared.validated.items():
        if not isinstance(rules, list):
            raise SchemaError((*path, VALIDATIONS), "must be a list")
        for index, each in enumerate(rules):
            here = (*path, VALIDATIONS, index)
            rule = mapping(each, here)
            text = rule.get("rule")
            if not isinstance(text, str):
                raise SchemaError((*here, "rule"), "must be text")
            yield ValidationRule(
                path=(*here, "rule"),
                text=text,
                subject=subject,
                is_old_optional=rule.get("optionalOldSelf") is True,
                declarations=declared.declarations,
            )
