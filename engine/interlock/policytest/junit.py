"""A report as JUnit XML, the format that CI systems read.

Source: the elements and attributes that the Ant task `junitreport` writes;
there is no standard.
"""

from collections.abc import Iterable
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from interlock.policytest.run import Report, Trial


def junit(report: Report) -> str:
    """The XML text of `report`, with one suite for each test document."""
    root = Element("testsuites", _counts(report.trials), name="interlock")
    for suite, group in groupby(report.trials, key=lambda trial: trial.suite):
        trials = tuple(group)
        attributes = _counts(trials) | {"name": _legal(suite.name), "file": _legal(suite.span.file)}
        element = SubElement(root, "testsuite", attributes)
        for trial in trials:
            _add(element, trial)
    indent(root)
    # Asked for text, ElementTree would declare the encoding of this process.
    encoded: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return encoded.decode() + "\n"


def _counts(trials: tuple[Trial, ...]) -> dict[str, str]:
    failed = sum(bool(trial.failures) for trial in trials)
    return {"tests": str(len(trials)), "failures": str(failed), "errors": "0", "skipped": "0"}


def _add(suite: Element, trial: Trial) -> None:
    span = trial.case.span()
    case = SubElement(
        suite,
        "testcase",
        classname=_legal(trial.suite.name),
        name=_legal(trial.case.name),
        file=_legal(span.file),
        line=str(span.line),
    )
    if trial.failures:
        first = trial.failures[0]
        failure = SubElement(case, "failure", message=_legal(f"expected {first.expected}, got {first.came}"))
        failure.text = _legal("\n".join(_lines(trial)))


def _lines(trial: Trial) -> Iterable[str]:
    for failure in trial.failures:
        yield f"{trial.case.span(*failure.place)}: expected {failure.expected}, got {failure.came}"


def _legal(text: str) -> str:
    """`text` with what XML 1.0 has no spelling for written as escapes."""
    return "".join(c if c == "\n" or c.isprintable() else ascii(c)[1:-1] for c in text)
