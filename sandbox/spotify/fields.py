"""The `fields` parameter: which parts of an answer the client wants."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Wanted:
    """A parsed filter: `names` to keep, each with what is wanted below it (none: all), less `without`."""

    names: "dict[str, Wanted]" = field(default_factory=dict)
    without: set[str] = field(default_factory=set)

    def of(self, value: Any) -> Any:
        """The parts of a JSON value that are wanted."""
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if not isinstance(value, dict):
            return value
        kept = {key: item for key, item in value.items() if key not in self.without}
        if not self.names:
            return kept
        return {key: self.names[key].of(item) for key, item in kept.items() if key in self.names}


def parse(text: str) -> Wanted:
    """Reads "snapshot_id,items(total,items(item(name,!href)))" and "owner.id".

    Raises ValueError for anything else.
    """
    wanted, rest = _several(text.replace(" ", ""))
    if rest:
        raise ValueError(f"unexpected {rest[0]!r} in fields")
    return wanted


def _several(text: str) -> tuple[Wanted, str]:
    wanted = Wanted()
    while True:
        text = _one(text, wanted)
        if not text.startswith(","):
            return wanted, text
        text = text[1:]


def _one(text: str, into: Wanted) -> str:
    exclude = text.startswith("!")
    text = text.removeprefix("!")
    end = next((i for i, letter in enumerate(text) if letter in ",.()!"), len(text))
    name, text = text[:end], text[end:]
    if not name:
        raise ValueError("a field without a name")
    if exclude:
        into.without.add(name)
        return text
    below = into.names.setdefault(name, Wanted())
    if text.startswith("."):
        return _one(text[1:], below)
    if not text.startswith("("):
        return text
    inner, text = _several(text[1:])
    if not text.startswith(")"):
        raise ValueError("a bracket that is not closed")
    below.names.update(inner.names)
    below.without |= inner.without
    return text[1:]
