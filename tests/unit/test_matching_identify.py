"""Which song a post is."""

import pytest

from reconcilers.matching import PostFacts, identify
from reconcilers.matching.garbage import is_garbage

_TAGS = {"title": "Hello", "artist": "Adele", "album": "25", "isrc": "GBBKS1500214", "duration": 295.5}


def test_tags_go_before_all_else() -> None:
    found = identify(PostFacts(tags=_TAGS, performer="X", title="Y", file_name="A - B.mp3", duration=296))
    assert found is not None
    assert (str(found), found.method, found.album, found.isrc, found.duration) == (
        "Adele – Hello", "tags", "25", "GBBKS1500214", 295.5,
    )  # fmt: skip


def test_the_message_is_next_and_its_duration_counts() -> None:
    found = identify(PostFacts(tags={"title": "Track 01"}, performer="Adele", title="Hello", duration=295))
    assert found is not None
    assert (str(found), found.method, found.duration) == ("Adele – Hello", "message", 295)


def test_a_source_that_names_the_artist_goes_before_one_that_doesnt() -> None:
    found = identify(PostFacts(tags={"title": "Hello"}, file_name="Adele - Hello.mp3"))
    assert found is not None
    assert (str(found), found.method) == ("Adele – Hello", "file name")


def test_a_title_alone_is_better_than_nothing() -> None:
    found = identify(PostFacts(file_name="Bohemian Rhapsody.mp3"))
    assert found is not None
    assert (found.title, found.artists, found.method) == ("Bohemian Rhapsody", (), "file name")


def test_several_artists_in_tags_stay_in_order() -> None:
    found = identify(PostFacts(tags={"title": ["Song"], "artist": ["A", "B"]}))
    assert found is not None
    assert found.artists == ("A", "B")


def test_unknown_stays_unknown() -> None:
    found = identify(PostFacts(performer="Adele", title="Hello", duration=0))
    assert found is not None
    assert (found.duration, found.isrc, found.album) == (None, None, None)


_FILES = [
    ("【MV】Ado - うっせぇわ【公式】.mp3", "Ado – うっせぇわ"),
    ("YOASOBI「アイドル」Official Music Video.mp3", "YOASOBI – アイドル"),
    ("邓丽君-月亮代表我的心.mp3", "邓丽君 – 月亮代表我的心"),
    ("Кино - «Группа крови».mp3", "Кино – Группа крови"),
    ("Mohsen.Yeganeh.-.Behet.Ghol.Midam.mp3", "Mohsen Yeganeh – Behet Ghol Midam"),
    ("Ehsan+Khajeh+Amiri+-+Salam+Akhar.mp3", "Ehsan Khajeh Amiri – Salam Akhar"),
    ("دانلود آهنگ جدید شادمهر عقیلی - علامت سوال.mp3", "شادمهر عقیلی – علامت سوال"),
    ("شادمهر عقیلی - تقدیر (کیفیت 320).mp3", "شادمهر عقیلی – تقدیر"),
    ("VA - Trainspotting - 06 - Underworld - Born Slippy.mp3", "Underworld – Born Slippy"),
    ("[Portishead] - Glory Box.mp3", "Portishead – Glory Box"),
    ("(Trip Hop) Portishead - Roads.mp3", "Portishead – Roads"),
    ("Anderson .Paak - Am I Wrong w_ ScHoolboy Q.mp3", "Anderson .Paak, ScHoolboy Q – Am I Wrong"),
    ("1-05 Adele - Hello.mp3", "Adele – Hello"),
    ("Billie Eilish - BIRDS OF A FEATHER.mp3", "Billie Eilish – BIRDS OF A FEATHER"),
    ("Adele | Hello.mp3", "Adele – Hello"),
    ("Tom Waits: Hold On.mp3", "Tom Waits – Hold On"),
    ("Adele - Hello.mp3", "Adele – Hello"),
    ("Adele – Hello.m4a", "Adele – Hello"),
    ("Adele — Hello.flac", "Adele – Hello"),
    ("01. Adele - Hello.mp3", "Adele – Hello"),
    ("01 - Adele - Hello.mp3", "Adele – Hello"),
    ("07 Adele - Hello.mp3", "Adele – Hello"),
    ("[03] Adele - Hello.mp3", "Adele – Hello"),
    ("1) Adele - Hello.mp3", "Adele – Hello"),
    ("Adele_-_Hello.mp3", "Adele – Hello"),
    ("Adele-Someone_Like_You.mp3", "Adele – Someone Like You"),
    ("Adele - Hello [320kbps].mp3", "Adele – Hello"),
    ("Adele - Hello (320).mp3", "Adele – Hello"),
    ("Adele - Hello 320.mp3", "Adele – Hello"),
    ("Adele - Hello_128k.mp3", "Adele – Hello"),
    ("Adele - Hello (1).mp3", "Adele – Hello"),
    ("Adele - Hello @somechannel.mp3", "Adele – Hello"),
    ("@somechannel Adele - Hello.mp3", "Adele – Hello"),
    ("Adele - Hello [t.me/somechannel].mp3", "Adele – Hello"),
    ("Adele - Hello (www.site.ir).mp3", "Adele – Hello"),
    ("Adele - Hello [SongSara.Net].mp3", "Adele – Hello"),
    ("Adele - Hello (Official Video) [YQHsXMglC9A].mp3", "Adele – Hello"),
    ("Jay-Z - 99 Problems.mp3", "Jay-Z – 99 Problems"),
    ("a-ha - Take On Me.mp3", "a-ha – Take On Me"),
    ("311 - Amber.mp3", "311 – Amber"),
    ("50 Cent - In Da Club.mp3", "50 Cent – In Da Club"),
    ("will.i.am - Scream & Shout.mp3", "will.i.am – Scream & Shout"),
    ("Taylor Swift - Anti-Hero.mp3", "Taylor Swift – Anti-Hero"),
    ("The Smashing Pumpkins - 1979.mp3", "The Smashing Pumpkins – 1979"),
    ("داریوش - چشم من.mp3", "داریوش – چشم من"),
    ("داریوش_-_چشم_من_(اجرای_زنده).mp3", "داریوش – چشم من (اجرای زنده)"),
    ("Кино - Группа крови.mp3", "Кино – Группа крови"),
    ("02. Земфира — Хочешь.ogg", "Земфира – Хочешь"),
    ("YOASOBI - アイドル.mp3", "YOASOBI – アイドル"),
    ("방탄소년단 - 봄날.mp3", "방탄소년단 – 봄날"),
    ("נעמי שמר - ירושלים של זהב.mp3", "נעמי שמר – ירושלים של זהב"),
    ("Rihanna - Umbrella (feat. JAY-Z).mp3", "Rihanna, JAY-Z – Umbrella"),
    ("7 Rings.mp3", "7 Rings"),
    ("Hello - Live at Wembley.mp3", "Hello - Live at Wembley"),
]


