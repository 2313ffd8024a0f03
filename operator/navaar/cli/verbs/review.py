"""`navaar review`: what waits for a person."""

from typing import TYPE_CHECKING

import click

from navaar.cli import options
from navaar.cli.output import entry, line, objects
from navaar.cli.scope import Choice

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster
    from navaar.people.question import Question


@click.command()
@click.argument("names", nargs=-1, metavar="[TRACK]…")
@click.option("--kubectl", is_flag=True, help="Show the answers as lines of kubectl.")
@options.chosen
@options.printed
@options.on_cluster
async def command(names: tuple[str, ...], kubectl: bool, choice: Choice, form: str, cluster: "Cluster") -> None:
    """The songs that wait for your decision: what is asked, the candidates with the evidence, and the line that takes each.

    The likeliest come first. `navaar approve --all --min-score 0.9` takes what is that likely.
    """
    from navaar.people.question import questions
    from navaar.people.song import song_of

    if names:
        tracks = [await cluster.track(name, choice.sync) for name in names]
    else:
        tracks = await cluster.tracks(choice, ("Review",))
    if form not in ("table", "wide"):
        objects(tracks, form, one=len(names) == 1)
        return
    asked = [(track, questions(track)) for track in tracks]
    asked.sort(key=lambda one: -max((question.best for question in one[1]), default=0.0))
    if not any(found for _, found in asked):
        click.echo(f"Nothing waits for you {cluster.scope}." if not names else "Nothing is asked about it.", err=True)
        return
    for number, (track, found) in enumerate(one for one in asked if one[1]):
        if number:
            line()
        name = track["metadata"]["name"]
        where = f" -n {track['metadata']['namespace']}"
        line(f"{song_of(track)}  [{name}]", "strong")
        for question in found:
            _print(question, name, where, kubectl=kubectl)


def _print(question: "Question", name: str, where: str, *, kubectl: bool) -> None:
    from navaar.people.links import address

    line(f"  {question.service.title}: {question.asks or question.reason}", "ask")
    for candidate in question.candidates:
        entry(f"    {candidate.score:.2f}  ", candidate.text, address(question.service, candidate.id))
        if candidate.reasons:
            line(f"          {'; '.join(candidate.reasons)}", "dim")
        if candidate.take is not None:
            line(
                f"          {candidate.take.line if kubectl else f'navaar approve {name} {candidate.id}{where}'}",
                whole=True,
            )
    place = f" --in {question.service.value}"
    for answer, own in ((question.yes, f"navaar approve {name}{place}"), (question.no, f"navaar reject {name}{place}")):
        if answer is not None and not (question.candidates and answer is question.yes):
            line(f"    {answer.word}:")
            line(f"          {answer.act.line if kubectl else own + where}", whole=True)
    for answer in question.others:
        line(f"    {answer.word}:")
        line(f"          {answer.act.line}", whole=True)
