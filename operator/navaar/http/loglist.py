"""Lines of the log that were asked for."""

from collections.abc import Callable
from typing import Any

from navaar.api.instant import written
from navaar.http.cursor import opened, sealed
from navaar.http.fields import picked, wanted
from navaar.http.question import AboutLogs, Level
from navaar.http.shapes import LogLine
from navaar.telemetry.loglines import Line, LogLines

_LEVELS = [level.value for level in Level]


def page(lines: LogLines, question: AboutLogs, sees: Callable[[str], bool], all_of_it: bool) -> dict[str, Any]:
    """A `LogPage` of what the caller sees.

    That is lines about MusicSyncs in namespaces for which `sees` is true, and, with `all_of_it`, those about none. Raises
    Problem for fields and cursors that there aren't.
    """
    fields = wanted(question.fields, LogLine)
    asked = question.model_dump(mode="json", exclude={"limit", "cursor", "fields"})
    before = opened(asked, question.cursor, (int,))[0] if question.cursor else None
    fits = _fits(question)
    items: list[dict[str, Any]] = []
    last = 0
    for line in lines.latest():
        if before is not None and line.number >= before:
            continue
        about = dict(line.about)
        sync = about.get("sync", "")
        if not (sees(sync.partition("/")[0]) if sync else all_of_it) or not fits(line, about):
            continue
        if len(items) == question.limit:
            return {"items": items, "next": sealed(asked, (last,))}
        last = line.number
        items.append(picked(_told(line, about), fields))
    return {"items": items}


def _fits(question: AboutLogs) -> Callable[[Line, dict[str, str]], bool]:
    levels = set(_LEVELS[_LEVELS.index(question.level.value) :]) | {"critical"}
    text = question.text.lower()

    def fits(line: Line, about: dict[str, str]) -> bool:
        namespace, _, name = about.get("sync", "").partition("/")
        return (
            line.level in levels
            and (not question.namespace or namespace in question.namespace)
            and (not question.sync or name in question.sync)
            and (not question.track or about.get("track") in question.track)
            and text in line.message.lower()
        )

    return fits


def _told(line: Line, about: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "number": line.number,
        "time": written(round(line.at, 3)),
        "level": line.level,
        "logger": line.logger,
        "message": line.message,
        "about": about,
    }
    if line.trace:
        made["trace"] = line.trace
    return made
