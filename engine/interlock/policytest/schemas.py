"""The JSON Schemas of all kinds of documents that people write, as files for their editors.

Run as a module with a directory to write them there:
`python -m interlock.policytest.schemas docs/reference/schemas`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from interlock.loading.schemas import json_schema
from interlock.loading.validate import KINDS
from interlock.policytest.shapes import PolicyTestDocument


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind."""
    models = {**KINDS, "PolicyTest": PolicyTestDocument}
    return {kind: json_schema(kind, model) for kind, model in models.items()}


def texts() -> dict[str, str]:
    """The files' names and texts."""
    return {
        f"{kind.lower()}.schema.json": json.dumps(schema, indent=2) + "\n"
        for kind, schema in json_schemas().items()
    }


if __name__ == "__main__":
    for name, text in texts().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
