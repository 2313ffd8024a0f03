"""``/docs``: the OpenAPI document for people, without a script and without anything from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
STYLE_PATH = "/docs/style.css"

STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #888; --mark: #0a7d6b; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; }
h3 { margin-bottom: .3rem; }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; }
td { vertical-align: top; padding: .35rem .7rem .35rem 0; border-top: 1px solid var(--line); }
td:first-child { white-space: nowrap; }
td:nth-child(2) { color: var(--quiet); }
nav a { display: block; }
a { color: var(--mark); }
"""

EXAMPLE = """kubectl port-forward deployment/navaar 8080 &
token=$(kubectl create token NAME)
curl -H "Authorization: Bearer $token" localhost:8080/api/counts
curl -H "Authorization: Bearer $token" -G localhost:8080/api/review --data-urlencode 'text=چشم من' -d fields=name,title"""


def page(document: Mapping[str, Any]) -> str:
    """The document as HTML."""
    info = document["info"]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f'<title>{escape(info["title"])} API</title><link rel="stylesheet" href="{STYLE_PATH}"></head><body>',
        f"<h1>{escape(info['title'])} API <small>{escape(info['version'])}</small></h1>",
        *(f"<p>{_text(paragraph)}</p>" for paragraph in info["description"].strip().split("\n\n")),
        f"<pre>{escape(EXAMPLE)}</pre>",
        '<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p><nav>',
        *(f'<a href="#{_anchor(path)}"><code>{escape(path)}</code></a>' for path in document["paths"]),
        "</nav>",
    ]
    for path, operations in document["paths"].items():
        parts += _endpoint(path, operations["get"], document)
    parts.append("<h2>Shapes</h2>")
    for name, schema in document["components"]["schemas"].items():
        parts += _shape(name, schema)
    parts.append("</body></html>")
    return "\n".join(parts)


def _endpoint(path: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section id="{_anchor(path)}"><h2>{_text(operation["summary"])}</h2><pre>GET {escape(path)}</pre>'
    yield f"<p>{_text(operation['description'])}</p>"
    yield "<table>"
    for parameter in operation["parameters"]:
        old = " (another name)" if parameter.get("deprecated") else ""
        yield _row(parameter["name"], _type(parameter["schema"]), parameter["description"] + old)
    yield "</table><h3>Answers</h3><table>"
    for status, response in operation["responses"].items():
        for media_type, content in response["content"].items():
            yield f"<tr><td>{escape(status)}</td><td>{_type(content['schema'])}</td><td>{_text(response['description'])}"
            yield f" <code>{escape(media_type)}</code></td></tr>"
    yield "</table></section>"


def _shape(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section id="{escape(name)}"><h3>{escape(name)}</h3><p>{_text(schema.get("description", ""))}</p>'
    if "enum" in schema:
        yield f"<p>{_type(schema)}</p>"
    if "properties" in schema:
        yield "<table>"
        for field, about in schema["properties"].items():
            yield _row(field, _type(about), about.get("description", ""))
        yield "</table>"
    yield "</section>"


def _row(name: str, kind: str, text: str) -> str:
    return f"<tr><td><code>{escape(name)}</code></td><td>{kind}</td><td>{_text(text)}</td></tr>"


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "enum" in schema:
        return " · ".join(escape(str(word)) for word in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("type") == "array":
        return f"any of {_type(schema['items'])}" if "enum" in schema["items"] else f"list of {_type(schema['items'])}"
    return escape(" ".join(str(schema[word]) for word in ("type", "format") if word in schema))


def _text(text: str) -> str:
    """Escaped, with `code` as it is meant."""
    parts = escape(" ".join(text.split())).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _anchor(path: str) -> str:
    return path.strip("/").replace("/", "-").replace("{", "").replace("}", "")
