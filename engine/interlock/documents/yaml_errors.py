"""Why a text is no YAML, with what most often helps.

The parser's own words are kept, so that they can be looked up.
"""

import yaml

from interlock.documents.source import Source

_HINTS = {
    "mapping values are not allowed in this context": "quote a text that holds `: `",
    "did not find expected key": "check the indentation and the quotes, or put the text in a block after `|`",
    "found character that cannot start any token": "indent with spaces, quote a text that starts so",
    "found unexpected end of stream": "close the quote",
}


def explain(source: Source, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """The offset at which the text of `source` stopped being YAML, and why it did."""
    mark = error.problem_mark or error.context_mark
    offset = min(mark.index, len(source.text)) if mark else 0
    said = error.problem or "unreadable"
    context = ""
    if error.context and error.context_mark and error.context_mark.index < offset:
        context = f" {error.context} that starts in line {source.span(error.context_mark.index).line}"
    hint = f": {_HINTS[said]}" if said in _HINTS else ""
    return offset, f"not valid YAML: {said}{context}{hint}"
