"""Secrets: what is wrong with one is said in a sentence, and a replaced token is neither lost nor kept too long."""

import base64
import copy
from collections.abc import Mapping
from typing import Any

import pytest

from navaar.account.secrets import TOKENS, Consent, SecretProblem, Secrets, SecretVersion
from navaar.kube.client import Kind, Kube, Resource
from navaar.kube.errors import AlreadyExists, Denied, NotFound, Unavailable


class Server:
    """Secrets by name, with the merge of a merge patch."""

    def __init__(self) -> None:
        self.secrets: dict[tuple[str, str], Resource] = {}
        self.trouble: Exception | None = None
        self.made_meanwhile = False

    def put(self, name: str, namespace: str = "music", **values: str) -> None:
        data = {key.replace("_", "-"): base64.b64encode(value.encode()).decode() for key, value in values.items()}
        self.secrets[namespace, name] = {"metadata": {"name": name, "namespace": namespace}, "data": data}

    async def get(self, kind: Kind, namespace: str, name: str) -> Resource:
        assert kind.plural == "secrets"
        if self.trouble is not None:
            raise self.trouble
        if (namespace, name) not in self.secrets:
            raise NotFound("none")
        return copy.deepcopy(self.secrets[namespace, name])

    async def create(self, kind: Kind, namespace: str, body: Mapping[str, Any]) -> Resource:
        if self.made_meanwhile:
            self.made_meanwhile = False
            self.put(TOKENS, namespace="navaar", other="x")
            raise AlreadyExists("there")
        key = (namespace, body["metadata"]["name"])
        self.secrets[key] = copy.deepcopy(dict(body))
        return self.secrets[key]

    async def patch(self, kind: Kind, namespace: str, name: str, change: Mapping[str, Any]) -> Resource:
        if (namespace, name) not in self.secrets:
            raise NotFound("none")
        data = self.secrets[namespace, name]["data"]
        data.update(change["data"])
        for key in [key for key, value in data.items() if value is None]:
            del data[key]
        return self.secrets[namespace, name]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def secrets(server: Server) -> Secrets:
    kube: Any = server
    typed: Kube = kube
    return Secrets(typed, "navaar")


async def test_values_are_read_as_text(server: Server, secrets: Secrets) -> None:
    server.put("spotify", client_id="abc", refresh_token="ümlaut")
    assert await secrets.read("music", "spotify", required=("client-id",)) == {
        "client-id": "abc",
        "refresh-token": "ümlaut",
    }


async def test_a_missing_secret_is_said_with_what_to_do(server: Server, secrets: Secrets) -> None:
    with pytest.raises(SecretProblem) as problem:
        await secrets.read("music", "spotify", required=("client-id", "refresh-token"))
    assert problem.value.reason == "SecretNotFound"
    assert problem.value.message == (
        "There is no Secret spotify in namespace music. Create it with the keys client-id, refresh-token."
    )


async def test_a_secret_of_another_namespace_is_not_seen(server: Server, secrets: Secrets) -> None:
    server.put("spotify", namespace="other", token="x")
    with pytest.raises(SecretProblem):
        await secrets.read("music", "spotify")


async def test_missing_and_empty_keys_are_named_and_values_are_not(server: Server, secrets: Secrets) -> None:
    server.put("spotify", client_id="hunter2", client_secret=" ")
    with pytest.raises(SecretProblem) as problem:
        await secrets.read("music", "spotify", required=("client-id", "client-secret", "refresh-token"))
    assert problem.value.reason == "SecretIncomplete"
    assert problem.value.message == (
        "Secret spotify in namespace music lacks client-secret and refresh-token (it has client-id, client-secret). "
        "Add them to it."
    )
    assert "hunter2" not in problem.value.message


async def test_what_an_example_left_to_be_filled_in_is_named(server: Server, secrets: Secrets) -> None:
    server.put("google", client_id="mine", client_secret="PUT-YOUR-SECRET-HERE", refresh_token=" PUT-YOUR-")
    with pytest.raises(
        SecretProblem, match="still holds what an example put there, in client-secret, refresh-token"
    ) as problem:
        await secrets.read("music", "google")
    assert problem.value.reason == "SecretIncomplete"


