"""Request headers as browsers copy them, in any of their shapes.

Firefox ("Copy Request Headers", "Copy as cURL", the JSON of its panel), Chrome and Edge ("Copy as cURL" for bash and for cmd,
"Copy as fetch (Node.js)", the panel with names and values on lines of their own), Safari ("Copy as cURL", its panel), and
ytmusicapi's headers.json.
"""

import json
import re
import shlex
from collections.abc import Iterable
from typing import Any

from navaar.signin.problem import SignInProblem

HOW = (
    "In a private window sign in to music.youtube.com, open the developer tools' Network tab, filter for `browse`, click "
    "Library, and copy the request headers of a POST request (Firefox: Copy Request Headers; others: Copy as cURL)."
)

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ANSI = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def headers_in(text: str) -> dict[str, str]:
    """The headers, by their names in lower case. Raises `SignInProblem` where there are none."""
    text = text.strip().lstrip("\ufeff")
    if not text:
        raise SignInProblem(f"Nothing was pasted. {HOW}")
    if "\ufffd" in text or "…" in text:
        raise SignInProblem(
            f"What was pasted is cut (it has a … in it). Copy it with the browser's menu, not by hand. {HOW}"
        )
    found = dict(_found(text))
    if not found:
        raise SignInProblem(f"There are no request headers in what was pasted. {HOW}")
    return found


def _found(text: str) -> Iterable[tuple[str, str]]:
    if re.match(r"\$session|Invoke-WebRequest", text):
        raise SignInProblem(f"This is for PowerShell, which leaves out what is needed. Copy as cURL. {HOW}")
    if text.startswith("# Netscape") or text.count("\t") >= 6 * max(1, text.count("\n")):
        raise SignInProblem(f"This is a cookies.txt, which lacks x-goog-authuser. {HOW}")
    if re.match(r"curl(\.exe)?\s", text):
        return _of_curl(text)
    if re.match(r"(await\s+)?fetch\(", text):
        found = dict(_of_json(text[text.index("{") :] if "{" in text else "{}"))
        if "cookie" not in found:
            raise SignInProblem(
                'This is "Copy as fetch", which leaves the cookies out. Choose "Copy as fetch (Node.js)".'
            )
        return found.items()
    return _of_json(text) if text.startswith(("{", "[")) else _of_lines(text)


def _of_json(text: str) -> Iterable[tuple[str, str]]:
    try:
        whole, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        raise SignInProblem(f"What was pasted begins like JSON and isn't, or is cut. {HOW}") from None
    return list(_pairs(whole))


def _pairs(node: Any) -> Iterable[tuple[str, str]]:
    if isinstance(node, list):
        for row in node:
            if isinstance(row, dict) and isinstance(row.get("name"), str) and isinstance(row.get("value"), str):
                yield row["name"].lower(), row["value"]
    elif isinstance(node, dict):
        inner = node.get("headers")
        if isinstance(inner, dict | list):
            yield from _pairs(inner)
            return
        for name, value in node.items():
            if isinstance(value, str):
                yield name.lower(), value
            elif isinstance(value, dict) and "headers" in value and "request" in name.lower():
                yield from _pairs(value["headers"])


def _of_curl(text: str) -> Iterable[tuple[str, str]]:
    try:
        words = shlex.split(_for_shell(text))
    except ValueError:
        raise SignInProblem(f"The curl line is cut: a quote is open at its end. {HOW}") from None
    found: dict[str, str] = {}
    for word, value in zip(words, [*words[1:], ""], strict=True):
        if word in ("-b", "--cookie"):
            found["cookie"] = value
        elif word in ("-H", "--header"):
            name, _, held = value.partition(":")
            found[name.strip().lower()] = held.strip()
    return found.items()


def _for_shell(text: str) -> str:
    """A line for cmd, or with bash's $'…', as shlex reads it."""
    if '^"' in text:
        # cmd: ^ makes the next character plain, and ^ at a line's end goes on with the next line.
        return re.sub(r"\^(.)", r"\1", re.sub(r"\^\r?\n", " ", text), flags=re.DOTALL)
    plain = re.sub(r"\\\r?\n", " ", text)
    return _ANSI.sub(lambda quoted: shlex.quote(_unescaped(quoted.group(1))), plain)


def _unescaped(text: str) -> str:
    plain = re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))", lambda m: chr(int(m.group(1) or m.group(2), 16)), text)
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m.group(1), m.group(1)), plain)


def _of_lines(text: str) -> Iterable[tuple[str, str]]:
    """`name: value` in each line, or a name in one line and its value in the next."""
    waiting = ""
    for line in (raw.strip() for raw in text.splitlines()):
        if not line or line.startswith(":") or re.match(r"(GET|POST|HEAD|OPTIONS) \S+", line):
            # A request line, or HTTP/2's own fields, whose values are no headers.
            waiting = "-" if line.startswith(":") and line.endswith(":") else ""
            continue
        name, colon, value = line.partition(":")
        if waiting and not (colon and value.startswith(" ")):
            if waiting != "-":
                yield waiting, line
            waiting = ""
        elif colon and value.strip() and _NAME.fullmatch(name):
            yield name.lower(), value.strip()
            waiting = ""
        elif _NAME.fullmatch(name):
            waiting = name.lower()
