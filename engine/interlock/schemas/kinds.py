"""Kubernetes' built-in kinds by API version and name, each with its schema."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
"""An OpenAPI v3 schema, as JSON."""

OBJECT_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
"""The name of the definition that the metadata of every object has."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind at one API version, and the name of its definition."""

    api_version: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of one release of Kubernetes, and the definitions that they are made of.

    Within a group the version that the API server prefers stands first.
    """

    version: str
    kinds: tuple[Kind, ...]
    definitions: Mapping[str, Schema]

    def find(self, *, kind: str, api_version: str | None = None) -> tuple[Kind, ...]:
        """The kinds called `kind`: at `api_version`, or at every one that is served."""
        return tuple(
            each
            for each in self.kinds
            if each.name == kind and (api_version is None or each.api_version == api_version)
        )


@cache
def kubernetes() -> Kinds:
    """The built-in kinds of the release that ships with Interlock."""
    document = json.loads(
        gzip.decompress(files("interlock.schemas").joinpath("kubernetes.json.gz").read_bytes())
    )
    found = tuple(Kind(*each) for each in document["kinds"])
    return Kinds(document["version"], found, document["definitions"])
