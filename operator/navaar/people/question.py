"""What a song waits for a person to say, and the acts that say it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from navaar.people import acts
from navaar.people.act import Act
from navaar.people.song import placements_of, song_of, title_of
from reconcilers.alike import other_of
from reconcilers.services.protocol import ServiceName

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be the song: `score` is how sure, from 0 to 1, `take` says that it is."""

    id: str
    text: str
    score: float
    reasons: tuple[str, ...]
    take: Act | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing to say: in a word, and what it does."""

    word: str
    act: Act


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one song in one place. `yes` and `no` are what `approve` and `reject` answer, where there is that."""

    service: ServiceName
    reason: str
    asks: str
    candidates: tuple[Candidate, ...] = ()
    yes: Answer | None = None
    no: Answer | None = None
    others: tuple[Answer, ...] = ()

    @property
    def best(self) -> float:
        """The score of the likeliest candidate; 0 without one."""
        return max((candidate.score for candidate in self.candidates), default=0.0)


def questions(track: Resource) -> list[Question]:
    """What the Track waits for, place by place; one that only repeats another place's is left out."""
    found = []
    told: set[str | None] = set()
    for service in ServiceName:
        placement = placements_of(track).get(service.value)
        if placement is None or not _in_question(placement) or placement.get("reason") == "Inherited":
            continue
        question = _question(track, service, placement)
        # The same doubt stands in every place that the song is to come to.
        doubt = question.asks if question.reason == "PossibleDuplicate" else None
        if doubt is None or doubt not in told:
            found.append(question)
        told.add(doubt)
    return found


def _in_question(placement: Mapping[str, Any]) -> bool:
    doubtful = placement["state"] == "Present" and placement.get("reason") == "Doubtful"
    return doubtful or placement["state"] == "Review"


def _question(track: Resource, service: ServiceName, placement: Mapping[str, Any]) -> Question:
    reason, asks = placement.get("reason") or "Review", placement.get("message") or ""
    candidates = tuple(
        Candidate(
            one["id"], one["text"], float(one["score"]), tuple(one.get("reasons") or ()),
            _first(acts.pin(track, {service: one["id"]})),
        )
        for one in placement.get("candidates") or ()
    )  # fmt: skip
    if candidates:
        yes = _answer("the first is it", [candidates[0].take] if candidates[0].take else [])
        no = _answer("none of these", acts.reject(track, {service: [one.id for one in candidates]}))
        return Question(service, reason, asks, candidates, yes, no)
    ways = _WAYS.get(reason)
    yes, no, others = ways(track, service, placement) if ways is not None else (None, None, ())
    return Question(service, reason, asks, (), yes, no, others)


Ways = tuple[Answer | None, Answer | None, tuple[Answer, ...]]


def _same(track: Resource, service: ServiceName, placement: Mapping[str, Any]) -> Ways:
    """Whether it is one song with another."""
    other, origin = other_of(placement.get("message") or ""), track["spec"].get("origin")
    no = _answer("a song of its own", acts.titled(track, title_of(track))) if title_of(track) else None
    if other is None or origin is None:
        return None, no, ()
    spec = {"pins": {origin["service"]: origin["id"]}}
    one = Act(
        "Track",
        track["metadata"]["namespace"],
        other,
        {"spec": spec},
        f"takes {song_of(track)} for the song of {other}",
    )
    return Answer("the same song", one), no, ()


def _wrong(track: Resource, service: ServiceName, placement: Mapping[str, Any]) -> Ways:
    """Whether a match was wrong that a person took out."""
    yes = _answer("it was right, and stays away there", acts.exclude(track, [service]))
    no = _answer(
        "it was the wrong one", acts.reject(track, {service: [placement["id"]]}) if placement.get("id") else []
    )
    return yes, no, tuple(filter(None, [_answer("remove the song everywhere", acts.absent(track))]))


