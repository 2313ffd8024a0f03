"""Lists of songs from other programs: every shape that they have, and every way in which they are broken."""

import json

import pytest
import yaml

from navaar.transfer.fileformat import read
from navaar.transfer.manifest import Document, written
from navaar.transfer.request import requests
from navaar.transfer.song import Songs, Unreadable
from reconcilers.services.protocol import ServiceName

SPOTIFY, YOUTUBE = ServiceName.SPOTIFY, ServiceName.YOUTUBE
ID = "4u43I0LP2Xf85OAS85eG0R"
VIDEO = "dQw4w9WgXcQ"

EXPORTIFY = (
    '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album Name","Track Duration (ms)","ISRC","Added At"\r\n'
    f'"spotify:track:{ID}","Say It, Don\'t Spray It","spotify:artist:a, spotify:artist:b","One, Two","Moon","200040",'
    '"USUG12500001","2024-01-02"\r\n'
    '"spotify:track:4u43I0LP2Xf85OAS85eG0S","See You Again","spotify:artist:a","Tyler, The Creator","","180000","",""\r\n'
)


def names(found: Songs) -> list[str]:
    return [str(song) for song in found.songs]


def csv(text: str, name: str = "songs.csv", encoding: str = "utf-8") -> Songs:
    return read(name, text.encode(encoding))


def test_exportify_gives_title_artists_length_isrc_and_the_spotify_id() -> None:
    found = csv(EXPORTIFY)
    first, second = found.songs
    assert (first.title, first.artists, first.duration) == ("Say It, Don't Spray It", ("One", "Two"), 200.04)
    assert (first.isrc, first.ids, first.where) == ("USUG12500001", {SPOTIFY: ID}, "line 2")
    assert second.artists == ("Tyler, The Creator",), "a comma in a name separates nothing"
    assert found.unused == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_read_in_whichever_unicode_it_is_written(encoding: str) -> None:
    found = csv("Artist,Title\nداریوش,چشم من\nЗемфира,Хочешь\n宇多田ヒカル,First Love\n", encoding=encoding)
    assert names(found) == ["داریوش – چشم من", "Земфира – Хочешь", "宇多田ヒカル – First Love"]
    assert found.notes == ()


