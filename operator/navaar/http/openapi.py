"""The OpenAPI document, made of the endpoints and their models."""

from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from navaar.http.endpoints import ENDPOINTS, Endpoint
from navaar.http.problem import TYPE, ProblemDetails
from navaar.http.question import Question, parameters
from navaar.http.stream import TYPE as EVENTS
from navaar.kube.client import user_agent

_REFERENCE = "#/components/schemas/{model}"

_REFUSALS = {
    "400": "The question can't be understood: the detail says what of it, and what can be asked.",
    "401": "Nobody knows who asks.",
    "403": "You may not see that.",
    "404": "There is no such thing.",
    "503": "It can't be told just now.",
}

_ABOUT = """Read-only, from the operator's memory: the numbers are those of `kubectl`, and no service is asked for them.

Whoever asks shows a Kubernetes token (`kubectl create token NAME`), and sees what its owner may `get` and `list` of
`tracks.navaar.dev` and `musicsyncs.navaar.dev`; or the token of `--api-token-file`, which sees everything. Changes are made
to the resources themselves, with `kubectl`.
"""


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    answers: list[type[BaseModel]] = [*dict.fromkeys(endpoint.answer for endpoint in ENDPOINTS), ProblemDetails]
    _, schemas = models_json_schema([(model, "validation") for model in answers], ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Navaar",
            "version": user_agent().removeprefix("navaar/"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {f"/api{endpoint.path}": {"get": _operation(endpoint)} for endpoint in ENDPOINTS},
        "components": {
            "schemas": _plain(schemas["$defs"]),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A Kubernetes token, or that of --api-token-file. Not needed on a loopback address.",
                }
            },
        },
        "security": [{"bearer": []}],
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    refusals = dict(_REFUSALS) if endpoint.path_parameters else {k: v for k, v in _REFUSALS.items() if k != "404"}
    return {
        "operationId": endpoint.handler.__name__,
        "summary": endpoint.title,
        "description": endpoint.text,
        "parameters": [*_in_path(endpoint), *_in_query(endpoint.question)],
        "responses": {
            "200": _answer(endpoint),
            **{status: _response(text, TYPE, ProblemDetails) for status, text in refusals.items()},
        },
    }


def _answer(endpoint: Endpoint) -> dict[str, Any]:
    made = _response("The answer.", "application/json", endpoint.answer)
    if endpoint.streamer is not None:
        made["description"] = "The answer, or the events of a stream that goes on."
        made["content"][EVENTS] = {"schema": {"type": "string"}}
    return made


def _response(text: str, media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"description": text, "content": {media_type: {"schema": schema}}}


def _in_path(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in endpoint.path_parameters.items()
    ]


def _in_query(question: type[Question]) -> list[dict[str, Any]]:
    schema = question.model_json_schema(by_alias=False)
    found = []
    for name, field in parameters(question).items():
        if name != field and name in question.model_fields:
            continue
        about = _inlined(schema["properties"][field], schema.get("$defs", {}))
        about.pop("title", None)
        text = about.pop("description", "")
        parameter = {"name": name, "in": "query", "description": " ".join(text.split()), "schema": about}
        if about.get("type") == "array":
            parameter |= {"style": "form", "explode": False}
        if name != field:
            parameter["deprecated"] = True
        found.append(parameter)
    return found


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema without references: a parameter's is small."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        meant = definitions[schema["$ref"].rpartition("/")[2]]
        kept = {key: value for key, value in meant.items() if key not in ("title", "description")}
        return _inlined({**kept, **{key: value for key, value in schema.items() if key != "$ref"}}, definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _plain(schema: Any) -> Any:
    """The schema without what is only for the API server."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _plain(value) for key, value in schema.items() if not key.startswith("x-kubernetes-")}
