"""What the page shows of songs: counted, found, in question and told one by one, as they are."""

from navaar.http.sources import Sources
from tests import browsing
from tests.browsing import FIRST, Asked, Browser
from tests.library import NAMESPACE, SPOTIFY, SYNC

browser = browsing.browser
library = browsing.library
quiet = browsing.quiet


async def test_the_numbers_are_those_of_the_tracks(browser: Browser, library: Sources) -> None:
    counts = library.tracks.phases()[NAMESPACE, SYNC]
    text = Asked(await browser.see("/songs")).text
    assert f"All {sum(counts.values())}" in text
    for phase, count in counts.items():
        assert f"{phase} {count}" in text
        page = await browser.see(f"/songs?phase={phase}&limit=500")
        assert page.count('<th scope="row">') == count
    assert f"Review {counts['Review']} waiting" in text


async def test_songs_are_found_filtered_and_paged(browser: Browser, library: Sources) -> None:
    assert "No song fits" in await browser.see("/songs?text=nobody+sings+that")
    found = await browser.see("/songs?text=داریوش&sort=title")
    assert "چشم من" in found
    assert "Wonderwall" not in found
    failed = await browser.see(f"/songs?sync={NAMESPACE}%2F{SYNC}&service=youtubeMusic&state=Failed&sort=&text=")
    assert "YouTube gives this recording to nobody here" in failed
    names: list[str] = []
    path = "/songs?limit=50&sort=artist"
    while path:
        page = Asked(await browser.see(path))
        names += [one for one in page.values("a", "href") if one.startswith(f"/songs/{NAMESPACE}/")]
        path = next((href for tag, a in page.tags if a.get("class") == "next" and (href := a.get("href"))), "")
    assert len(names) == len(set(names)) == 120


async def test_what_cannot_be_asked_is_said_on_a_page(browser: Browser) -> None:
    for path, status, said in (
        ("/songs?limit=none", 400, "limit can&#39;t be none"),
        ("/songs?phase=Lost", 400, "phase can&#39;t be Lost"),
        ("/songs?cursor=garbage", 400, "no cursor of ours"),
        ("/songs?text=" + "x" * 5000, 400, "characters long"),
        ("/review?phase=Failed", 400, "no parameter phase"),
        ("/songs/music/nobody", 404, "There is no Track nobody"),
        ("/songs/music/..%2f..", 404, "There is no such page"),
        ("/syncs/music/nobody", 404, "There is no MusicSync nobody"),
        ("/nowhere", 404, "There is no such page"),
    ):
        got, text, _ = await browser.ask(path)
        assert got == status, path
        assert said in text
        Asked(text)


async def test_review_shows_the_song_beside_the_candidates_and_the_line_that_takes_each(
    browser: Browser, library: Sources
) -> None:
    page = Asked(await browser.see("/review?limit=500"))
    waiting = [t for t in library.tracks.index.tracks(NAMESPACE, SYNC).values() if t.revision.phase == "Review"]
    assert waiting
    for one in waiting:
        assert str(one.recording) in page.text
        for candidate in one.placements[SPOTIFY].candidates:
            line = f"kubectl patch track {one.name} -n {NAMESPACE} --type=merge -p "
            assert line + f'\'{{"spec":{{"pins":{{"spotify":"{candidate.id}"}}}}}}\'' in page.text
            assert candidate.text in page.text


async def test_a_story_tells_what_happened_and_what_a_person_can_say(browser: Browser) -> None:
    page = Asked(await browser.see(f"/songs/{NAMESPACE}/{FIRST}"))
    assert "Where it came from" in page.text
    assert "https://t.me/fridaytapes/1" in page.text
    assert "What happened" in page.text
    assert (
        f"""kubectl patch track {FIRST} -n {NAMESPACE} --type=merge -p '{{"spec":{{"state":"Absent"}}}}'""" in page.text
    )
