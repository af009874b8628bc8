"""How commands write what they found."""

from enum import StrEnum


class TableOutput(StrEnum):
    """For people a table, for programs JSON: one document, or a line for each entry."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


class TextOutput(StrEnum):
    """For people text, for programs JSON."""

    TEXT = "text"
    JSON = "json"


class DocumentOutput(StrEnum):
    """For people a table, for programs one JSON document."""

    TABLE = "table"
    JSON = "json"