def _doubtful(track: Resource, service: ServiceName, placement: Mapping[str, Any]) -> Ways:
    """Whether what stands there is still right for a song that was corrected."""
    made_from = placement.get("requestedId") if service is ServiceName.TELEGRAM else placement.get("id")
    where = ServiceName.YOUTUBE if service is ServiceName.TELEGRAM else service
    if made_from is None:
        return None, None, ()
    yes = _answer("keep it", acts.pin(track, {where: made_from}))
    return yes, _answer("replace it", acts.reject(track, {where: [made_from]})), ()


def _undelivered(track: Resource, service: ServiceName, placement: Mapping[str, Any]) -> Ways:
    """Whether an upload that was cut off arrived."""
    token = (placement.get("intent") or {}).get("token")
    return None, _answer("it isn't there: send it again", acts.reject(track, {service: [token]}) if token else []), ()


def _refused(track: Resource, service: ServiceName, placement: Mapping[str, Any]) -> Ways:
    """Whether the same recording is to be posted once more."""
    made_from = placement.get("requestedId")
    pins = acts.pin(track, {ServiceName.YOUTUBE: made_from}) if made_from else []
    return _answer("post it all the same", pins), None, ()


_WAYS = {
    "PossibleDuplicate": _same,
    "WrongMatch": _wrong,
    "Doubtful": _doubtful,
    "DeliveryUnknown": _undelivered,
    "RejectedPost": _refused,
}


def approve(track: Resource, id: str | None = None, service: ServiceName | None = None) -> list[Act]:
    """Says yes: to the candidate of that id, else to the first of each question. Raises ValueError with a sentence."""
    asked = _asked(track, service)
    if id is not None:
        taken = [one.take for question in asked for one in question.candidates if one.id == id and one.take is not None]
        if not taken:
            known = ", ".join(one.id for question in asked for one in question.candidates) or "none"
            raise ValueError(
                f"{id} is no candidate for {song_of(track)} (there are: {known}); to take it all the same, pin it"
            )
        return _decided(track, taken)
    said = [question.yes.act for question in asked if question.yes is not None]
    if not said:
        raise ValueError(f"{song_of(track)} wants more than a yes: {asked[0].asks}")
    return _decided(track, said)


def refuse(track: Resource, service: ServiceName | None = None) -> list[Act]:
    """Says no to each question. Raises ValueError with a sentence."""
    asked = _asked(track, service)
    said = [question.no.act for question in asked if question.no is not None]
    if not said:
        raise ValueError(f"{song_of(track)} wants more than a no: {asked[0].asks}")
    return _decided(track, said)


def approve_all(tracks: list[Any], least: float) -> list[Act]:
    """Takes the likeliest candidate of every question whose score is at least so much, and the next one's is less."""
    taken = []
    for track in tracks:
        for question in questions(track):
            first, *rest = question.candidates or (None,)
            clear = first is not None and (not rest or rest[0] is None or rest[0].score < first.score)
            if first is not None and clear and first.score >= least and first.take is not None:
                taken += _decided(track, [first.take])
    return acts.joined(taken)


def _asked(track: Resource, service: ServiceName | None) -> list[Question]:
    asked = [question for question in questions(track) if service in (None, question.service)]
    if not asked:
        where = f" in {service.title}" if service is not None else ""
        phase = (track.get("status") or {}).get("phase") or "new"
        raise ValueError(f"nothing is asked about {song_of(track)}{where}: it is {phase}")
    return asked


def _decided(track: Resource, said: list[Act]) -> list[Act]:
    """Answers hold for the Track as it was read: what was asked may be another by the time that they arrive."""
    metadata = track["metadata"]
    return [
        replace(act, version=metadata.get("resourceVersion")) if act.name == metadata["name"] else act
        for act in acts.joined(said)
    ]


def _answer(word: str, found: list[Act]) -> Answer | None:
    return Answer(word, found[0]) if found else None


def _first(found: list[Act]) -> Act | None:
    return found[0] if found else None