def test_a_file_that_is_not_unicode_is_read_all_the_same_and_that_is_said() -> None:
    found = csv("Artist;Title\nBjörk;Jóga\n", encoding="cp1252")
    assert names(found) == ["Björk – Jóga"]
    assert "line 2 is not UTF-8" in found.notes[0]
    said = read("songs.csv", "Artist,Title\nЗемфира,Хочешь\n".encode("cp1251"), encoding="cp1251")
    assert names(said) == ["Земфира – Хочешь"]
    with pytest.raises(Unreadable, match="klingon is no encoding"):
        read("songs.csv", b"Artist,Title\n", encoding="klingon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_by_the_columns(delimiter: str) -> None:
    text = f"Artist{delimiter}Title{delimiter}Duration\nQueen{delimiter}Bicycle Race{delimiter}3:03\n"
    (song,) = csv(text).songs
    assert (song.artists, song.title, song.duration) == (("Queen",), "Bicycle Race", 183.0)
    assert names(csv(f"sep={delimiter}\n{text}")) == ["Queen – Bicycle Race"]


def test_without_a_column_for_the_title_it_is_said_what_to_do() -> None:
    with pytest.raises(Unreadable, match=r"line 1 names no column for the title \(it has: Colour, Size\)"):
        csv("Colour,Size\nred,3\n")
    with pytest.raises(Unreadable, match="empty"):
        csv("\ufeff\n  \n")


def test_what_cannot_be_used_is_listed_by_its_line_and_the_rest_goes_on() -> None:
    found = csv('Artist,Title\n,\nQueen,Bicycle Race\nA,B,C,D\n"Abba","Waterloo\nOpen"\n')
    assert names(found) == ["Queen – Bicycle Race", "Abba – Waterloo Open"]
    assert [str(u) for u in found.unused] == [
        "line 4: it has 4 fields and the first line 2; put quotes around what holds the delimiter"
    ]
    found = csv("Artist,Title,Album\nAbba,,Gold\n")
    assert str(found.unused[0]).startswith("line 2: it names no song") or found.songs == ()


def test_what_a_stranger_wrote_into_names_is_made_legible() -> None:
    found = csv("Artist,Title\nA\u202eB\x07,<b>Loud</b>\x0bSong\x00\n" + "x" * 5000 + ",Long\n")
    assert names(found)[0] == "AB – Loud Song"
    assert len(found.songs[1].artists[0]) <= 256


def test_an_artist_and_a_title_in_one_column_are_told_apart() -> None:
    (song,) = csv("Title\nMassive Attack - Teardrop\n").songs
    assert (song.artists, song.title) == (("Massive Attack",), "Teardrop")


def test_addresses_of_services_become_ids() -> None:
    rows = [f"A,One,https://open.spotify.com/track/{ID}?si=1", f"B,Two,https://youtu.be/{VIDEO}",
            f"C,Three,https://music.youtube.com/watch?list=x&v={VIDEO}", "D,Four,https://example.org/"]  # fmt: skip
    found = csv("Artist,Title,URL\n" + "\n".join(rows))
    assert [dict(song.ids) for song in found.songs] == [{SPOTIFY: ID}, {YOUTUBE: VIDEO}, {YOUTUBE: VIDEO}, {}]


M3U = f"""#EXTM3U
#PLAYLIST:Friday Tapes
#EXTINF:183 tvg-id="x, y",Queen - Bicycle Race
../music/queen.mp3
C:\\Music\\02_Земфира_-_Хочешь_[320].mp3
#EXTINF:-1,
Radiohead - Creep.flac
#EXTINF:200,Somebody - Something
https://www.youtube.com/watch?v={VIDEO}
https://youtu.be/{VIDEO}
track 01.mp3
"""


def test_playlist_files_name_songs_by_their_lines_or_by_their_files() -> None:
    found = read("mix.m3u8", M3U.encode())
    assert names(found) == ["Queen – Bicycle Race", "Земфира – Хочешь", "Radiohead – Creep", "Somebody – Something"]
    assert found.songs[0].duration == 183
    assert found.songs[2].duration is None
    assert found.songs[3].ids == {YOUTUBE: VIDEO}
    assert [u.where for u in found.unused] == ["line 10", "line 11"]
    assert "no name" in found.unused[0].why
    assert names(read("mix.m3u", M3U.replace("\n", "\r").encode("utf-16"))) == names(found)


def test_a_stream_is_no_list_of_songs() -> None:
    with pytest.raises(Unreadable, match="pieces of one stream"):
        read("x.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.9,\npart1.ts\n")


def playlists(*lists: tuple[str, list[object]]) -> bytes:
    return json.dumps({"playlists": [{"name": name, "items": items} for name, items in lists]}).encode()


TRACK = {"trackName": "Hello", "artistName": "Adele", "albumName": "25", "trackUri": f"spotify:track:{ID}"}


def test_spotifys_account_data_gives_playlists_and_saved_songs() -> None:
    local = {"uri": "spotify:local:Some+One::My+Song:61"}
    data = playlists(
        ("Friday", [{"track": TRACK}, {"localTrack": local}, {"episode": {"x": 1}}, {"track": None}]), ("Other", [])
    )
    found = read("Playlist1.json", data)
    assert names(found) == ["Adele – Hello", "Some One – My Song"]
    assert found.songs[0].ids == {SPOTIFY: ID}
    assert [u.where for u in found.unused] == ["playlist Friday, entry 3", "playlist Friday, entry 4"]
    assert "all 2 playlists" in found.notes[0]
    assert names(read("Playlist1.json", data, playlist="Friday")) == names(found)
    with pytest.raises(Unreadable, match="no playlist Sunday in this file; it has: Friday, Other"):
        read("Playlist1.json", data, playlist="Sunday")
    saved = {"tracks": [{"artist": "Muse", "album": "x", "track": "Pressure", "uri": f"spotify:track:{ID}"}, 3]}
    assert names(read("YourLibrary.json", json.dumps(saved).encode())) == ["Muse – Pressure"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (playlists(("Friday", [{"track": TRACK}]))[:-30], "the JSON ends or breaks there"),
        (b'[{"endTime": "x", "trackName": "y"}]', "what was heard"),
        (b'{"name": "x", "messages": []}', "import-channel"),
        (b'{"a": 1}', 'neither "playlists" nor "tracks"'),
        (b"[" * 100_000, "nested too deep|ends or breaks"),
        (b"PK\x03\x04....", "ZIP"),
    ],
)
def test_other_json_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read("x.json", data)


