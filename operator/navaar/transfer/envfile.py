"""Settings from an environment file, as Docker Compose and python-dotenv read them."""

import re
from dataclasses import dataclass

from navaar.transfer.song import Unused

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings by name, and the lines that are none."""

    values: dict[str, str]
    unused: tuple[Unused, ...]


def read(text: str) -> Settings:
    """The settings of a file: ``NAME=value``, quoted or not; the last of a name counts."""
    values: dict[str, str] = {}
    unused: list[Unused] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip().lstrip("\ufeff")
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            unused.append(Unused(f"line {number}", "it is not NAME=value, and was passed over"))
            continue
        values[found[1]] = _value(found[2])
    return Settings(values, tuple(unused))


def _value(text: str) -> str:
    quoted = re.match(r"""(["'])(.*?)(?<!\\)\1\s*(?:#.*)?$""", text)
    if quoted is not None:
        inner = quoted[2]
        return inner.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\") if quoted[1] == '"' else inner
    return re.sub(r"\s+#.*$", "", text).strip()
