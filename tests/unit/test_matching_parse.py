"""What a title says."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers.matching import normal_isrc, parse, recording, split, upload

# title, artists, core, featured, version
_TITLES = [
    ("Hello", ("Adele",), "Hello", (), set()),
    ("Umbrella (feat. JAY-Z)", ("Rihanna",), "Umbrella", ("JAY-Z",), set()),
    ("Umbrella ft. Jay-Z & Foo", ("Rihanna",), "Umbrella", ("Jay-Z", "Foo"), set()),
    ("Stay [with Justin Bieber]", ("The Kid LAROI",), "Stay", ("Justin Bieber",), set()),
    ("Песня (при уч. Баста)", ("Guf",), "Песня", ("Баста",), set()),
    ("بارون (با سیاوش قمیشی)", ("معین",), "بارون", ("سیاوش قمیشی",), set()),
    ("Song featuring A, B & C", ("X",), "Song", ("A", "B", "C"), set()),
    ("Song", ("A feat. B",), "Song", ("B",), set()),
    ("Hello (Official Video)", ("Adele",), "Hello", (), set()),
    ("Hello [Official Music Video] (HD)", ("Adele",), "Hello", (), set()),
    ("Hello (Lyric Video)", ("Adele",), "Hello", (), set()),
    ("Hello | Official Audio", ("Adele",), "Hello", (), set()),
    ("Hello Official Video", ("Adele",), "Hello", (), set()),
    ("【MV】アイドル", ("YOASOBI",), "アイドル", (), set()),
    ("Звёзды (Премьера клипа 2019)", ("Х",), "Звёзды", (), set()),
    ("چشم من (موزیک ویدیو)", ("داریوش",), "چشم من", (), set()),
    ("Hey Jude - Remastered 2015", ("The Beatles",), "Hey Jude", (), set()),
    ("Hey Jude (2015 Remaster)", ("The Beatles",), "Hey Jude", (), set()),
    ("Creep (Explicit)", ("Radiohead",), "Creep", (), set()),
    ("Creep (Clean Version)", ("Radiohead",), "Creep", (), set()),
    ("Creep - Mono", ("Radiohead",), "Creep", (), set()),
    ("Creep (Album Version)", ("Radiohead",), "Creep", (), set()),
    ("Creep (Deluxe Edition)", ("Radiohead",), "Creep", (), set()),
    ('Let It Go (From "Frozen")', ("Idina Menzel",), "Let It Go", (), set()),
    ("Hello (Live)", ("Adele",), "Hello", (), {"live"}),
    ("Hello - Live at the Royal Albert Hall", ("Adele",), "Hello", (), {"live"}),
    ("Hello [Live from Austin] [HD]", ("Adele",), "Hello", (), {"live"}),
    ("Volver (En Vivo)", ("Gardel",), "Volver", (), {"live"}),
    ("Aquarela - Ao Vivo", ("Toquinho",), "Aquarela", (), {"live"}),
    ("چشم من (اجرای زنده)", ("داریوش",), "چشم من", (), {"live"}),
    ("چشم من - کنسرت", ("داریوش",), "چشم من", (), {"live"}),
    ("Группа крови (концерт 1990)", ("Кино",), "Группа крови", (), {"live"}),
    ("アイドル (ライブ)", ("YOASOBI",), "アイドル", (), {"live"}),
    ("Berry (12/12/1991)", ("Hole",), "Berry", (), {"live"}),
    ("Hello (Tiësto Remix)", ("Adele",), "Hello", (), {"remix"}),
    ("Ignition Remix", ("R",), "Ignition", (), {"remix"}),
    ("بارون (ریمیکس)", ("معین",), "بارون", (), {"remix"}),
    ("Blue Monday (Dave Smith Mix)", ("New Order",), "Blue Monday", (), {"remix"}),
    ("Hello (Acoustic Version)", ("Adele",), "Hello", (), {"acoustic"}),
    ("Hello - Instrumental", ("Adele",), "Hello", (), {"instrumental"}),
    ("بارون (بی کلام)", ("معین",), "بارون", (), {"instrumental"}),
    ("بارون (بی\u200cکلام)", ("معین",), "بارون", (), {"instrumental"}),
    ("Кукушка (минус)", ("Кино",), "Кукушка", (), {"instrumental"}),
    ("Hello (Karaoke Version)", ("Sing King",), "Hello", (), {"karaoke"}),
    ("Кукушка (караоке)", ("Кино",), "Кукушка", (), {"karaoke"}),
    ("Hello (Adele Cover)", ("Someone",), "Hello", (), {"cover"}),
    ("Кукушка (кавер)", ("Полина",), "Кукушка", (), {"cover"}),
    ("بارون (کاور)", ("کسی",), "بارون", (), {"cover"}),
    ("Yesterday (Demo)", ("The Beatles",), "Yesterday", (), {"demo"}),
    ("Hello (Sped Up)", ("Adele",), "Hello", (), {"sped up"}),
    ("Hello (slowed + reverb)", ("Adele",), "Hello", (), {"slowed", "reverb"}),
    ("Hello Nightcore", ("Adele",), "Hello", (), {"nightcore"}),
    ("Hello (8D Audio)", ("Adele",), "Hello", (), {"8d"}),
    ("Hello - Radio Edit", ("Adele",), "Hello", (), {"radio edit"}),
    ("Hello (Extended Mix)", ("Adele",), "Hello", (), {"extended"}),
    ("Love Story (Taylor’s Version)", ("Taylor Swift",), "Love Story", (), {"re-recording"}),
    ("Hello (1 Hour Loop)", ("Adele",), "Hello", (), {"loop"}),
    ("Live and Let Die", ("Wings",), "Live and Let Die", (), set()),
    ("The World We Live In", ("X",), "The World We Live In", (), set()),
    ("Demons", ("Imagine Dragons",), "Demons", (), set()),
    ("Demo", ("Somebody",), "Demo", (), set()),
    ("Remix", ("Somebody",), "Remix", (), set()),
    ("Live", ("The Merry-Go-Round",), "Live", (), set()),
    ("Cover Me", ("Bruce Springsteen",), "Cover Me", (), set()),
    ("Run for Cover", ("X",), "Run for Cover", (), set()),
    ("Video Games", ("Lana Del Rey",), "Video Games", (), set()),
    ("1979", ("The Smashing Pumpkins",), "1979", (), set()),
    ("Intro", ("The xx",), "Intro", (), set()),
    ("Adele - Hello", ("Adele",), "Hello", (), set()),
    ("Hello - Adele", ("Adele",), "Hello", (), set()),
    ("Anti-Hero", ("Taylor Swift",), "Anti-Hero", (), set()),
]


@pytest.mark.parametrize(("title", "artists", "core", "featured", "version"), _TITLES)
def test_a_title_is_taken_apart(
    title: str, artists: tuple[str, ...], core: str, featured: tuple[str, ...], version: set[str]
) -> None:
    parsed = parse(title, artists)
    assert (parsed.title, parsed.featured, set(parsed.version)) == (core, featured, version)


def test_a_bracket_of_the_name_stays_with_the_name() -> None:
    parsed = parse("(I Can't Get No) Satisfaction (Live)", ("The Rolling Stones",))
    assert parsed.full == "I Can't Get No Satisfaction"
    assert parsed.display == "(I Can't Get No) Satisfaction (Live)"


def test_what_came_with_the_version_is_kept() -> None:
    assert parse("Hello (Tiësto Remix)", ()).qualifier == "tiesto"
    assert "wembley" in parse("Hello (Live at Wembley)", ()).qualifier


@pytest.mark.parametrize(
    ("written", "names"),
    [("Adele - Topic", ("Adele",)), ("AdeleVEVO", ("Adele",)), ("Metallica Official", ("Metallica",)),
     ("Unknown Artist", ()),
     ("<unknown>", ()), ("Various Artists", ()), ("@somechannel", ()), ("Неизвестный исполнитель", ()),
     ("!!!", ("!!!",)),
     ("A × B", ("A", "B")), ("A; B", ("A", "B")), ("AC/DC", ("AC/DC",)), ("Tyler, The Creator",
     ("Tyler, The Creator",)),
     ("Earth, Wind & Fire", ("Earth, Wind & Fire",)), ("Malcolm X", ("Malcolm X",))],
)  # fmt: skip
def test_credits_name_people_and_nothing_else(written: str, names: tuple[str, ...]) -> None:
    assert parse("Song", (written,)).artists == names


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Adele - Hello", ("Adele", "Hello")),
        ("Adele – Hello", ("Adele", "Hello")),
        ("Adele — Hello", ("Adele", "Hello")),
        ("Adele ― Hello", ("Adele", "Hello")),
        ("Adele—Hello", ("Adele", "Hello")),
        ("Adele -Hello", ("Adele", "Hello")),
        ("Jay-Z - 99 Problems", ("Jay-Z", "99 Problems")),
        ("a-ha - Take On Me", ("a-ha", "Take On Me")),
        ("Taylor Swift - Anti-Hero", ("Taylor Swift", "Anti-Hero")),
        ("داریوش - چشم من", ("داریوش", "چشم من")),
        ("The xx - Intro", ("The xx", "Intro")),
        ("The Smashing Pumpkins - 1979", ("The Smashing Pumpkins", "1979")),
        ("Adele - Hello - Live", ("Adele", "Hello - Live")),
        ("Anti-Hero", None),
        ("Jay-Z", None),
        ("Hello", None),
        ("Hello - Live at Wembley", None),
        ("Hello - Remastered 2015", None),
        ("- Hello", None),
    ],
)
def test_only_a_dash_between_words_splits(text: str, parts: tuple[str, str] | None) -> None:
    assert split(text) == parts


def test_a_recording_is_clean_but_says_its_version() -> None:
    made = recording(
        "Umbrella (feat. JAY-Z) (Live) [Official Video]", ("RihannaVEVO",), isrc="us-um7-07-00001", duration=0
    )
    assert (made.title, made.artists, made.version) == ("Umbrella (Live)", ("Rihanna", "JAY-Z"), ("live",))
    assert (made.isrc, made.duration) == ("USUM70700001", None)


@pytest.mark.parametrize(
    ("title", "channel", "official", "expected"),
    [
        ("Adele - Hello (Official Video)", "AdeleVEVO", True, "Adele – Hello"),
        ("Hello", "AdeleVEVO", True, "Adele – Hello"),
        ("Hello - Adele", "Adele", True, "Adele – Hello"),
        ("داریوش - چشم من", "Persian Hits", False, "داریوش – چشم من"),
        ("Hello", "Persian Hits", False, "Hello"),
    ],
)
def test_a_videos_artist_is_in_its_title_before_its_channel(
    title: str, channel: str, official: bool, expected: str
) -> None:
    assert str(upload(title, channel, official=official)) == expected


@pytest.mark.parametrize(
    ("written", "isrc"),
    [("USFZ22275105", "USFZ22275105"), ("us-fz2-22-75105", "USFZ22275105"), ("ISRC: US FZ2 22 75105",
     "USFZ22275105"),
     ("USFZ2227510", None), ("", None), (None, None), ("XXXXXXXXXXXX", None)],
)  # fmt: skip
def test_only_what_can_be_an_isrc_is_one(written: str | None, isrc: str | None) -> None:
    assert normal_isrc(written) == isrc


_pieces = st.sampled_from(
    ["Hello", "چشم من", "Кино", "(Live)", "[HD]", "- Remastered 2011", "feat. B", "(with C)",
     "- Live at X", "lyrics", "(", ")",
     "- ", "1979", "(Foo Remix)", "|", "Official Video", "Remix", "(Part 2)", "&", "(feat. "]
)  # fmt: skip
_titles = st.lists(_pieces, min_size=1, max_size=5).map(" ".join) | st.text(max_size=25)


@settings(max_examples=80, deadline=None)
@given(_titles, st.lists(st.sampled_from(["A", "B & C", "D feat. E", "- Topic", ""]), max_size=2))
def test_any_title_parses_and_keeps_something(title: str, artists: list[str]) -> None:
    made = recording(title, artists)
    said = "".join(c for c in title if unicodedata.category(c)[0] not in "CZ")
    assert made.title or not said.strip("-–—|~_")
    assert list(made.version) == sorted(made.version)


@pytest.mark.parametrize(
    ("title", "edition"),
    [
        ("Circles (Explicit)", {"explicit"}),
        ("Circles [Clean]", {"clean"}),
        ("Heroes - 2017 Remaster", {"remaster"}),
        ("Искала (Ремастер 2013)", {"remaster"}),
        ("Live Forever (Live) (Remastered)", {"remaster"}),
        ("Clean", set()),
        ("Explicit Lover", set()),
    ],
)
def test_editions_are_told_and_separate_nothing(title: str, edition: set[str]) -> None:
    parsed = parse(title)
    assert parsed.edition == edition
    assert parsed.version <= {"live"}
