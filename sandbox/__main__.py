"""`python -m sandbox`: a local Telegram, YouTube and Spotify to look at, play with and break."""

import argparse
import asyncio
import contextlib
import json
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import requests
from rich.console import Console
from rich.markup import escape

from sandbox import scenario, views
from sandbox.control import Control, state_file
from sandbox.kinds import KINDS, SERVICES
from sandbox.proxy import Sandbox
from sandbox.world import World

# In a pipe nobody's lines end at 80.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
BREAK_EXAMPLES = """\
examples:
  break --list spotify                                    what can be broken there
  break telegram lost --call sendAudio                    the next upload arrives, its answer doesn't
  break telegram lost --call sendAudio --applied 60       … and it arrives only a minute later
  break spotify rate-limit --seconds 13h                  the account is refused for 13 hours
  break youtube quota                                     no units until midnight in California
  break youtube cap --limit 120                           … and here they end by themselves
  break spotify down --lasting 1h                         gone for an hour of the world's time
  break spotify error --status 400 --about ID --times always    one bad song in a batch
  break youtube short --call playlistItems.list --times always  half of the list
  mend spotify rate-limit                                 take back one kind; mend: take back all
  advance 13h                                             let the time pass
"""


class Trouble(Exception):
    """What went wrong, for a person."""


class Parser(argparse.ArgumentParser):
    """Says what may have been meant."""

    def error(self, message: str) -> NoReturn:
        match = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if match:
            choices = re.findall(r"'([^']*)'", match[2])
            near = get_close_matches(match[1], choices, 3, 0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(choices)}"
            message = f"there is no {match[1]!r}: {hint}"
        super().error(message)


