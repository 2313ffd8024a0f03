"""The command line without a cluster: what it imports, what it understands, and what it says of what it doesn't."""

import subprocess
import sys
from importlib import import_module

import pytest

from navaar.cli import complete, main
from navaar.cli.output import clean
from navaar.cli.program import SECTIONS

VERBS = [name for section in SECTIONS.values() for name in section]

HEAVY = {"aiohttp", "kubernetes", "kopf", "pydantic", "rich", "telegram", "yaml", "requests", "asyncio.base_events"}


def test_help_imports_nothing_heavy() -> None:
    asks = "import sys; from navaar.cli import complete, main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    answer = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    imported = set(answer.stderr.split())
    assert HEAVY & imported == set()
    assert not [name for name in imported if name.startswith(("reconcilers", "navaar.cli.verbs", "navaar.kube.client"))]
    for verb in VERBS:
        assert f"  {verb} " in answer.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_help_names_is_there_and_explains_itself(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([verb, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"Usage: navaar {verb}" in told
    assert "\\b" not in told, "an escape that was to lay it out"
    assert [line for line in told.splitlines() if len(line) > 80] == []
    assert "..." not in told.partition("Options:")[2], "a word about something was cut short"
    assert import_module(f"navaar.cli.verbs.{verb.replace('-', '_')}").command.help


@pytest.mark.parametrize("words", [[], ["auth"]])
def test_who_says_nothing_gets_the_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == main([*words, "--help"]) == 0
    answer = capsys.readouterr()
    asked, told = answer.out.split("Usage: ")[1:]
    assert (asked, answer.err) == (told, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["statsu"], "do you mean status?"),
        (["frobnicate"], "there are: status, tracks"),
        (["tracks", "--phase", "syncd"], "Do you mean Synced?"),
        (["tracks", "-o", "xml"], "'xml'"),
        (["tracks", "-n", "music", "-A"], "say one of the two"),
        (["status", "--watch", "-o", "json"], "kubectl get musicsyncs --watch"),
        (["run", "-n", "music", "-A"], "say one of the two"),
        (["run", "--listen", "localhost"], "127.0.0.1:8080"),
        (["-n", "music", "run"], "--namespace goes behind the verb"),
        (["approve"], "say what to approve"),
        (["approve", "--all"], "--all wants --min-score too"),
        (["approve", "--all", "--min-score", "8"], "8"),
        (["approve", "x", "--min-score", "0.8"], "--min-score goes with --all"),
        (["approve", "x", "--plan", "0123456789ab"], "say what to approve"),
        (["approve", "x", "--in", "deezer"], "there are telegram, youtubeMusic and spotify"),
        (["pin", "x"], "say what to pin"),
        (["pin", "x", "https://soundcloud.com/a"], "none of the three services"),
        (["pin", "x", "17", "18"], "one pin for each place"),
        (["reject", "x", "--remove"], "say which reject"),
        (["exclude"], "say which: a TRACK"),
        (["exclude", "x", "--artist", "y"], "say which: a TRACK"),
        (["exclude", "--artist", "y", "--from", "spotify"], "--from goes with a TRACK"),
        (["add"], "say which song"),
        (["add", "Adele - "], "lacks a half"),
        (["sync", "--timeout", "soon"], "write it like 30m, 2h"),
        (["queue", "--limit", "0"], "0"),
        (["explain"], "TRACK"),
        (["undo"], "--since"),
        (["undo", "--since", "yesterday"], "write it like 30m, 2h"),
        (["completion", "powershell"], "'powershell'"),
        (["tracks", "--dry-run"], "--dry-run"),
    ],
)
def test_what_cannot_be_understood_is_said_in_a_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/kubeconfig")
    assert main(words) in (1, 2)
    answer = capsys.readouterr()
    assert said in answer.err
    assert answer.err.startswith("navaar: ")
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_to_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "_NAVAAR_COMPLETE" in capsys.readouterr().out


def test_kubectl_completes_verbs_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert complete(["tr"]) == 0
    assert capsys.readouterr().out == "tracks\tthe songs, and where each of them is\n:4\n"
    complete(["tracks", "--pha"])
    assert capsys.readouterr().out.startswith("--phase\t")
    complete(["tracks", "-o", "w"])
    assert capsys.readouterr().out == "wide\n:4\n"


def test_a_title_commands_no_terminal() -> None:
    assert clean("a\x1b[2Jb\u202ec\nd") == "a[2Jbc d"
    assert clean("چشم\u200cمن") == "چشم\u200cمن"