def test_requests_have_the_same_names_and_bytes_on_every_run() -> None:
    def made(text: str, name: str = "songs.csv") -> str:
        return written(requests(csv(text, name).songs, "friday-tapes", "music", name).documents)

    assert made(EXPORTIFY) == made(EXPORTIFY)
    (first, second) = yaml.safe_load_all(made(EXPORTIFY))
    assert first["metadata"]["name"].startswith("friday-tapes-one-say-it-don-t-spray-it-")
    assert first["spec"] == {
        "musicSyncRef": {"name": "friday-tapes"},
        "title": "Say It, Don't Spray It",
        "artists": ["One", "Two"],
        "durationSeconds": 200,
        "isrc": "USUG12500001",
        "pins": {"spotify": ID},
    }
    assert made(EXPORTIFY).startswith(
        "# Imported from songs.csv, line 2\napiVersion: navaar.dev/v1alpha1\nkind: Track\n"
    )
    plain = requests(csv('Title,Artist\nsay it  DON\'T spray it,"One; Two"\n').songs, "friday-tapes", None, "x")
    assert plain.documents[0].resource["metadata"]["name"] == first["metadata"]["name"], "spelling changes no name"
    assert "&" not in made(EXPORTIFY).replace("&amp;", "")
    assert second["spec"]["artists"] == ["Tyler, The Creator"]


def test_a_song_that_stands_there_twice_makes_one_track() -> None:
    found = requests(csv("Artist,Title\nAdele,Hello\nAdele,Hello\nADELE,hello\n").songs, "s", None, "x")
    assert len(found.documents) == 1
    assert [str(u) for u in found.unused] == [
        "line 3: Adele – Hello stands at line 2 already",
        "line 4: ADELE – hello stands at line 2 already",
    ]


def test_names_in_any_script_become_names_of_resources() -> None:
    text = "Artist,Title\nداریوش,چشم من\n宇多田ヒカル,光\n♥,♥\n" + "a" * 300 + "," + "b" * 300 + "\n"
    for document in requests(csv(text).songs, "s" * 52, None, "x").documents:
        name = document.resource["metadata"]["name"]
        assert len(name) <= 253
        assert name == name.lower()
        assert all(c.isascii() and (c.isalnum() or c == "-") for c in name), name


@pytest.mark.parametrize(
    "title", ["1e3", "0o17", "1_000", "yes", "Y", "n", "~", "null", "2001-01-01", "1:30", "=", ".5", "- x", "a: b"]
)
def test_a_title_stays_a_text_for_every_reader_of_yaml(title: str) -> None:
    text = written([Document({"title": title, "list": [title]})])
    assert yaml.safe_load(text) == {"title": title, "list": [title]}
    assert text.splitlines()[0].startswith(('title: "', "title: '")), text


def test_equal_parts_are_written_out_each_time_and_a_comment_stays_one() -> None:
    shared = {"name": "s"}
    text = written([Document({"a": shared, "b": shared}, "one\u2028two\nthree: four")])
    assert text == "# one two\n# three: four\na:\n  name: s\nb:\n  name: s\n" or text.startswith(
        "# one\n# two\n# three"
    )


def test_a_file_of_another_kind_is_refused_in_a_sentence() -> None:
    with pytest.raises(Unreadable, match=r"ends in \.docx"):
        read("x.docx", b"hello")
    with pytest.raises(Unreadable, match="leave the playlist's name out"):
        read("x.csv", b"Artist,Title\n", playlist="x")
