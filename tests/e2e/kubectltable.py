"""Tables as kubectl prints them: columns that begin where their headings do."""

import re


def rows(table: str) -> list[dict[str, str]]:
    """The cells of each row by their headings; of an empty table none."""
    heading, *lines = table.splitlines() or [""]
    columns = [(found.group(), found.start()) for found in re.finditer(r"\S+", heading)]
    ends = [start for _, start in columns[1:]] + [None]
    return [{name: line[start:end].strip() for (name, start), end in zip(columns, ends, strict=True)} for line in lines]
