"""Tables and lines for a person who watches the local world."""

from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sandbox import kinds, scenario

Row = dict[str, Any]
PLACES = ("telegram", "youtube", "spotify")
TYPED = ("id", "key")
"""What other commands are given: to be copied in one piece."""


def side_by_side(places: dict[str, list[Row]]) -> RenderableType:
    """One line per song and one column per place; what is missing somewhere stands out."""
    table = Table(title="Who has what, in its own spelling")
    table.add_column("", style="dim", justify="right")
    for place in PLACES:
        table.add_column(f"{place} ({len(places[place])})", overflow="fold")
    lines: dict[str, dict[str, list[Row]]] = {}
    for place in PLACES:
        for row in places[place]:
            lines.setdefault(row["key"] or f"{place}/{row['id']}", {}).setdefault(place, []).append(row)
    for number, line in enumerate(lines.values(), 1):
        table.add_row(str(number), *(_cell(line.get(place, [])) for place in PLACES))
    everywhere = sum(len(line) == len(PLACES) for line in lines.values())
    return Group(table, Text(f"{len(lines)} songs, {everywhere} of them in all three places"))


def one(place: str, rows: list[Row]) -> RenderableType:
    """One place in its own order, with ids."""
    table = Table(title=f"{place} ({len(rows)})")
    for name in ("#", "id", "artist", "title", "key"):
        table.add_column(name, overflow="fold", no_wrap=name in TYPED, style="dim" if name in ("#", "key") else "")
    for number, row in enumerate(rows, 1):
        shown = (row["id"], row["artist"], row["title"], row["key"] or "")
        table.add_row(str(number), *(escape(text) for text in shown))
    return table


def catalogue(songs: list[Row]) -> RenderableType:
    """The songs as facts, and where each can be found."""
    table = Table(title=f"{len(songs)} songs")
    for name in ("key", "artist", "title", "length", "spotify", "youtube", "video"):
        table.add_column(name, overflow="fold", no_wrap=name in TYPED)
    for song in songs:
        ids = (song[name] or "[red]—[/]" for name in ("spotify_id", "video_id"))
        length = f"{song['duration'] // 60}:{song['duration'] % 60:02d}"
        table.add_row(
            song["key"],
            escape(", ".join(song["artists"])),
            escape(song["title"]),
            length,
            *ids,
            song["music_video_id"] or "",
        )
    return table


def request(entry: Row) -> Text:
    """A request as one line: time, status, service, call, and what it was about."""
    status = int(entry["status"])
    colour = "green" if 200 <= status < 400 else "yellow" if status == 429 else "red"
    detail = " ".join(f"{key}={value}" for key, value in entry["detail"].items() if value not in (None, "", {}))
    return Text.assemble(
        (datetime.fromtimestamp(entry["at"]).strftime("%H:%M:%S "), "dim"),
        (f"{status or '---'} ", colour),
        (f"{entry['service']:<13} ", "bold" if entry["write"] else ""),
        (entry["call"], "bold" if entry["write"] else ""),
        (f"  {detail[:160]}", "dim"),
    )


def fault(armed: Row) -> str:
    """One armed fault in words."""
    aim = [f"{armed['service']}: {armed['kind']}"]
    if armed["call"] != "*":
        aim.append(f"of {armed['call']}")
    if armed["about"]:
        aim.append(f"about {armed['about']}")
    if armed["skip"]:
        aim.append(f"after {armed['skip']} more")
    for name, word in (("seconds", "for"), ("applied", "carried out after")):
        if armed[name]:
            aim.append(f"{word} {duration(armed[name])}")
    if armed["kind"] == "error":
        aim.append(f"with {armed['status']}")
    aim += [f"{key}={value}" for key, value in armed["detail"].items()]
    often = "until mended" if armed["times"] is None else "once" if armed["times"] == 1 else f"{armed['times']} times"
    aim.append(often if armed["lasting"] is None else f"{often}, {duration(armed['lasting'])} at most")
    return ", ".join((" ".join(aim[:-1]), aim[-1]))


def duration(seconds: float) -> str:
    """Seconds as people write them: 90s, 13h, 2d."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:.3g}s" if seconds < 1000 else f"{seconds / 60:.0f}m"


def breakable(services: tuple[str, ...]) -> RenderableType:
    """What can be broken, by what it looks like from outside."""
    table = Table(box=None, show_header=False, padding=(0, 1), title="What can be broken", title_justify="left")
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    group = ""
    for kind in kinds.ALL:
        there = [service for service in kind.services if service in services]
        if not there:
            continue
        if kind.group != group:
            group = kind.group
            table.add_row("")
            table.add_row("", f"[underline]{group}[/]")
        only = "" if len(services) == 1 or set(there) == set(services) else f"[cyan]{', '.join(there)}:[/] "
        lasts = " [dim](until mended)[/]" if kind.lasts and not kind.changes else ""
        table.add_row(kind.name, only + escape(kind.says) + lasts)
    return table


def broken(faults: list[Row], held: list[Row]) -> RenderableType:
    """What is broken now."""
    lines = [fault(one) for one in faults]
    lines += [f"{one['service']}: still refused ({one['kind']}) for {duration(one['left'])}" for one in held]
    return Text("Broken now: " + ("; ".join(lines) if lines else "nothing"))


def welcome(environment: dict[str, str], control: str) -> RenderableType:
    """What somebody needs to know who just started a world."""
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("Telegram channel", f"{scenario.CHANNEL}  ({scenario.CHANNEL_ID})"),
        ("Telegram bot token", scenario.BOT_TOKEN),
        ("YouTube playlist", scenario.YOUTUBE_PLAYLIST),
        ("Google client", f"{scenario.GOOGLE_CLIENT_ID}  {scenario.GOOGLE_CLIENT_SECRET}"),
        ("Google refresh token", scenario.GOOGLE_REFRESH_TOKEN),
        ("Spotify playlist", scenario.SPOTIFY_PLAYLIST),
        ("Spotify client", f"{scenario.SPOTIFY_CLIENT_ID}  {scenario.SPOTIFY_CLIENT_SECRET}"),
        ("Spotify refresh token", scenario.SPOTIFY_REFRESH_TOKEN),
        ("Control interface", control),
    ):
        facts.add_row(name, value)
    exports = "\n".join(f"export {name}={value}" for name, value in environment.items())
    return Group(
        Text("The local world is running. In another terminal:\n", style="bold"),
        Text('  eval "$(python -m sandbox env)"   so that its programs live in this world; or by hand:\n'),
        Text(exports + "\n", style="dim"),
        facts,
        Text("\nLook with `python -m sandbox list`, watch with `… log --follow`, stop with Ctrl-C."),
    )


def _cell(rows: list[Row]) -> str:
    if not rows:
        return "[red]—[/]"
    first = rows[0]
    text = escape(f"{first['artist']} – {first['title']}" if first["artist"] else first["title"])
    return f"{text} [yellow]×{len(rows)}[/]" if len(rows) > 1 else text
