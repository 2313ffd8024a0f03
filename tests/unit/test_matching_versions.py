"""Version words in the languages that people write them in."""

import pytest

from reconcilers.matching import parse, recording, upload
from reconcilers.matching.versions import album_version, channel_version

_SAID = {
    "live": ["Live at Wembley", "En Vivo", "en directo", "Ao Vivo", "en concert", "dal vivo", "live aufnahme",
    "na żywo", "Canlı",
             "концерт 1990", "вживую", "اجرای زنده", "کنسرت", "حفلة", "בהופעה", "ライブ", "라이브", "现场", "現場版",
             "12/12/1991"],
    "remix": ["Tiësto Remix", "ریمیکس", "ремикс", "ريمكس", "リミックス", "리믹스", "רמיקס", "Club Mix"],
    "acoustic": ["Acoustic", "akustisch", "Akustik", "acústica", "акустика", "آکوستیک", "アコースティック",
    "어쿠스틱", "אקוסטי"],
    "instrumental": ["Instrumental", "минус", "بی‌کلام", "Enstrümantal", "オフボーカル", "伴奏", "纯音乐", "반주",
    "playback"],
    "karaoke": ["Karaoke Version", "караоке", "کارائوکه", "カラオケ", "노래방", "קריוקי"],
    "cover": ["Boyce Avenue cover", "кавер", "کاور", "歌ってみた", "커버", "翻唱", "Originally Performed by X",
    "Made Famous By X"],
    "sped up": ["Sped Up", "ускоренная", "hızlandırılmış", "acelerada"],
    "slowed": ["Slowed", "замедленная", "اسلو", "ralentizada"],
    "nightcore": ["Nightcore"],
    "8d": ["8D Audio"],
    "demo": ["Demo", "демо", "دمو", "デモ", "Early Take"],
    "radio edit": ["Radio Edit", "TV Size", "Marshmello Edit"],
    "extended": ["Extended Mix", "versión extendida"],
    "re-recording": ["Re-Recorded", "Taylor’s Version", "再録"],
    "loop": ["1 Hour", "10 hours", "1 час", "یک ساعت", "1시간", "耐久", "on repeat"],
    "mashup": ["Mashup", "мэшап"],
    "arrangement": ["Piano", "Piano Version", "Rock Version", "ピアノ", "orchestral version", "Music Box"],
    "other language": ["Spanish Version", "日本語版", "русская версия", "versión en español"],
    "about the song": ["reaction", "Guitar Lesson", "آموزش گیتار", "разбор", "リアクション"],
    "parody": ["Parody", "пародия"],
}  # fmt: skip


@pytest.mark.parametrize(("tag", "words"), [(tag, words) for tag, each in _SAID.items() for words in each])
def test_a_bracket_says_which_version_in_any_language(tag: str, words: str) -> None:
    assert tag in recording(f"Hello ({words})", ("Adele",)).version


@pytest.mark.parametrize(
    "title",
    ["Live and Let Die", "Cover Me", "Demons", "Piano Man", "Dance Monkey", "Video Games", "Loop Hole", "Mr. Brightside",
     "The Remix Song", "Freedom! '90 (Remastered)", "Hello (Official Video)", "Hello (Премьера клипа 2022)",
     "Hello (2011 Remaster)",
     "Hello (Explicit)", "Hello (From \"Guardian (Original Television Soundtrack), Pt. 4\")"],
)  # fmt: skip
def test_a_name_is_no_version(title: str) -> None:
    assert recording(title, ("Somebody",)).version == ()


def test_a_song_called_like_a_word_that_says_nothing_keeps_its_name() -> None:
    assert parse("Paul McCartney - New").title == "Paul McCartney - New"
    assert parse("New", ("Paul McCartney",)).title == "New"


@pytest.mark.parametrize(
    ("album", "said"),
    [
        ("Live at Leeds", {"live"}),
        ("4-Track Demos", {"demo"}),
        ("Stripped", set()),
        ("Greatest Hits", set()),
        (None, set()),
    ],
)
def test_an_album_says_what_all_its_songs_are(album: str | None, said: set[str]) -> None:
    assert album_version(album) == said


@pytest.mark.parametrize(
    ("channel", "said"),
    [("Sing King Karaoke", {"karaoke"}), ("8D Tunes", {"8d"}), ("The Late Late Show with James Corden", {"live"}),
     ("KEXP", {"live"}),
     ("AdeleVEVO", set()), ("Radio Javan", set()), ("", set())],
)  # fmt: skip
def test_a_channel_says_what_all_its_videos_are(channel: str, said: set[str]) -> None:
    assert channel_version(channel) == said
    assert set(upload("Adele - Hello", channel).version) == said
