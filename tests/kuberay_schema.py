"""Makes pipelines/cluster/rayjob.schema.json from KubeRay's resource definition.

    python tests/kuberay_schema.py ray.io_rayjobs.yaml "KubeRay v1.7.0, ..."

The definition has 1.4 MB, most of it pod fields that rayjob.yaml does not use. Kept are all fields
of every object that rayjob.yaml has, so that a misspelt one is found; of others only their types.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

CLUSTER = Path(__file__).parent.parent / "pipelines" / "cluster"
FACTS = ("type", "enum", "pattern", "minimum", "maximum", "required")
INT_OR_STRING = "x-kubernetes-int-or-string"


def schema_of(definition: dict[str, Any], manifest: Any, source: str) -> dict[str, Any]:
    """Return a JSON Schema that knows the objects of ``manifest``."""
    (version,) = [v for v in definition["spec"]["versions"] if v["name"] == "v1"]
    node = version["schema"]["openAPIV3Schema"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"Facts from {source}; made by tests/kuberay_schema.py",
        **trim(node, [manifest]),
    }


def trim(node: dict[str, Any], values: list[Any]) -> dict[str, Any]:
    """Keep of a schema what ``values`` (all that stand there) can be checked by."""
    facts = {key: node[key] for key in FACTS if key in node}
    if node.get(INT_OR_STRING):
        facts["type"] = ["integer", "string"]
    if "items" in node:
        items = [item for value in values if isinstance(value, list) for item in value]
        return facts | {"items": trim(node["items"], items)}
    objects = [value for value in values if isinstance(value, dict)]
    if "properties" in node and objects:
        kept = {
            name: trim(child, [value[name] for value in objects if name in value])
            for name, child in sorted(node["properties"].items())
        }
        return facts | {"properties": kept, "additionalProperties": False}
    if isinstance(rest := node.get("additionalProperties"), dict):
        return facts | {"additionalProperties": trim(rest, [])}
    return facts


if __name__ == "__main__":
    definition = yaml.safe_load(Path(sys.argv[1]).read_text())
    manifest = yaml.safe_load((CLUSTER / "rayjob.yaml").read_text())
    schema = schema_of(definition, manifest, sys.argv[2])
    (CLUSTER / "rayjob.schema.json").write_text(json.dumps(schema, indent=1) + "\n")
