"""The modules of protobuf messages are what protoc makes of their definitions, and clash with nobody's."""

from importlib import import_module
from pathlib import Path

import pytest
from grpc_tools import protoc

import interlock_webhooks

_ROOT = Path(interlock_webhooks.__file__).parents[1]
_KNOWN = Path(protoc.__file__).with_name("_proto")
"""The definitions that everybody has, such as that of durations."""

_DEFINITIONS = sorted(_ROOT.glob("interlock_webhooks/**/*.proto"))


@pytest.fixture(params=_DEFINITIONS, ids=lambda path: path.stem)
def definition(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path.relative_to(_ROOT)


def test_the_modules_are_what_make_protos_writes(definition: Path, tmp_path: Path) -> None:
    arguments = [
        "",
        f"--proto_path={_ROOT}",
        f"--proto_path={_KNOWN}",
        f"--python_out={tmp_path}",
        f"--pyi_out={tmp_path}",
    ]
    assert protoc.main([*arguments, str(_ROOT / definition)]) == 0
    for suffix in ("_pb2.py", "_pb2.pyi"):
        made = definition.with_name(definition.stem + suffix)
        assert (tmp_path / made).read_text() == (_ROOT / made).read_text(), f"{made}: run `make protos`"


def test_their_packages_are_ours(definition: Path) -> None:
    module = import_module(".".join(definition.with_name(f"{definition.stem}_pb2").parts))
    assert module.DESCRIPTOR.package.startswith("interlock.")
