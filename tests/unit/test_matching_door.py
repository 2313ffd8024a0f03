"""The matcher's door for others' data: shapes that stay, and lines that are wrong."""

import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconcilers.matching import __main__ as command
from reconcilers.matching import door
from reconcilers.services.youtube import row_recording

_HELLO: dict[str, Any] = {
    "artist": "Adele",
    "title": "Hello",
    "duration_s": 295,
    "candidates": [
        {"id": "live", "title": "Hello (Live)", "artists": ["Adele"], "duration_s": 296, "kind": "video"},
        {"id": "song", "title": "Hello", "channel": "Adele - Topic", "duration_s": 295},
    ],
}
_ROOT = Path(__file__).parents[2]


class Answer:
    """What came of a call: the exit code, the answers, what was complained about."""

    def __init__(self, code: int, out: bytes, complaints: str) -> None:
        self.code = code
        self.rows = [json.loads(line) for line in out.splitlines()]
        self.complaints = complaints.splitlines()


def ask(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], text: str | bytes, *said: str
) -> Answer:
    """The command, with `text` as its standard input."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    code = command.main(list(said))
    out, complaints = capsysbinary.readouterr()
    return Answer(code, out, complaints.decode())


def test_the_answer_has_the_promised_shape(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    answer = ask(monkeypatch, capsysbinary, json.dumps(_HELLO) + "\n\n" + json.dumps({**_HELLO, "candidates": []}))
    assert answer.code == 0
    found, nothing = answer.rows
    assert (found["decision"], found["id"], found["ranked"]) == ("auto", "song", ["song", "live"])
    assert found["score"] > 0.9 and "title equal" in found["reasons"]
    assert nothing == {"decision": "none", "id": None, "score": 0.0, "reasons": ["nothing found"], "ranked": []}


def test_every_candidate_is_ranked_and_an_id_stands_for_auto_only() -> None:
    many = [{"id": n, "title": "Hello", "artists": ["Adele"], "duration_s": 320 + n} for n in range(9)]
    answer = door.match({**_HELLO, "candidates": many})
    assert (answer["decision"], answer["id"]) == ("review", None)
    assert answer["ranked"] == list(range(9))


def test_ids_come_back_as_they_were_given() -> None:
    found = [{"id": 7, "title": "Hello", "artists": ["Adele"], "duration_s": 295}, {"id": "8", "title": "Other"}]
    answer = door.match({**_HELLO, "candidates": found})
    assert (answer["id"], answer["ranked"]) == (7, [7, "8"])


_WRONG = [
    ('{"title": ', "it is no JSON"),
    ("[1]", "it is no JSON object"),
    ("[" * 100_000, "nested too deeply"),
    ('{"artist": "Adele", "candidates": []}', '"title" is missing'),
    ('{"title": " ", "candidates": []}', '"title" is missing'),
    ('{"title": 7, "candidates": []}', '"title" must be a text'),
    ('{"title": "x"}', '"candidates" is missing or no list'),
    ('{"title": "x", "duration_s": "3:20", "candidates": []}', '"duration_s" must be a number'),
    ('{"title": "x", "duration_s": -1, "candidates": []}', '"duration_s" must be a number'),
    ('{"title": "x", "duration_s": NaN, "candidates": []}', "NaN is no number"),
    ('{"title": "x", "duration_s": 1e999, "candidates": []}', '"duration_s" must be a number'),
    ('{"title": "x", "candidates": ["y"]}', "candidate 1: it is no JSON object"),
    ('{"title": "x", "candidates": [{"title": "y"}]}', 'candidate 1: "id" is missing'),
    ('{"title": "x", "candidates": [{"id": 1, "title": "y"}, {"id": 2}]}', 'candidate 2: "title" is missing'),
    ('{"title": "x", "candidates": [{"id": 1, "title": "y", "kind": "clip"}]}', "must be one of song, video, ugc"),
    ('{"title": "x", "candidates": [{"id": 1, "title": "y", "artists": [1]}]}', '"artists" must be a text or a list'),
]


@pytest.mark.parametrize(("line", "complaint"), _WRONG)
def test_a_line_that_is_wrong_is_named_and_the_others_go_on(
    line: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    good = json.dumps(_HELLO)
    answer = ask(monkeypatch, capsysbinary, f"{good}\n{line}\n{good}")
    assert answer.code == 1
    assert [row["id"] for row in answer.rows] == ["song", "song"]
    (said,) = answer.complaints
    assert said.startswith("standard input, line 2: ") and complaint in said


def test_what_is_no_text_at_all_is_named_too(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    latin = tmp_path / "songs.jsonl"
    latin.write_bytes('{"title": "Café", "candidates": []}\n'.encode("latin-1"))
    answer = ask(monkeypatch, capsysbinary, b"", str(latin), str(tmp_path / "none.jsonl"))
    assert (answer.code, answer.rows) == (1, [])
    assert answer.complaints == [
        f"{latin}, line 1: it is not in UTF-8.",
        f"{tmp_path / 'none.jsonl'}: can't be read: No such file or directory.",
    ]


def test_a_byte_order_mark_and_half_a_character_are_no_trouble(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    row = '\ufeff{"title": "Hello", "candidates": [{"id": "\\ud800", "title": "Hello"}]}'
    answer = ask(monkeypatch, capsysbinary, row)
    assert (answer.code, answer.rows[0]["ranked"]) == (0, ["\ud800"])


def test_posts_are_identified(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    rows = [
        {"file_name": "01. Adele - Hello (Live) [320].mp3"},
        {"tags": {"TITLE": "Hello", "artist": ["Adele"], "Isrc": "GB-BKS-15-00214"}, "performer": None},
        {"file_name": "Track 01.mp3"},
        {"tags": "Hello"},
    ]
    answer = ask(monkeypatch, capsysbinary, "\n".join(map(json.dumps, rows)), "identify")
    assert answer.rows == [
        {"artists": ["Adele"], "title": "Hello (Live)", "version": ["live"], "method": "file name"},
        {"artists": ["Adele"], "title": "Hello", "version": [], "method": "tags"},
        {"artists": [], "title": None, "version": [], "method": None},
    ]
    assert answer.code == 1
    assert answer.complaints == ['standard input, line 4: "tags" must be an object, such as {"title": …, "artist": …}.']


@pytest.mark.parametrize("kind", ["song", "video", "ugc"])
@pytest.mark.parametrize("title", ["Hello", "Adele - Hello (Official Video)", "Hello (Live)", "Hello - Adele"])
@pytest.mark.parametrize("channel", ["Adele - Topic", "AdeleVEVO", "Adele", "7clouds"])
def test_a_row_is_read_as_the_adapter_reads_it(title: str, channel: str, kind: str) -> None:
    word = door.KINDS[kind]
    row = {"title": title, "artists": [{"name": channel}], "videoType": f"MUSIC_VIDEO_TYPE_{word}", "length": "4:55"}
    theirs = door.candidate({"id": "x", "title": title, "channel": channel, "duration_s": 295, "kind": kind})
    ours = row_recording(row)
    assert (theirs.kind, theirs.recording.title, theirs.recording.artists) == (word, ours.title, ours.artists)
    assert (theirs.recording.version, theirs.recording.duration) == (ours.version, ours.duration)


@pytest.mark.parametrize(
    ("title", "channel", "kind", "artists"),
    [
        ("Hello", "Adele - Topic", "ATV", ("Adele",)),
        ("Hello", "AdeleVEVO", "OMV", ("Adele",)),
        ("Adele - Hello", "Adele", "OMV", ("Adele",)),
        ("Hello - Adele", "Adele", "OMV", ("Adele",)),
        ("Adele - Hello", "7clouds", "UGC", ("Adele",)),
        ("Hello", "Adele Official", "OMV", ("Adele",)),
    ],
)
def test_without_a_kind_the_channel_says_what_a_row_is(
    title: str, channel: str, kind: str, artists: tuple[str, ...]
) -> None:
    found = door.candidate({"id": "x", "title": title, "channel": channel})
    assert (found.kind, found.recording.title, found.recording.artists) == (kind, "Hello", artists)


@pytest.mark.parametrize("title", ["", None])
def test_a_candidate_that_lost_its_title_is_ranked_last_and_never_taken(title: str | None) -> None:
    gone = {"id": "gone", "title": title, "channel": "Adele - Topic", "duration_s": 295}
    answer = door.match({**_HELLO, "candidates": [gone, *_HELLO["candidates"]]})
    assert (answer["id"], answer["ranked"][-1]) == ("song", "gone")


def test_artists_go_before_the_channel() -> None:
    found = door.candidate(
        {"id": 7, "title": "Hello", "artists": ["Adele"], "channel": "XL Recordings", "isrc": "gb-bks-15-00214"}
    )
    assert (found.id, found.kind, found.recording.artists) == ("7", "", ("Adele",))
    assert found.recording.isrc == "GBBKS1500214"


def test_the_readme_shows_what_it_answers() -> None:
    section = (_ROOT / "README.md").read_text().split("## Try the matching", 1)[1].split("```")[1]
    asked = re.search(r"<<'EOF'\n(?P<row>.*)\nEOF\n(?P<answer>.*)\n", section)
    posted = re.search(r"echo (?P<row>'.*') \| .* identify\n(?P<answer>.*)\n", section)
    assert asked and posted
    assert door.match(json.loads(asked["row"])) == json.loads(asked["answer"])
    assert door.post(json.loads(shlex.split(posted["row"])[0])) == json.loads(posted["answer"])


def test_each_line_is_answered_as_it_comes() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "reconcilers.matching"], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        for _ in range(2):
            process.stdin.write(json.dumps(_HELLO).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == "song"
        process.stdin.close()
        assert process.wait(20) == 0
