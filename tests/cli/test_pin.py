"""`interlock pin` prints what the Catalog pins."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from interlock.intents.tooldefinitions import definition_digest
from support.commandline import run

_TOOLS: list[dict[str, Any]] = [
    {"name": "send", "description": "Sends.", "inputSchema": {"type": "object"}},
    {"name": 'odd: "name"', "inputSchema": {}},
]


@pytest.mark.parametrize(
    "document",
    [_TOOLS, {"tools": _TOOLS}, {"jsonrpc": "2.0", "id": 1, "result": {"tools": _TOOLS}}],
)
def test_each_tool_gets_an_entry_with_its_digest(tmp_path: Path, document: Any) -> None:
    file = tmp_path / "tools.json"
    file.write_bytes(msgspec.json.encode(document))
    result = run("pin", "--server", "mail", str(file))
    assert result.exit_code == 0
    assert yaml.safe_load(result.stdout) == {
        "tools": [
            {"names": [f"mail/{tool['name']}"], "class": "unknown", "schemaDigest": definition_digest(tool)}
            for tool in _TOOLS
        ]
    }


@pytest.mark.parametrize(
    "text", ["", "{}", "5", '{"tools": 1}', '[{"name": 1}]', '{"result": []}', "[" * 10_000]
)
def test_what_lists_no_tools_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tools.json"
    file.write_text(text, encoding="utf-8")
    result = run("pin", "--server", "mail", str(file))
    is_empty = text == '{"result": []}'
    assert result.exit_code == (0 if is_empty else 2)
    assert ("tools.json" in result.output) is not is_empty
