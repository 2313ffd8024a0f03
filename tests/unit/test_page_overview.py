"""What the page shows of a MusicSync as a whole: what waits or stands still, how much is done, and how fast."""

import itertools

import pytest

from navaar.page.lately import lately
from navaar.page.overviewpage import shares
from reconcilers.model import Origin, Placement, State, Track
from tests import browsing
from tests.browsing import FIRST, NOW, PAGES, Asked, Browser
from tests.library import HOSTILE, NAMESPACE, SYNC, TELEGRAM, YOUTUBE, sources

quiet = browsing.quiet


async def test_what_waits_for_approval_stands_there_with_the_line_that_lets_it_through() -> None:
    there = sources(20, NOW)
    sync = there.syncs.get((NAMESPACE, SYNC))
    assert sync is not None
    sample = {
        "op": "Remove",
        "service": "spotify",
        "title": HOSTILE[0],
        "track": FIRST,
        "why": "it was removed elsewhere",
    }
    plan = {"summary": "7 removals from Spotify", "hash": "3f9a1c77d2ab", "held": 7, "samples": [sample]}
    sync["status"]["plan"] = plan
    browser = Browser(there)
    line = f"kubectl annotate musicsync {SYNC} -n {NAMESPACE} --overwrite navaar.dev/approve=3f9a1c77d2ab"
    for path in ("/", f"/syncs/{NAMESPACE}/{SYNC}"):
        assert line in Asked(await browser.see(path)).text
    page = Asked(await browser.see(f"/syncs/{NAMESPACE}/{SYNC}"))
    assert "exactly these 7 operations" in page.text
    assert HOSTILE[0] in page.text
    del plan["hash"], plan["held"], sample["why"], sample["title"]
    assert "Waits for approval" not in await browser.see(f"/syncs/{NAMESPACE}/{SYNC}")
    plan["hash"] = "3f9a1c77d2ab"
    sync["metadata"]["annotations"] = {"navaar.dev/approve": "3f9a1c77d2ab"}
    page = Asked(await browser.see(f"/syncs/{NAMESPACE}/{SYNC}"))
    assert line not in page.text
    assert "It is approved" in page.text


async def test_a_musicsync_that_is_stopped_plans_only_or_is_gone_is_told_so() -> None:
    there = sources(20, NOW)
    sync = there.syncs.get((NAMESPACE, SYNC))
    assert sync is not None
    sync["spec"] |= {"suspend": True, "mode": "Plan"}
    browser = Browser(there)
    text = Asked(await browser.see("/")).text
    assert "Suspended" in text
    assert "Mode Plan" in text
    assert '{"spec":{"suspend":false}}' in text
    assert '{"spec":{"mode":"Apply"}}' in text
    there.syncs._cache.remove((NAMESPACE, SYNC))
    for path in PAGES:
        text = Asked(await browser.see(path)).text
        assert "was deleted" in text or path in ("/songs", "/review", PAGES[-1])
    coming = next(t.name for t in browser.index.tracks(NAMESPACE, SYNC).values() if t.revision.phase == "Syncing")
    assert "its MusicSync is gone" in Asked(await browser.see(f"/songs/{NAMESPACE}/{coming}")).text


async def test_an_empty_cluster_says_how_to_begin() -> None:
    there = sources(0, NOW)
    there.syncs._cache.remove((NAMESPACE, SYNC))
    browser = Browser(there)
    assert "kubectl apply -f examples/quickstart/musicsync.yaml" in await browser.see("/")
    assert "No song yet" in await browser.see("/songs")
    assert "Nothing waits for you" in await browser.see("/review")


def test_shares_fill_the_bar() -> None:
    some = shares({"Synced": 1, "Failed": 2, "": 3, "Review": 0})
    assert [(one.phase, one.count) for one in some] == [("Synced", 1), ("Syncing", 3), ("Failed", 2)]
    assert some[0].start == 0
    assert all(one.start + one.width == after.start for one, after in itertools.pairwise(some))
    assert some[-1].start + some[-1].width == 1000
    assert shares({}) == ()


async def test_the_pace_is_that_of_the_last_minutes_and_what_comes_next_is_in_the_order_of_the_queue() -> None:
    def one(number: int, state: State, placed: float | None = None) -> Track:
        origin = Origin.PLACED if placed else None
        return Track(
            f"t{number:03}", (TELEGRAM, str(number)), placements={YOUTUBE: Placement(state, origin, placed=placed)}
        )

    tracks = [one(n, State.PRESENT, NOW - 20 * n) for n in range(1, 16)]  # one every 20 seconds for 5 minutes
    tracks += [one(100 + n, State.PRESENT, NOW - 3600 * n) for n in range(1, 30)]
    tracks += [one(200 + n, State.PENDING) for n in range(9)] + [one(300, State.REMOVING)]
    found = (await lately(tracks, NOW, 3))[YOUTUBE]
    assert found.pace == pytest.approx(1 / 20)
    assert found.hours[-1] == 15
    assert sum(found.hours) == 15 + 23
    assert [one.name for one in found.next] == ["t300", "t200", "t201"]
    assert (await lately(tracks[:2], NOW))[YOUTUBE].pace is None