async def test_bytes_that_are_no_text_are_said_to_be_so(server: Server, secrets: Secrets) -> None:
    server.put("bot")
    server.secrets["music", "bot"]["data"]["token"] = base64.b64encode(b"\xff\xfe").decode()
    with pytest.raises(SecretProblem, match="token in Secret bot is not text"):
        await secrets.read("music", "bot")


async def test_a_forbidden_secret_is_a_persons_to_mend_and_an_outage_is_not(server: Server, secrets: Secrets) -> None:
    server.trouble = Denied("forbidden", status=403)
    with pytest.raises(SecretProblem, match="may not read Secret bot") as problem:
        await secrets.read("music", "bot")
    assert problem.value.reason == "SecretForbidden"
    server.trouble = Unavailable("down")
    with pytest.raises(Unavailable):
        await secrets.read("music", "bot")


async def test_what_replaced_a_token_is_kept_and_a_changed_input_begins_anew(server: Server, secrets: Secrets) -> None:
    assert await secrets.consent("print-1") is None
    await secrets.keep("print-1", Consent(1000.0))
    await secrets.keep("print-1", Consent(1000.0, "second"))
    await secrets.keep("print-1", Consent(1000.0, "third"))
    assert await secrets.consent("print-1") == Consent(1000.0, "third")
    assert await secrets.consent("print-2") is None
    await secrets.keep("print-2", Consent(2000.0))
    assert await secrets.consent("print-2") == Consent(2000.0, None)
    assert await secrets.consent("print-1") == Consent(1000.0, "third"), "the person may put the first one back"
    assert "third" not in repr(Consent(1000.0, "third"))


async def test_tokens_are_kept_in_the_operators_namespace_only_and_belong_to_no_musicsync(
    server: Server, secrets: Secrets
) -> None:
    await secrets.keep("a", Consent(1.0, "token-one"))
    ((namespace, name),) = server.secrets
    assert (namespace, name) == ("navaar", TOKENS)
    metadata = server.secrets["navaar", TOKENS]["metadata"]
    assert "ownerReferences" not in metadata
    assert metadata["labels"]["app.kubernetes.io/managed-by"] == "navaar"


async def test_what_is_past_use_is_forgotten(server: Server, secrets: Secrets) -> None:
    await secrets.keep("old", Consent(1000.0, "one"))
    await secrets.keep("new", Consent(1000.0 + 401 * 86400, "two"))
    assert await secrets.consent("old") is None
    assert await secrets.consent("new") is not None


async def test_two_who_make_the_token_secret_at_once_both_keep_theirs(server: Server, secrets: Secrets) -> None:
    server.made_meanwhile = True
    await secrets.keep("a", Consent(1.0, "token-one"))
    assert await secrets.consent("a") == Consent(1.0, "token-one")
    assert "other" in server.secrets["navaar", TOKENS]["data"]


@pytest.mark.parametrize("broken", ["not json", "[]", '{"seen": 5}', '{"seen": "x"}'])
async def test_an_entry_that_somebody_broke_counts_as_none(server: Server, secrets: Secrets, broken: str) -> None:
    server.put(TOKENS, namespace="navaar", spotify=broken)
    assert await secrets.consent("spotify") is None


async def test_without_the_right_to_keep_tokens_a_person_is_told_which(server: Server, secrets: Secrets) -> None:
    server.trouble = Denied("forbidden", status=403)
    for work in (secrets.consent("a"), secrets.keep("a", Consent(1.0))):
        with pytest.raises(SecretProblem, match="may not keep the Secret navaar-tokens in its own namespace navaar"):
            await work


def test_what_is_remembered_of_a_watched_secret_has_no_values() -> None:
    known = SecretVersion.parse(
        {
            "metadata": {"name": "bot", "namespace": "music", "uid": "u", "resourceVersion": "7"},
            "data": {"token": "aHVudGVyMg=="},
        }
    )
    assert known == SecretVersion("music", "bot", "u", 7)
