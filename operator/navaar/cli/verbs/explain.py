"""`navaar explain`: one song's whole story."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.moment import now, since
from navaar.cli.output import line, objects

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.story import Story


@click.command()
@click.argument("track")
@click.option("--sync", metavar="NAME", help="Only look among the songs of this MusicSync.")
@options.printed
@options.on_cluster
async def command(track: str, sync: str | None, form: str, cluster: "Cluster") -> None:
    """One song's whole story: where it came from, the evidence, every attempt, and what happens next and when."""
    from navaar.people.song import sync_of
    from navaar.people.story import mends, story

    found = await cluster.track(track, sync)
    if form not in ("table", "wide"):
        objects([found], form, one=True)
        return
    told = story(found, await cluster.sync_named(sync_of(found), found), now())
    _tell(told, mends(found))


def _tell(story: "Story", mends: list[str]) -> None:
    from navaar.api.instant import read
    from navaar.people.tone import PHASES, SIGNS

    line(story.song, "strong")
    line(f"{story.namespace}/{story.name} of MusicSync {story.sync}")
    line(f"{story.phase}{f': {story.summary}' if story.summary else ''}", PHASES.get(story.phase, ""))
    _section("Where it came from", [story.came, *story.known])
    _section("What people wrote", story.wishes)
    for chapter in story.chapters:
        line()
        style = SIGNS.get(chapter.state, ("", ""))[1]
        ago = f", for {since(read(chapter.since))}" if chapter.since else ""
        line(f"{chapter.service.title}: {chapter.state}{ago}", style)
        for said in (chapter.link or chapter.id, *chapter.evidence, chapter.attempts, chapter.message):
            if said:
                line(f"  {said}")
        line(f"  Next: {chapter.next.says}{f' ({chapter.next.when})' if chapter.next.when else ''}")
    if story.questions:
        _section("To answer", [f"navaar review {story.name} -n {story.namespace}"])
    _section("What mends it", mends)
    _section("What happened", [f"{at[:10]} {at[11:19]}  {event}" for at, event in story.history])


def _section(title: str, lines: "list[str] | tuple[str, ...]") -> None:
    if not lines:
        return
    line()
    line(title, "strong")
    for text in lines:
        line(f"  {text}")
