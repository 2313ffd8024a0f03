"""A MusicSync reaches the planner as people wrote it, and what they left out is what the planner takes by itself."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from navaar.api.common import APPROVE_ANNOTATION
from navaar.api.convert import sync_from
from reconcilers.policy import Access, Exclusion, Fetch, Mode, Past, RemovalPolicy, Retry, Target, Timing
from reconcilers.services.protocol import ServiceName

MUSIC_SYNC: dict[str, Any] = {
    "metadata": {"name": "friday-tapes", "namespace": "music", "annotations": {APPROVE_ANNOTATION: "abc"}},
    "spec": {
        "telegram": {
            "channel": "@fridaytapes",
            "credentialsSecretRef": {"name": "t"},
            "past": "Ignore",
            "audio": {"fetch": "Never"},
        },
        "spotify": {
            "playlist": "5FJXhjdILmRA2z5bvz4nzf",
            "credentialsSecretRef": {"name": "s"},
            "access": "WriteOnly",
            "interval": "1h30m",
            "maxAdds": 7,
        },
        "mode": "Plan",
        "removalPolicy": "Propagate",
        "maxDeletes": 3,
        "matching": {"accept": 0.9, "review": 0.6},
        "retry": {"max": 2, "backoff": "90s"},
        "exclude": [{"artist": "A"}, {"id": "x"}],
    },
}


def test_a_music_sync_as_the_planner_sees_it() -> None:
    sync = sync_from(MUSIC_SYNC, Timing(settle=1))
    assert sync.name == "friday-tapes"
    assert sync.targets == {
        ServiceName.TELEGRAM: Target("@fridaytapes"),
        ServiceName.SPOTIFY: Target("5FJXhjdILmRA2z5bvz4nzf", Access.WRITE_ONLY, 5400, 7),
    }
    assert (sync.mode, sync.removal, sync.max_deletes) == (Mode.PLAN, RemovalPolicy.PROPAGATE, 3)
    assert (sync.fetch, sync.past, sync.approved) == (Fetch.NEVER, Past.IGNORE, "abc")
    assert (sync.accept, sync.review, sync.retry) == (0.9, 0.6, Retry(2, 90))
    assert sync.exclude == (Exclusion(artist="A"), Exclusion(id="x"))
    assert sync.timing.settle == 1


def test_what_a_music_sync_leaves_out_is_what_the_planner_takes_by_itself() -> None:
    resource = deepcopy(MUSIC_SYNC)
    resource["metadata"] = {"name": "friday-tapes"}
    resource["spec"] = {
        "youtubeMusic": {
            "playlist": "PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG",
            "credentialsSecretRef": {"name": "g"},
        },
        "spotify": {"playlist": "5FJXhjdILmRA2z5bvz4nzf", "credentialsSecretRef": {"name": "s"}},
        "somethingNewer": {"a": 1},
    }
    sync = sync_from(resource)
    assert sync == replace(
        type(sync)("friday-tapes"),
        targets={
            ServiceName.YOUTUBE: Target("PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG"),
            ServiceName.SPOTIFY: Target("5FJXhjdILmRA2z5bvz4nzf"),
        },
    )


def test_a_music_sync_that_the_schema_would_refuse_is_a_value_error() -> None:
    resource = deepcopy(MUSIC_SYNC)
    resource["spec"]["spotify"]["interval"] = "soon"
    with pytest.raises(ValueError, match="write it like 15m"):
        sync_from(resource)
