"""Structural schemas, as CustomResourceDefinitions want them, from pydantic models.

pydantic writes JSON Schema 2020; the API server takes a small part of OpenAPI 3.0: no references, no null
types, no titles. Descriptions, limits, defaults and ``x-kubernetes-…`` extensions pass through.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from navaar.api.common import Schema

_PASSED = (
    "description",
    "type",
    "format",
    "enum",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "required",
)
_DROPPED = {"$ref", "$defs", "title", "anyOf", "properties", "items"}
_VALIDATIONS = "x-kubernetes-validations"


def structural_schema(model: type[BaseModel]) -> Schema:
    """The schema of a model, every part in its place. Raises ValueError for what a CRD can't say."""
    schema = model.model_json_schema(by_alias=True)
    return _converted(schema, schema.get("$defs", {}), model.__name__)


def without_defaults(schema: Schema) -> Schema:
    """The schema without its defaults: in a status, the API server would add what the operator never wrote."""
    bare = {key: value for key, value in schema.items() if key != "default"}
    if "properties" in bare:
        bare["properties"] = {name: without_defaults(part) for name, part in bare["properties"].items()}
    if "items" in bare:
        bare["items"] = without_defaults(bare["items"])
    return bare


def _converted(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Schema:
    flat = _flat(schema, definitions, path)
    if flat.get("additionalProperties") is True:
        del flat["additionalProperties"]
    unknown = [key for key in flat if key not in _PASSED and key not in _DROPPED and key[:13] != "x-kubernetes-"]
    if unknown:
        raise ValueError(f"{path}: a CRD can't say {', '.join(unknown)}")
    found: Schema = {key: flat[key] for key in _PASSED if key in flat}
    if "description" in found:
        found["description"] = _text(found["description"])
    if flat.get("type") == "array":
        found["items"] = _converted(flat["items"], definitions, f"{path}[]")
        found["items"].pop("description", None)
        flat.setdefault("x-kubernetes-list-type", "atomic")
    if flat.get("type") == "object":
        found["properties"] = {
            name: _converted(part, definitions, f"{path}.{name}") for name, part in flat.get("properties", {}).items()
        }
    found.update((key, flat[key]) for key in sorted(flat) if key[:13] == "x-kubernetes-")
    return found


def _flat(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Schema:
    """The schema with its reference or its one alternative besides null put in; what stands nearer wins."""
    near = dict(schema)
    far: Mapping[str, Any] = {}
    if "$ref" in near:
        far = definitions[near["$ref"].rpartition("/")[2]]
    elif "anyOf" in near:
        choices = [choice for choice in near["anyOf"] if choice.get("type") != "null"]
        if len(choices) != 1:
            raise ValueError(f"{path}: a CRD can't have {len(choices)} types for one field")
        far = choices[0]
    if not far:
        return near
    below = _flat(far, definitions, path)
    validations = [*below.get(_VALIDATIONS, ()), *near.get(_VALIDATIONS, ())]
    merged = {**below, **near}
    if validations:
        merged[_VALIDATIONS] = validations
    if merged.get("default", ...) is None:
        del merged["default"]
    return merged


def _text(description: str) -> str:
    """A docstring as flowing text: kubectl wraps it itself."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in description.split("\n\n"))
