"""A track as full as can be, and what the API server gives back of any."""

import json
import time
from types import MappingProxyType
from typing import Any

from navaar.api.convert import manifest_of, status_of
from reconcilers.model import Match, Origin, Phase, Placement, Scored, Source, State, Track
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName


def written(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def stored(track: Track, *, chat_id: int | None = None) -> dict[str, Any]:
    """What the API server would give back: the manifest and the status, through JSON."""
    resource = manifest_of(track, "friday-tapes", "music", chat_id=chat_id)
    resource["metadata"]["creationTimestamp"] = written(track.created)
    resource["status"] = status_of(track, phase=Phase.REVIEW)
    loaded: dict[str, Any] = json.loads(json.dumps(resource))
    return loaded


def full(number: int = 1) -> Track:
    """A track with about as much in it as a track can have."""
    now = 1_770_000_000.0 + number
    reasons = ("title differs in a version word: live", "duration differs by 41 s", "artist equal")
    choices = tuple(
        Scored(
            f"candidate{number:08d}{n}",
            f"Dariush - Cheshme Man, in Concert {n} (5:0{n})",
            0.7 - n / 100,
            reasons,
        )
        for n in range(8)
    )
    asked = Placement(
        State.REVIEW,
        candidates=choices,
        attempts=2,
        sought="0123456789abcdef",
        next_attempt=now + 86400,
        changed=now,
        reason="Ambiguous",
        message="2 candidates, best 0.71 (duration differs by 41 s; live)",
    )
    return Track(
        name=f"friday-tapes-{number:010x}",
        origin=(ServiceName.TELEGRAM, str(number)),
        identity=Recording("Cheshme Man", ("Dariush", "Ebi"), "Faryad", 281.5, "GBUM71029604", ("live",), "tags"),
        placements=MappingProxyType(
            {
                ServiceName.TELEGRAM: Placement(
                    State.PRESENT,
                    Origin.PLACED,
                    str(number),
                    seen=True,
                    intent=None,
                    match=Match("Origin", 1.0, ("origin",)),
                    placed=now,
                    changed=now,
                ),
                ServiceName.YOUTUBE: asked,
                ServiceName.SPOTIFY: asked,
            }
        ),
        source=Source.BACKLOG,
        audio="dQw4w9WgXcQ",
        created=now,
    )
