"""`navaar import-channel`: a channel's past, from Telegram Desktop's export."""

from typing import IO, TYPE_CHECKING

import click

from navaar.cli import options

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@click.command()
@click.argument("file", type=click.File("rb"), metavar="RESULT.JSON")
@click.option("--sync", metavar="NAME", help="The MusicSync whose channel it is (default: the only one).")
@click.option("--chat", metavar="ID", help="Which chat, where the export holds several: its number, or its name there.")
@options.on_cluster
async def command(file: IO[bytes], sync: str | None, chat: str | None, cluster: "Cluster") -> int:
    """Prints the Tracks that a channel's old posts make, as a scan would have made them, with the message of each song.

    Telegram Desktop makes the export: open the channel, ⋮ > Export chat history, JSON, the whole time, no files. Let the bot
    be in the channel before that, so that it hears what is posted from then on.

    Apply what is printed; then say that the past is known, with the line that is told.

    \b
      navaar import-channel result.json > past.yaml && kubectl apply -f past.yaml
    """  # noqa: D301 - click reads the escape
    import time

    from navaar.api.common import ACCEPT_PAST_ANNOTATION
    from navaar.api.convert import sync_from, track_from
    from navaar.cli.leftover import aside, counted, left_out
    from navaar.cli.scope import Choice
    from navaar.cli.trouble import Trouble
    from navaar.people.act import Act
    from navaar.transfer.channelpast import items, past
    from navaar.transfer.chatexport import Export
    from navaar.transfer.manifest import written
    from navaar.transfer.song import Unreadable

    resource = await cluster.sync(sync)
    name, namespace = resource["metadata"]["name"], resource["metadata"]["namespace"]
    telegram = resource["spec"].get("telegram")
    if telegram is None:
        raise Trouble(f"MusicSync {name} has no Telegram channel: there is no past to import")
    known = ((resource.get("status") or {}).get("telegram") or {}).get("chatId")
    if known is None and telegram["channel"].startswith("-"):
        known = int(telegram["channel"])
    wanted = chat if chat is None or not chat.lstrip("-").isdecimal() else int(chat)
    try:
        export = Export(file, wanted)
        if not export.chat.is_channel:
            raise Unreadable(
                f"{export.chat.name} is a {export.chat.type.replace('_', ' ')}, not a channel: export {telegram['channel']}"
            )
        if known is not None and export.chat.id != known:
            raise Unreadable(
                f"this is an export of {export.chat.name} ({export.chat.id}), and the channel of MusicSync {name} is "
                f"{telegram['channel']} ({known}): export that one"
            )
        posts = list(items(export.messages()))
    except Unreadable as error:
        raise Trouble(f"{file.name}: {error}") from None
    tracks = {
        track["metadata"]["name"]: track_from(track, export.chat.id)
        for track in await cluster.tracks(Choice(name))
        if track["metadata"]["namespace"] == namespace
    }
    source = f"an export of {export.chat.name or export.chat.id}"
    found = past(posts, sync_from(resource), tracks, namespace, export.chat.id, source, time.time())
    click.echo(written(found.documents), nl=False)
    left_out(file.name, (*export.unused, *found.doubtful))
    if known is None:
        aside(f"the operator hasn't seen the channel yet; its number is taken from the export: {export.chat.id}")
    aside(
        f"{counted(found.posts, 'post')} with songs, up to message {found.last}: {counted(found.new, 'new Track')}, "
        f"{counted(len(found.documents) - found.new, 'Track')} that learn of a post"
    )
    if not export.complete:
        aside(
            "the export is not whole, so the past is not known by it: the channel stays as it is until it is imported whole"
        )
        return 1
    act = Act(
        "MusicSync", namespace, name, {"metadata": {"annotations": {ACCEPT_PAST_ANNOTATION: found.acceptance}}}, ""
    )
    aside(f"once these are applied, say that nothing else was posted before:\n  {act.line}")
    return 0
