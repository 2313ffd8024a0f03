"""Of MusicSyncs that would write to one place, the oldest does; the others stand back and say why."""

from typing import Any

import pytest

from navaar.claims import claimed, rivals

Json = dict[str, Any]


def sync(name: str, made: str, chat: int | None = None, **places: Json) -> Json:
    metadata = {"namespace": "music", "name": name, "uid": f"uid-of-{name}", "creationTimestamp": made}
    return {"metadata": metadata, "spec": places, "status": {"telegram": {"chatId": chat}}}


def playlist(id: str, **more: str) -> Json:
    return {"playlist": id, **more}


OLD = sync("old", "2026-01-01T00:00:00Z", -100, telegram={"channel": "@Tapes"}, spotify=playlist("A"))


@pytest.mark.parametrize(
    ("places", "shared"),
    [
        ({"spotify": playlist("A")}, "spotify A"),
        ({"spotify": playlist("a")}, None),
        ({"youtubeMusic": playlist("A")}, None),
        ({"telegram": {"channel": "@tapes"}}, "telegram @tapes"),
        ({"telegram": {"channel": "-100"}}, "telegram -100"),
        ({"spotify": playlist("A", access="ReadOnly")}, None),
        ({"telegram": {"channel": "@others"}, "spotify": playlist("B")}, None),
    ],
)
def test_a_place_is_one_by_whatever_name_it_is_written_and_who_only_reads_claims_none(
    places: Json, shared: str | None
) -> None:
    young = sync("young", "2026-01-02T00:00:00Z", **places)
    everybody = [young, OLD]
    said = claimed(young, everybody)
    assert (said is not None) == (shared is not None)
    if said is not None:
        assert said[0] == "TargetClaimed"
        assert f"music/old already writes {shared};" in said[1]
    assert claimed(OLD, everybody) is None
    assert [one["metadata"]["name"] for one in rivals(OLD, everybody)] == (["young"] if shared else [])


def test_of_two_that_were_made_in_one_second_exactly_one_stands_back() -> None:
    one, other = (sync(name, "2026-01-01T00:00:00Z", spotify=playlist("A")) for name in ("one", "other"))
    assert [claimed(each, [one, other]) is None for each in (one, other)] == [True, False]
