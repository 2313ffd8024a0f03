# ruff: noqa: N999  # the verb is called that
"""`navaar import`: Tracks from a list of songs."""

from pathlib import PurePath
from typing import IO

import click

from navaar.cli import options
from navaar.cli.scope import Where


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.File("rb"), metavar="FILE…")
@click.option("--sync", required=True, metavar="NAME", help="The MusicSync that the songs are for.")
@click.option("--playlist", metavar="NAME", help="Only this playlist of Spotify's account data.")
@click.option("--encoding", metavar="NAME", help="The files' encoding, where it is neither Unicode nor Windows-1252.")
@click.option("--no-pins", is_flag=True, help="Have every song searched for, also where the file says which it is.")
@options.off_cluster
def command(
    files: tuple[IO[bytes], ...], sync: str, playlist: str | None, encoding: str | None, no_pins: bool, where: Where
) -> int:
    """Prints a Track for every song of a list.

    CSV (Exportify's, or any with a column for the title), M3U, M3U8, or Playlist1.json and YourLibrary.json of Spotify's
    account data. `-` is standard input.

    The same list gives the same names and the same text on every run: keep it in Git, or apply it.

    \b
      navaar import songs.csv --sync friday-tapes | kubectl apply -f -
    """  # noqa: D301 - click reads the escape
    from navaar.cli.leftover import aside, counted, left_out
    from navaar.cli.trouble import Trouble
    from navaar.transfer.fileformat import LARGEST, read
    from navaar.transfer.manifest import written
    from navaar.transfer.request import requests
    from navaar.transfer.song import Unreadable

    parts = []
    seen: set[str] = set()
    for file in files:
        name = "standard input" if file.name in ("-", "<stdin>") else PurePath(file.name).name
        try:
            found = read(
                name if name != "standard input" else "", file.read(LARGEST + 1), encoding=encoding, playlist=playlist
            )
        except Unreadable as error:
            raise Trouble(f"{name}: {error}") from None
        for note in found.notes:
            aside(f"{name}: {note}")
        made = requests(found.songs, sync, where.namespace, name, pins=not no_pins)
        left_out(name, (*found.unused, *made.unused))
        new = [document for document in made.documents if document.resource["metadata"]["name"] not in seen]
        seen |= {document.resource["metadata"]["name"] for document in new}
        twice = len(made.documents) - len(new)
        aside(f"{name}: {counted(len(new), 'Track')}" + (f"; {twice} stand in an earlier file, too" if twice else ""))
        parts.append(written(new))
    click.echo("---\n".join(part for part in parts if part), nl=False)
    return 0 if seen else 1