def main(argv: list[str] | None = None) -> int:
    """Runs one command; 0 when it worked, 1 when it did not."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except Trouble as trouble:
        Console(stderr=True, highlight=False).print(f"[red]error:[/] {escape(str(trouble))}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """Every command with its help."""
    root = Parser(
        prog="python -m sandbox",
        description="A local Telegram, YouTube and Spotify: nothing in it leaves this machine.",
        epilog='Start with `serve`; in another terminal, `eval "$(python -m sandbox env)"` and `list`.',
    )
    root.add_argument(
        "--world", metavar="URL", help="the running world to talk to (default: the one that serve started)"
    )
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)

    def command(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        made.set_defaults(run=run)
        return made

    made = command("serve", serve, "run a world until interrupted")
    made.add_argument("--port", type=int, default=0, help="the proxy's port (default: a free one)")
    made.add_argument("--songs", type=int, metavar="N", help="N invented songs instead of the quickstart lists")
    command("env", env, "print what a shell must export for its programs to live in the world")
    made = command("list", lists, "show the channel and the playlists, side by side")
    made.add_argument("place", nargs="?", choices=("telegram", "youtube", "spotify"), help="only this one, with ids")
    made = command("songs", songs, "show the catalogue")
    made.add_argument("query", nargs="*", help="only songs with these words, in any spelling")
    made = command("post", post, "post a song to the channel, as a person does")
    made.add_argument("what", metavar="FILE|SONG", help="an audio file, or a key of the catalogue")
    for name, text in (("add", "add a song to a playlist"), ("remove", "take a song out of a place")):
        made = command(name, change, text)
        made.add_argument("service", choices=("spotify", "youtube") + (("telegram",) if name == "remove" else ()))
        made.add_argument("what", metavar="SONG|ID", help="a key of the catalogue, an id or an address")
        made.set_defaults(action=name)
    _break_command(command("break", breaks, "make a service misbehave"))
    made = command("mend", mend, "take back what `break` armed")
    made.add_argument("service", nargs="?", choices=SERVICES, help="only for this service")
    made.add_argument("kind", nargs="?", metavar="KIND", help="only this kind of fault")
    made = command("log", log, "show the requests that the services got")
    made.add_argument("--follow", "-f", action="store_true", help="go on as they come")
    made = command("advance", advance, "let time pass in the world: for retention, tokens, consents and quotas")
    made.add_argument("duration", help="seconds, or 90s, 30m, 2h, 7d")
    return root


def _break_command(made: argparse.ArgumentParser) -> None:
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.epilog = BREAK_EXAMPLES
    made.add_argument("service", nargs="?", choices=SERVICES)
    made.add_argument("kind", nargs="?", metavar="KIND", help="what goes wrong: see --list")
    made.add_argument("--list", action="store_true", help="show what can be broken, and what is broken now")
    aim = made.add_argument_group("aim")
    aim.add_argument("--call", default="*", help="only this call, as `log` names it; * and ? stand for anything")
    aim.add_argument("--about", metavar="ID", help="only what names this id, playlist, chat, host or account")
    aim.add_argument("--skip", type=int, default=0, metavar="N", help="let N such requests pass first")
    aim.add_argument("--times", metavar="N", help="how often, or `always` (default: once, or as --list says)")
    aim.add_argument("--lasting", metavar="TIME", help="it is over after this time in the world: 90s, 30m, 2h")
    how = made.add_argument_group("how")
    how.add_argument("--seconds", metavar="TIME", default="0", help="the delay, or Retry-After: 40, 90s, 13h")
    how.add_argument("--applied", metavar="TIME", help="carry the request out after this time all the same; 0: at once")
    how.add_argument("--status", type=int, default=500, help="the HTTP status of `error` (default: 500)")
    how.add_argument("--body", help="the body of `error`: JSON, or text")
    for name, kind, text in (
        ("keep", int, "how many rows a `short` listing keeps"),
        ("id", str, "what `substitute` puts in, `changing` adds, or which post is `gone`"),
        ("change", str, "what `changing` does: remove, add or move"),
        ("reason", str, "of `playability`; or the 403 of YouTube's `rate-limit`: userRateLimitExceeded"),
        ("limit", int, "how many more requests, units or searches a `cap` allows"),
    ):
        how.add_argument(f"--{name}", type=kind, help=text)
    how.add_argument("--window", action="store_true", help="Spotify's `cap`: of 30 seconds instead of a day")
    how.add_argument("--honest", action="store_true", help="a spoilt listing tells the true count")


def serve(arguments: argparse.Namespace) -> None:
    asyncio.run(_serve(arguments.port, arguments.songs))


def env(arguments: argparse.Namespace) -> None:
    for name, value in _ask(arguments, "GET", "/")["environment"].items():
        print(f"export {name}={shlex.quote(value)}")


def lists(arguments: argparse.Namespace) -> None:
    places = _ask(arguments, "GET", "/lists")
    if arguments.place:
        console.print(views.one(arguments.place, places[arguments.place]))
    else:
        console.print(views.side_by_side(places))


def songs(arguments: argparse.Namespace) -> None:
    query = " ".join(arguments.query)
    found = _ask(arguments, "GET", "/songs", params={"q": query})["songs"]
    if not found:
        raise Trouble(f"no song has {query!r} in its name")
    console.print(views.catalogue(found))


def post(arguments: argparse.Namespace) -> None:
    file = Path(arguments.what)
    if file.is_file():
        _do(arguments, "/files", params={"name": file.name}, data=file.read_bytes())
    elif file.suffix.lower() in (".mp3", ".m4a", ".flac", ".ogg", ".opus", ".wav") or "/" in arguments.what:
        raise Trouble(f"there is no file {arguments.what}")
    else:
        _do(arguments, "/post", json={"song": arguments.what})


def change(arguments: argparse.Namespace) -> None:
    _do(arguments, f"/{arguments.action}", json={"service": arguments.service, "what": arguments.what})


def breaks(arguments: argparse.Namespace) -> None:
    if arguments.list or not arguments.kind:
        console.print(views.breakable((arguments.service,) if arguments.service else SERVICES))
        with contextlib.suppress(Trouble):
            now = _ask(arguments, "GET", "/faults")
            console.print(views.broken(now["faults"], now["held"]), soft_wrap=True)
        if not arguments.list:
            raise Trouble("say what to break: a service and a kind of fault")
        return
    details = ("keep", "id", "change", "reason", "limit", "window", "honest")
    body: dict[str, Any] = {name: getattr(arguments, name) for name in ("service", "kind", "call", "about", "skip")}
    body |= {"status": arguments.status, "body": _body(arguments.body), "seconds": _seconds(arguments.seconds)}
    body |= {name: _seconds(getattr(arguments, name)) for name in ("lasting", "applied") if getattr(arguments, name)}
    body["times"] = _times(arguments)
    body["detail"] = {name: found for name in details if (found := getattr(arguments, name)) not in (None, False)}
    answer = _ask(arguments, "POST", "/break", json=body)
    console.print(answer["done"], soft_wrap=True)
    for dead, alive in answer["memory"].items():
        console.print(f"{dead} is dead; {alive} took its place", soft_wrap=True)


def _times(arguments: argparse.Namespace) -> int | None:
    given: str | None = arguments.times
    if given is None:
        kind = KINDS.get(arguments.kind)
        return None if arguments.lasting or (kind is not None and kind.lasts) else 1
    if given == "always":
        return None
    if not given.isdecimal() or given == "0":
        raise Trouble(f"{given!r} is not how often; write a number, or always")
    return int(given)


def _body(given: str | None) -> Any:
    try:
        return None if given is None else json.loads(given)
    except ValueError:
        return given


def mend(arguments: argparse.Namespace) -> None:
    _do(arguments, "/mend", json={"service": arguments.service, "kind": arguments.kind})


def log(arguments: argparse.Namespace) -> None:
    answer = _ask(arguments, "GET", "/log")
    while True:
        for entry in answer["entries"]:
            console.print(views.request(entry), soft_wrap=True)
        if not arguments.follow:
            return
        time.sleep(0.5)
        answer = _ask(arguments, "GET", "/log", params={"since": answer["next"]})


def advance(arguments: argparse.Namespace) -> None:
    _do(arguments, "/clock", json={"advance": _seconds(arguments.duration)})


def _seconds(written: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", written)
    if match is None:
        raise Trouble(f"{written!r} is no duration; write 3600, 90s, 30m, 2h or 7d")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


async def _serve(port: int, songs: int | None) -> None:
    world = World()
    if songs is None:
        scenario.quickstart(world)
    else:
        scenario.crowd(world, songs)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with Sandbox(world, port=port) as sandbox, Control(sandbox) as control:
            note = state_file()
            note.write_text(json.dumps({"url": control.url}), encoding="utf-8")
            note.chmod(0o600)
            console.print(views.welcome(sandbox.environment(), control.url), soft_wrap=True)
            await stop.wait()
            with contextlib.suppress(FileNotFoundError, ValueError):
                if json.loads(note.read_text(encoding="utf-8")).get("url") == control.url:
                    note.unlink()
    except OSError as error:
        raise Trouble(f"the world cannot start: {error}") from error


def _ask(arguments: argparse.Namespace, method: str, path: str, **content: Any) -> dict[str, Any]:
    url = arguments.world or _address()
    session = requests.Session()
    # This shell may have the world's proxy exported; the way to the world itself is direct.
    session.trust_env = False
    try:
        response = session.request(method, url.rstrip("/") + path, timeout=10, **content)
        answer: dict[str, Any] = response.json()
    except (requests.RequestException, ValueError) as error:
        raise Trouble(f"no world answers at {url}; start one with `python -m sandbox serve`") from error
    if not response.ok:
        near = answer.get("near")
        raise Trouble(answer["error"] + (f"\n  did you mean {' or '.join(near)}?" if near else ""))
    return answer


def _do(arguments: argparse.Namespace, path: str, **content: Any) -> None:
    console.print(_ask(arguments, "POST", path, **content)["done"])


def _address() -> str:
    try:
        return str(json.loads(state_file().read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError) as error:
        raise Trouble("no world is running; start one with `python -m sandbox serve`") from error


if __name__ == "__main__":
    sys.exit(main())
