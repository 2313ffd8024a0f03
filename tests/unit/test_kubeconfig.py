"""A kubeconfig whose user signs in by a program, as those of the large clouds do."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from navaar.cli import main
from navaar.kube.client import Kube
from navaar.kube.errors import Denied


def kubeconfig(folder: Path, command: str, *arguments: str) -> str:
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": command,
        "args": list(arguments),
        "interactiveMode": "Never",
    }
    file = folder / "kubeconfig"
    file.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "far", "cluster": {"server": "http://127.0.0.1:9"}}],
                "users": [{"name": "me", "user": {"exec": program}}],
                "contexts": [{"name": "far", "context": {"cluster": "far", "user": "me"}}],
                "current-context": "far",
            }
        )
    )
    return str(file)


EMPTY = '{"current-context": "far", "contexts": [{"name": "far", "context": {"cluster": "far", "user": "me"}}], %s}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no kubeconfig {file}"),
        ("apiVersion: v1: Config", "the kubeconfig {file} can't be read: mapping values are not allowed here"),
        (
            "apiVersion: v1",
            "the kubeconfig {file} can't be read: Invalid kube-config file. Expected key current-context",
        ),
        (EMPTY % '"clusters": []', "the kubeconfig {file} can't be read: Invalid kube-config file. Expected"),
        ("[1, 2]", "{file} is no kubeconfig"),
        ("a word", "{file} is no kubeconfig"),
        ("\xe9", "the kubeconfig {file} can't be read: 'utf-8' codec can't decode"),
    ],
)
def test_what_is_no_kubeconfig_is_told_in_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str | None, why: str
) -> None:
    file = tmp_path / "kubeconfig"
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    assert main(["status", "--kubeconfig", str(file)]) == 1
    out, said = capfd.readouterr()
    assert not out
    assert said.startswith(f"navaar: {why.format(file=file)}")
    assert said.endswith(": say which cluster is meant with --kubeconfig and --context\n")
    assert said.count("\n") == 1


SAYS_NO = "import sys; sys.exit('The session has run out.\\nRun: cloud login')"


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (("no-such-program",), "No such file or directory: 'no-such-program'"),
        ((sys.executable, "-c", SAYS_NO), "process returned 1. The session has run out. Run: cloud login"),
    ],
)
def test_a_program_that_can_not_sign_in_is_told_with_its_own_words_and_nobody_is_asked_without_a_name(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], program: tuple[str, ...], why: str
) -> None:
    assert main(["status", "--kubeconfig", kubeconfig(tmp_path, *program)]) == 1
    out, said = capfd.readouterr()
    assert not out
    assert said.startswith("navaar: the cluster doesn't know you (the program that the kubeconfig signs in by failed: ")
    assert said.endswith(f"{why}): sign in again, or choose another --context\n")
    assert said.count("\n") == 1


def test_a_program_that_signs_in_is_used(tmp_path: Path) -> None:
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "of-the-program"},
    }
    file = kubeconfig(tmp_path, sys.executable, "-c", f"print({json.dumps(credential)!r})")

    async def connect() -> dict[str, str]:
        kube = await Kube.connect(file)
        await kube.close()
        return dict(kube.configuration.api_key)

    assert asyncio.run(connect()) == {"BearerToken": "Bearer of-the-program"}


def test_the_operator_beside_a_cluster_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(Denied, match="no-such-program"):
        asyncio.run(Kube.connect(kubeconfig(tmp_path, "no-such-program")))
