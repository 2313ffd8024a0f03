"""`navaar migrate`: from the older service to a MusicSync, Secrets and Tracks."""

import os
from pathlib import Path

import click

from navaar.cli import options
from navaar.cli.scope import Where

SECRETS = "1-secrets.yaml"


@click.command()
@click.argument("envfile", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="ENVFILE")
@click.option("--database", type=click.Path(path_type=Path), metavar="FILE",
              help="Its navaar.db (default: where NAVAAR_DATABASE_URL says, beside ENVFILE).")  # fmt: skip
@click.option("--name", default="friday-tapes", show_default=True, metavar="NAME", help="What the MusicSync is called.")
@click.option("-d", "--directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write 1-secrets.yaml, 2-tracks.yaml and 3-musicsync.yaml there, in place of printing them.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what becomes of each setting, and of the songs.")
@options.off_cluster
def command(
    envfile: Path, database: Path | None, name: str, directory: Path | None, dry_run: bool, where: Where
) -> int:
    """Prints what the older service's settings and database make: a MusicSync, its Secrets, and a Track for every song.

    What is posted stays posted once, what is in a playlist stays there once: Tracks remember the messages, and pin what was
    placed. Stop the older service first; start the operator within a day, so that no post is missed.
    """
    from navaar.api.common import ACCEPT_PAST_ANNOTATION
    from navaar.cli.leftover import aside, counted, left_out
    from navaar.cli.output import Cell, Column, table
    from navaar.cli.trouble import Trouble
    from navaar.people.act import Act
    from navaar.transfer import envfile as settings
    from navaar.transfer import migration, olderdatabase, olderservice
    from navaar.transfer.manifest import Document, written
    from navaar.transfer.song import Unreadable
    from navaar.transfer.text import decoded
    from reconcilers.services.protocol import ServiceName

    def text_of(path: str) -> str | None:
        try:
            return decoded((envfile.parent / path).read_bytes())[0]
        except OSError:
            return None

    try:
        read = settings.read(decoded(envfile.read_bytes())[0])
        setup = olderservice.setup(read.values, name, where.namespace, text_of)
        named = database or (envfile.parent / setup.database if setup.database else None)
        if database is None and named is not None and not named.is_file():
            setup.todo.append(f"{named}, which NAVAAR_DATABASE_URL names, isn't there: give the songs with --database")
            named = None
        songs = olderdatabase.read(named) if named is not None else None
    except Unreadable as error:
        raise Trouble(f"{envfile.name}: {error}") from None

    places = {ServiceName.TELEGRAM: setup.channel}
    places |= {
        service: playlist
        for service, section in ((ServiceName.YOUTUBE, "youtubeMusic"), (ServiceName.SPOTIFY, "spotify"))
        if (playlist := setup.playlist(section)) is not None
    }
    chat = int(setup.channel) if setup.channel.startswith("-") else None
    made = migration.migration(songs, name, where.namespace, places, chat) if songs is not None else None
    # In the order in which they are to be applied: a MusicSync that comes before its Tracks begins without them.
    parts = {
        SECRETS: written(Document(secret, "Keep this out of Git.") for secret in setup.secrets),
        "2-tracks.yaml": written(made.documents) if made is not None else "",
        "3-musicsync.yaml": written([Document(setup.musicsync, f"Migrated from {envfile.name}")]),
    }
    fates = [(fate.setting, Cell(fate.becomes, "dim" if fate.dropped else "")) for fate in setup.fates]
    if dry_run or directory is not None:
        table([Column("SETTING"), Column("BECOMES", elastic=True)], fates)
    else:
        for fate in setup.fates:
            aside(f"{fate.setting:<36} {fate.becomes}")
    if directory is not None and not dry_run:
        _write(directory, parts)
    elif not dry_run:
        click.echo("---\n".join(part for part in parts.values() if part), nl=False)

    left_out(envfile.name, read.unused)
    if made is not None:
        left_out(str(named), made.unused)
        holds = ", ".join(f"{number} in {service.value}" for service, number in made.placed.items())
        aside(
            f"{counted(made.songs, 'Track')}: {holds}; {made.wanted} of them lack a place yet, and are looked for there"
        )
    else:
        aside("no database was read, so there are no Tracks: what is in the three places is found there anew")
    for todo in setup.todo:
        aside(f"to do: {todo}")
    if not dry_run:
        aside("the Secrets hold passwords in plain text: apply them, and keep them out of Git")
    if made is not None:
        annotations = {ACCEPT_PAST_ANNOTATION: made.acceptance}
        act = Act("MusicSync", where.namespace or "", name, {"metadata": {"annotations": annotations}}, "")
        proposed = act.line if where.namespace else act.line.replace(" -n ''", "")
        aside(
            "nothing is posted until it is known what was posted before. Once everything is applied, say that these are all "
            f"(posts from before the older service: navaar import-channel):\n  {proposed}"
        )
    return 0


def _write(directory: Path, parts: dict[str, str]) -> None:
    """Writes the files; nobody else may read the Secrets."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in parts.items():
        if not text:
            continue
        path = directory / name
        mode = 0o600 if name == SECRETS else 0o644
        # A file that was there keeps its mode unless it is taken away first.
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(text)
