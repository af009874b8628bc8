"""CustomResourceDefinitions as YAML."""

from typing import Any

import yaml

from interlock.crds.definitions import definitions

_WIDTH = 110


class _Plain(yaml.SafeDumper):
    """Writes what stands in two places twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - whatever YAML has
        """Whether `data` is written out wherever it stands: always."""
        del data
        return True


def texts() -> dict[str, str]:
    """A YAML document for each kind, by the name of its file."""
    return {
        f"{plural}.yaml": yaml.dump(definition, Dumper=_Plain, sort_keys=False, width=_WIDTH)
        for plural, definition in definitions().items()
    }
