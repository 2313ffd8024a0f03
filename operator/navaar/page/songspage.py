"""Songs, filtered and page by page."""

from dataclasses import dataclass

from navaar.http.question import AboutAllTracks, read
from navaar.http.tracklist import chosen
from navaar.page.render import songs_address
from navaar.page.visit import Page, Visit
from navaar.people.tone import SIGNS, Tone
from navaar.store.record import revision_of
from reconcilers.model import Phase, Placement, State, Track
from reconcilers.phase import TAKE_ONE, message_of
from reconcilers.services.protocol import ServiceName

LIMIT = 50
"""Songs on a page."""

SORTS = {
    "-created": "Latest first", "created": "Oldest first", "-changed": "Last moved first", "artist": "By artist",
    "title": "By title", "name": "By name",
}  # fmt: skip

_ASIDE = ("cursor", "phase")


@dataclass(frozen=True, slots=True)
class Row:
    """One song. `places` are a word, its sign and its tone, in the order of the columns; None: it isn't to come there."""

    namespace: str
    name: str
    title: str
    artist: str
    sync: str
    phase: str
    message: str
    changed: float
    places: tuple[tuple[str, str, Tone] | None, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A phase to narrow the list to."""

    word: str
    address: str
    count: int
    chosen: bool


async def page(visit: Visit) -> Page:
    """The songs that are asked for. Raises Problem for what can't be."""
    pairs = [one for name, value in visit.query for one in _scoped(name, value)]
    given = {name for name, _ in pairs}
    defaults = [(name, value) for name, value in (("sort", "-created"), ("limit", str(LIMIT))) if name not in given]
    question = read(AboutAllTracks, [*pairs, *defaults])
    groups = [
        key
        for key in visit.groups
        if (not question.namespace or key[0] in question.namespace) and (not question.sync or key[1] in question.sync)
    ]
    choice = await chosen(visit.sight.tracks_of(groups), question)
    asked = dict(visit.query)
    context = {
        "rows": [_row(track, visit) for track in choice.tracks],
        "total": choice.total,
        "next": songs_address(**{**asked, "cursor": choice.next}) if choice.next else "",
        "first": songs_address(**{name: value for name, value in asked.items() if name != "cursor"}),
        "begun": "cursor" in asked,
        "chips": _chips(visit, groups, question, asked),
        "asked": asked,
        "question": question,
        "narrowed": any(name in asked for name in ("text", "service", "state", "origin", "sync", "namespace")),
        "keys": ["/".join(key) for key in visit.groups],
        "services": list(ServiceName),
        "states": [state.value for state in State],
        "sorts": SORTS if question.sort.value in SORTS else {question.sort.value: question.sort.value, **SORTS},
    }
    return Page("songs.html", "Songs", context, here="/songs")


def _scoped(name: str, value: str) -> list[tuple[str, str]]:
    """A MusicSync is named with its namespace in the list to choose from."""
    namespace, slash, sync = value.partition("/")
    if name == "sync" and slash:
        return [("namespace", namespace), ("sync", sync)]
    return [(name, value)]


def _row(track: Track, visit: Visit) -> Row:
    revision = revision_of(track)
    services = visit.sight.services((revision.namespace, revision.sync)) or tuple(track.placements)
    known = track.recording
    return Row(
        revision.namespace,
        track.name,
        known.title if known is not None else "",
        known.artist if known is not None else "",
        revision.sync,
        revision.phase,
        # Here the candidates are one click away.
        message_of(track, services).removesuffix(f"; {TAKE_ONE}"),
        max((p.changed or 0.0 for p in track.placements.values()), default=0.0),
        tuple(_sign(track.placements.get(service)) for service in ServiceName),
    )


def _sign(placement: Placement | None) -> tuple[str, str, Tone] | None:
    if placement is None:
        return None
    word = placement.state.value
    sign, tone = SIGNS[word]
    return word, sign, tone


def _chips(visit: Visit, groups: list[tuple[str, str]], question: AboutAllTracks, asked: dict[str, str]) -> list[Chip]:
    """How many songs are in each phase, whatever else they are narrowed by."""
    counts = visit.sight.sources.tracks.phases()
    kept = {name: value for name, value in asked.items() if name not in (*_ASIDE, "status")}
    made = [Chip("All", songs_address(**kept), sum(sum(counts[key].values()) for key in groups), not question.phase)]
    for phase in (Phase.SYNCED, Phase.PARTIAL, Phase.SYNCING, Phase.REVIEW, Phase.FAILED, Phase.REMOVED,
                  Phase.EXCLUDED, Phase.DUPLICATE):  # fmt: skip
        count = sum(counts[key].get(phase.value, 0) for key in groups)
        chosen_one = phase in question.phase
        if count or chosen_one:
            made.append(Chip(phase.value, songs_address(**kept, phase=phase.value), count, chosen_one))
    return made
