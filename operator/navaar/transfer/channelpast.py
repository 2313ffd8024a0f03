"""A channel's past from an export: the Tracks that a scan of the same posts would have made."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from navaar.api.convert import manifest_of
from navaar.transfer.manifest import Document
from navaar.transfer.song import Unused
from reconcilers.matching import PostFacts, identify
from reconcilers.model import Place, State, Track, Wishes
from reconcilers.past import claim, remembered
from reconcilers.plan.absorb import absorb
from reconcilers.plan.board import Board
from reconcilers.plan.operations import Listed
from reconcilers.policy import Sync
from reconcilers.recording import Recording
from reconcilers.services.protocol import Item, ServiceName
from reconcilers.services.telegram_posts import EXTENSIONS, token_in, without_token

TELEGRAM = ServiceName.TELEGRAM


@dataclass(frozen=True, slots=True)
class Past:
    """What is to be applied, and what it amounts to.

    `documents` are new Tracks, and those that were there and have learnt of a post. `posts` of the export are songs, up to
    message `last`; `new` Tracks were made. `acceptance` is the value of ``navaar.dev/accept-past`` that says so.
    """

    documents: tuple[Document, ...]
    posts: int
    last: int
    new: int
    acceptance: str
    doubtful: tuple[Unused, ...] = ()


def items(messages: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    """The posts with audio, as the channel's adapter would give them."""
    for message in messages:
        item = _item(message)
        if item is not None:
            yield item


def past(
    posts: Sequence[Item],
    sync: Sync,
    tracks: Mapping[str, Track],
    namespace: str,
    chat: int,
    source: str,
    now: float,
) -> Past:
    """What these posts of channel `chat` make of the `tracks` that there are. `source` goes into comments."""
    board = Board(tracks, sync.targets, now)
    absorb(sync, board, Place(), Listed(TELEGRAM, tuple(posts), now))
    documents, doubtful = [], []
    new = 0
    for track in sorted(board.records(), key=_order):
        comment = f"{track.recording or 'a post that says nothing of its song'}\nImported from {source}"
        doubt = next((p for p in track.placements.values() if p.reason == "PossibleDuplicate"), None)
        if doubt is not None:
            # What a scan would ask stands in a status, which can't be applied: left alone, it places nothing either.
            others = frozenset(service for service in sync.targets if service is not TELEGRAM)
            track = replace(track, wishes=replace(Wishes(), exclude_from=others))
            why = doubt.message.partition("; if not")[0]
            comment += f"\nIt {why}. If not, take excludeFrom out."
            doubtful.append(Unused(f"message {track.origin[1] if track.origin else '?'}", why))
        new += track.name not in tracks
        documents.append(Document(manifest_of(track, sync.name, namespace, chat_id=chat), comment))
    last = max((int(item.id) for item in posts), default=0)
    known = {name: track for name, track in board.tracks.items() if _up_to(track, last)}
    return Past(tuple(documents), len(posts), last, new, claim(remembered(known), last), tuple(doubtful))


def _order(track: Track) -> tuple[int, str]:
    placement = track.placements.get(TELEGRAM)
    id = placement.id if placement is not None and placement.state is State.PRESENT else None
    return (int(id) if id is not None and id.isdecimal() else 0, track.name)


def _up_to(track: Track, last: int) -> bool:
    placement = track.placements.get(TELEGRAM)
    ids = (placement.id, *placement.others) if placement is not None else ()
    return all(id is None or (id.isdecimal() and int(id) <= last) for id in ids)


_OTHER_MEDIA = ("voice_message", "video_message", "video_file", "animation", "sticker")


def _item(message: Mapping[str, Any]) -> Item | None:
    id = message.get("id")
    if not isinstance(id, int) or message.get("type") != "message" or not _is_audio(message):
        return None
    file_name = _file_name(message)
    token = token_in(file_name)
    length = message.get("duration_seconds")
    facts = PostFacts(
        performer=_said(message, "performer"),
        title=_said(message, "title"),
        file_name=without_token(file_name) if file_name else None,
        caption=_caption(message.get("text")),
        duration=float(length) if isinstance(length, (int, float)) and length > 0 else None,
    )
    recording = identify(facts) or Recording("", duration=facts.duration, method="message")
    return Item(str(id), recording, token=token)


def _is_audio(message: Mapping[str, Any]) -> bool:
    media = message.get("media_type")
    if media == "audio_file":
        return True
    if media in _OTHER_MEDIA or not message.keys() & {"file", "file_name"}:
        return False
    extension = os.path.splitext(_file_name(message) or "")[1].lower()
    return str(message.get("mime_type") or "").startswith("audio/") or extension in EXTENSIONS


def _file_name(message: Mapping[str, Any]) -> str | None:
    name = _said(message, "file_name")
    if name is not None:
        return name
    path = _said(message, "file")
    # A file that was left out is told of in a sentence in brackets.
    return path.replace("\\", "/").rsplit("/", 1)[-1] if path is not None and not path.startswith("(") else None


def _said(message: Mapping[str, Any], field: str) -> str | None:
    value = message.get(field)
    return value if isinstance(value, str) and value else None


def _caption(text: object) -> str | None:
    """A text is a string, or a list of strings and of formatted parts."""
    if isinstance(text, list):
        parts = (part.get("text") if isinstance(part, dict) else part for part in text)
        text = "".join(part for part in parts if isinstance(part, str))
    return text if isinstance(text, str) and text else None
