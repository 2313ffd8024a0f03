"""The matcher at the command line: ``python -m reconcilers.matching --help``."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO

from reconcilers.matching import door

_ABOUT = """\
Says which search result is the song, in the way the operator decides. Reads JSON lines, writes one JSON line for each.

  match (the default)
    {"artist": "Adele", "title": "Hello", "duration_s": 295, "candidates": [
      {"id": "a", "title": "Hello", "channel": "Adele - Topic", "duration_s": 295},
      {"id": "b", "title": "Hello (Live)", "artists": ["Adele"], "duration_s": 296, "kind": "video"}]}
    -> {"decision": "auto", "id": "a", "score": 1.0, "reasons": ["title equal", …], "ranked": ["a", "b"]}

    The song: title; artist, duration_s, album, isrc where known. A candidate: id, title; artists or the channel that
    uploaded it, duration_s, album, isrc, kind (song, video or ugc) where known. Durations are in seconds.
    "decision" is auto (take it), review (ask a person) or none (it isn't among them).

  identify
    {"file_name": "01. Adele - Hello [320].mp3"}
    -> {"artists": ["Adele"], "title": "Hello", "version": [], "method": "file name"}

    What a post says of its song: file_name, performer, title, caption, tags (title, artist, album, isrc, duration).
    "title" is null where there is nothing to go on.
"""
_AFTER = """\
A line that can't be read is reported to the standard error with its number, and the others go on; the exit code is 1.
Fields that aren't known here are ignored.
"""


def main(arguments: list[str] | None = None) -> int:
    """Answers each line as it comes; the exit code is 1 where one could not be read."""
    parser = argparse.ArgumentParser(
        prog="python -m reconcilers.matching",
        description=_ABOUT,
        epilog=_AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", nargs="?", choices=("match", "identify"), default="match", help="what is asked")
    parser.add_argument("files", nargs="*", help="JSON lines; the standard input where there are none, or for -")
    said = sys.argv[1:] if arguments is None else arguments
    if said and said[0] not in ("match", "identify") and (said[0] == "-" or not said[0].startswith("-")):
        said = ["match", *said]
    parsed = parser.parse_args(said)
    return answer(parsed.files or ["-"], door.post if parsed.task == "identify" else door.match)


def answer(files: Iterable[str], respond: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Writes `respond`'s answer to every line of `files`."""
    unread = 0
    for name, number, line in _lines(files):
        if line is None:
            unread += 1
            continue
        try:
            told = respond(_row(line))
        except ValueError as error:
            unread += 1
            print(f"{name}, line {number}: {error}", file=sys.stderr, flush=True)
            continue
        # What UTF-8 can't hold (half a surrogate pair) stands escaped, which is JSON all the same.
        sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        sys.stdout.buffer.flush()
    return 1 if unread else 0


def _lines(files: Iterable[str]) -> Iterator[tuple[str, int, bytes | None]]:
    """File, number and text of every line that isn't empty; no text for a file that can't be opened."""
    for name in files:
        with ExitStack() as stack:
            try:
                lines: BinaryIO = sys.stdin.buffer if name == "-" else stack.enter_context(open(name, "rb"))
            except OSError as error:
                print(f"{name}: can't be read: {error.strerror}.", file=sys.stderr, flush=True)
                yield name, 0, None
                continue
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield "standard input" if name == "-" else name, number, line


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig").strip(), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise ValueError("it is not in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON ({error.msg}, column {error.colno}).") from None
    except RecursionError:
        raise ValueError("it is nested too deeply.") from None
    if not isinstance(row, dict):
        raise ValueError("it is no JSON object.")
    return row


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number in JSON.")


def run() -> int:
    """`main`, ended quietly by whoever stops reading or listening."""
    try:
        return main()
    except BrokenPipeError:
        # The interpreter would flush into the closed pipe once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(run())