@pytest.mark.parametrize(("file_name", "expected"), _FILES)
def test_a_file_name_tells_artist_and_title(file_name: str, expected: str) -> None:
    found = identify(PostFacts(file_name=file_name))
    assert found is not None
    assert (str(found), found.method) == (expected, "file name")


@pytest.mark.parametrize(
    "name",
    ["Track 01", "track_1", "AUD-20210304-WA0001", "audio_123", "audio_2021-03-04_12-30-00", "file_45",
     "Unknown", "untitled",
     "1234567890", "Дорожка 5", "ترک ۳", "トラック 02", "Voice 003", "New Recording 7",
     "PTT-20190101-WA0003", "videoplayback",
     "@somechannel", "https://t.me/somechannel", "t.me/x", "a3f9c1d2e4b5a6978877",
     "WhatsApp Audio 2021-03-04 at 12.30.00",
     "...", "", "Без названия", "Piste 3"],
)  # fmt: skip
def test_what_names_nothing_is_never_looked_for(name: str) -> None:
    assert is_garbage(name)
    assert identify(PostFacts(file_name=f"{name}.mp3")) is None
    assert identify(PostFacts(performer="Unknown Artist", title=name)) is None


@pytest.mark.parametrize("title", ["1979", "Music", "99", "Voice", "Unknown", "Audio"])
def test_a_plain_word_is_a_title_beside_an_artist(title: str) -> None:
    found = identify(PostFacts(performer="Somebody", title=title))
    assert found is not None
    assert found.title == title


@pytest.mark.parametrize(
    ("performer", "title", "expected"),
    [
        ("@somechannel", "Adele - Hello", "Adele – Hello"),
        ("t.me/somechannel", "Adele - Hello", "Adele – Hello"),
        ("Unknown Artist", "Adele – Hello", "Adele – Hello"),
        ("Adele", "Hello @somechannel", "Adele – Hello"),
        ("Adele", "01. Hello", "Adele – Hello"),
        ("Adele", "Adele - Hello", "Adele – Hello"),
        ("Adele (SiteName.com)", "Hello", "Adele – Hello"),
        ("A feat. B", "Song", "A, B – Song"),
        ("Guf при уч. Баста", "Песня", "Guf, Баста – Песня"),
        ("Radio Javan", "Sirvan Khosravi - Kash", "Sirvan Khosravi – Kash"),
        ("1theK", "[MV] IU - Palette", "IU – Palette"),
        ("DuaLipaVEVO", "Dua Lipa - New Rules", "Dua Lipa – New Rules"),
        ("Ado", "【Ado】うっせぇわ", "Ado – うっせぇわ"),
        ("Beach House", "♪♫ Space Song ♫♪", "Beach House – Space Song"),
    ],
)
def test_adverts_in_a_message_hide_no_song(performer: str, title: str, expected: str) -> None:
    found = identify(PostFacts(performer=performer, title=title))
    assert found is not None
    assert str(found) == expected


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("🎵 Adele - Hello\n@somechannel", "Adele – Hello"),
        ("Новинка!\nКино — Группа крови", "Кино – Группа крови"),
        ("خواننده: داریوش\nآهنگ: چشم من", "داریوش – چشم من"),
        ("Artist: Adele\nTitle: Hello\nhttps://t.me/x", "Adele – Hello"),
        ("#Adele - #Hello", "Adele – Hello"),
        ("آهنگ جدید محسن یگانه به نام بهت قول میدم", "محسن یگانه – بهت قول میدم"),
        ("أغنية: كيفك إنت\nغناء: فيروز", "فيروز – كيفك إنت"),
        ('Today: "Teardrop" by Massive Attack', "Massive Attack – Teardrop"),
    ],
)
def test_a_caption_is_the_last_resort(caption: str, expected: str) -> None:
    found = identify(PostFacts(file_name="audio_1.mp3", caption=caption))
    assert found is not None
    assert (str(found), found.method) == (expected, "caption")


@pytest.mark.parametrize("caption", ["Good morning everyone", "Join @somechannel", "", "New music every day!"])
def test_chatter_is_no_song(caption: str) -> None:
    assert identify(PostFacts(caption=caption)) is None


def test_nothing_to_go_on_is_none() -> None:
    assert identify(PostFacts()) is None
