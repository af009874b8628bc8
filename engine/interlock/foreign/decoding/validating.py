"""ValidatingAdmissionPolicies and their bindings from documents."""

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.foreign.decoding.common import bound, common, shaped
from interlock.foreign.decoding.shapes import ValidatingBindingDocument, ValidatingDocument
from interlock.foreign.policy import Binding, Named, ValidatingPolicy, Validation
from interlock.spans import SourceText


def decode_policy(document: Document) -> tuple[ValidatingPolicy | None, list[Problem]]:
    """The ValidatingAdmissionPolicy that `document` is, or everything that is wrong with it."""
    shape, problems = shaped(document, ValidatingDocument)
    if shape is None:
        return None, problems
    policy = ValidatingPolicy(
        **common(document, shape.metadata, shape.spec),
        validations=tuple(
            Validation(
                expression=document.text(("spec", "validations", at, "expression")),
                message=each.message,
                message_expression=_text(
                    document, ("spec", "validations", at, "messageExpression"), each.message_expression
                ),
                reason=each.reason,
            )
            for at, each in enumerate(shape.spec.validations)
        ),
        annotations=tuple(
            Named(each.key, document.text(("spec", "auditAnnotations", at, "valueExpression")))
            for at, each in enumerate(shape.spec.audit_annotations)
        ),
    )
    return policy, []


def decode_binding(document: Document) -> tuple[Binding | None, list[Problem]]:
    """The ValidatingAdmissionPolicyBinding that `document` is, or everything that is wrong with it."""
    shape, problems = shaped(document, ValidatingBindingDocument)
    if shape is None:
        return None, problems
    return bound(document, shape.metadata, shape.spec, shape.spec.validation_actions), []


def _text(document: Document, path: Path, written: str) -> SourceText | None:
    return document.text(path) if written.strip() else None
