"""Who may read the API: asked of the API server with the caller's own token, and nothing of the operator's."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web
from kubernetes.aio.client.configuration import Configuration

from navaar.http.access import Gate, Owner, Trusted, is_loopback, visible
from navaar.http.problem import Problem
from navaar.http.reviews import AT_ONCE, LASTS, WAITING, Reviews, Stranger
from navaar.http.statictoken import token_in

TOKEN = "a-kubernetes-token-of-somebody"
OWN = "the-operators-own-token"
LIST = ("list", "tracks", "music", "")


class ApiServer:
    """Answers SelfSubjectAccessReviews over TLS: `rights` by token and namespace."""

    def __init__(self) -> None:
        self.rights: dict[str, set[str]] = {TOKEN: {"music"}}
        self.asked: list[dict[str, Any]] = []
        self.status = 201
        self.slow = asyncio.Event()
        self.slow.set()
        self.at_once = self.most = 0

    async def review(self, request: web.Request) -> web.Response:
        transport = request.transport
        assert transport is not None
        certificate = transport.get_extra_info("ssl_object").getpeercert()
        self.asked.append({"headers": request.headers, "body": await request.json(), "certificate": certificate})
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.slow.wait()
        self.at_once -= 1
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if token not in self.rights:
            return web.json_response({"kind": "Status", "code": 401}, status=401)
        if self.status != 201:
            return web.json_response({}, status=self.status)
        namespace = (await request.json())["spec"]["resourceAttributes"].get("namespace", "")
        answer = web.json_response({"status": {"allowed": namespace in self.rights[token]}}, status=201)
        answer.set_cookie("session", "somebody's")
        return answer


class Setting:
    def __init__(self, server: ApiServer, configuration: Configuration) -> None:
        self.server = server
        self.now = 1000.0
        self.reviews = Reviews(configuration, clock=lambda: self.now)

    def owner(self, token: str = TOKEN) -> Owner:
        return Owner(self.reviews, token)


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    authority = trustme.CA()
    server = ApiServer()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    authority.cert_pem.write_to_path(str(tmp_path / "ca.crt"))
    own = authority.issue_cert("the-operator")
    own.private_key_pem.write_to_path(str(tmp_path / "own.key"))
    own.cert_chain_pems[0].write_to_path(str(tmp_path / "own.crt"))
    app = web.Application()
    app.router.add_post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", server.review)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    configuration = Configuration(host=f"https://127.0.0.1:{runner.addresses[0][1]}")
    configuration.ssl_ca_cert = str(tmp_path / "ca.crt")
    configuration.cert_file, configuration.key_file = str(tmp_path / "own.crt"), str(tmp_path / "own.key")
    configuration.api_key = {"BearerToken": f"Bearer {OWN}"}
    made = Setting(server, configuration)
    yield made
    server.slow.set()
    await made.reviews.close()
    await runner.cleanup()


async def test_the_question_goes_out_with_the_callers_token_and_nothing_of_the_operators(setting: Setting) -> None:
    assert await setting.reviews.allowed(TOKEN, LIST)
    assert not await setting.reviews.allowed(TOKEN, ("list", "tracks", "attic", ""))
    for asked in setting.server.asked:
        assert asked["headers"]["Authorization"] == f"Bearer {TOKEN}"
        assert "Cookie" not in asked["headers"]
        assert OWN not in str(asked)
        assert not asked["certificate"]
    attributes = setting.server.asked[0]["body"]["spec"]["resourceAttributes"]
    assert attributes == {"group": "navaar.dev", "verb": "list", "resource": "tracks", "namespace": "music"}


async def test_a_verdict_is_believed_for_less_than_a_minute(setting: Setting) -> None:
    assert LASTS < 60
    assert await setting.reviews.allowed(TOKEN, LIST)
    setting.server.rights[TOKEN] = set()
    assert await setting.reviews.allowed(TOKEN, LIST)
    assert len(setting.server.asked) == 1
    setting.now += LASTS + 0.1
    assert not await setting.reviews.allowed(TOKEN, LIST)


async def test_a_token_that_the_api_server_does_not_know_is_nobodys(setting: Setting) -> None:
    with pytest.raises(Stranger):
        await setting.reviews.allowed("some-garbage", LIST)
    with pytest.raises(Problem) as problem:
        await setting.owner("some-garbage").may("list", "tracks", "music")
    assert problem.value.status == 401
    assert "some-garbage" not in problem.value.detail
    assert len(setting.server.asked) == 1, "what is known to be garbage is not asked about again and again"


async def test_what_one_may_is_not_what_another_may(setting: Setting) -> None:
    setting.server.rights["another-token"] = set()
    assert await setting.reviews.allowed(TOKEN, LIST)
    assert not await setting.reviews.allowed("another-token", LIST)


@pytest.mark.parametrize("status", [500, 429, 302, 200])
async def test_without_an_answer_nothing_is_shown(setting: Setting, status: int) -> None:
    setting.server.status = status
    with pytest.raises(Problem) as problem:
        await setting.reviews.allowed(TOKEN, LIST)
    assert problem.value.status == 503
    setting.server.status = 201
    assert await setting.reviews.allowed(TOKEN, LIST), "that there was no answer is not remembered"


async def test_where_not_everybody_may_ask_nothing_is_allowed(setting: Setting) -> None:
    setting.server.status = 403
    assert not await setting.reviews.allowed(TOKEN, LIST)


async def test_a_crowd_waits_its_turn_and_who_comes_too_late_is_told_so(setting: Setting) -> None:
    setting.server.slow.clear()
    crowd = [
        asyncio.create_task(setting.reviews.allowed(TOKEN, ("get", "tracks", "music", f"t{n}"))) for n in range(WAITING)
    ]
    while len(setting.server.asked) < AT_ONCE:
        await asyncio.sleep(0)
    with pytest.raises(Problem, match="Too many"):
        await setting.reviews.allowed(TOKEN, LIST)
    setting.server.slow.set()
    assert all(await asyncio.gather(*crowd))
    assert setting.server.most == AT_ONCE


async def test_a_question_over_namespaces_shows_those_that_the_caller_may_list(setting: Setting) -> None:
    sees = await visible(setting.owner(), "tracks", ["attic", "music"])
    assert (sees("music"), sees("attic")) == (True, False)
    with pytest.raises(Problem, match=r"You may not list tracks\.navaar\.dev in attic:"):
        await visible(setting.owner(), "tracks", ["attic", "music"], ["attic", "music"])
    with pytest.raises(Problem, match="in there-is-none:"):
        await visible(setting.owner(), "tracks", ["attic", "music"], ["there-is-none"])
    with pytest.raises(Problem, match="in any namespace that this operator serves"):
        await visible(setting.owner(), "tracks", ["attic"])
    setting.server.rights[TOKEN] = {""}
    setting.now += LASTS + 0.1
    sees = await visible(setting.owner(), "tracks", ["attic", "music"])
    assert sees("attic")
    assert sees("music")


async def test_any_number_of_namespaces_can_be_asked_over(setting: Setting) -> None:
    sees = await visible(setting.owner(), "tracks", ["music", *(f"n{number}" for number in range(WAITING))])
    assert sees("music")
    assert setting.server.most <= AT_ONCE


# --- without a Kubernetes identity ------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "token"
    made.write_text("0123456789abcdef0123456789abcdef\n")
    return made


async def test_the_token_of_the_file_is_trusted_and_any_other_is_asked_about(setting: Setting, file: Path) -> None:
    gate = Gate(setting.reviews, file)
    assert isinstance(gate.admit("Bearer 0123456789abcdef0123456789abcdef", ""), Trusted)
    assert isinstance(gate.admit("bearer   0123456789abcdef0123456789abcdef", ""), Trusted)
    for near in (
        "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdefa",
        "0123456789ABCDEF0123456789abcdef",
    ):
        assert isinstance(gate.admit(f"Bearer {near}", ""), Owner)
    assert setting.server.asked == []


@pytest.mark.parametrize(
    "token", ["", "short", "with a space in the middle of it", "ü" * 30, "-----BEGIN-----\nx\n-----END-----"]
)
def test_a_file_without_a_usable_token_lets_nobody_in(
    file: Path, token: str, setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text(token)
    with pytest.raises(ValueError, match="openssl rand"):
        token_in(file)
    with caplog.at_level(logging.WARNING):
        assert isinstance(Gate(setting.reviews, file).admit("Bearer 0123456789abcdef0123456789abcdef", ""), Owner)
    assert "nobody is let in by it" in caplog.text
    assert not token or token not in caplog.text


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", "Basic abcdefgh", "Bearer a\tb", "Bearer " + "x" * 10_000, "Bearer x;y=zzzzzz"]
)
def test_what_cannot_be_a_token_is_refused_alike_and_nobody_is_asked(setting: Setting, sent: str) -> None:
    with pytest.raises(Problem) as problem:
        Gate(setting.reviews).admit(sent, "")
    assert problem.value.status == 401
    assert problem.value.headers["WWW-Authenticate"] == 'Bearer realm="navaar"'
    assert "kubectl create token" in problem.value.detail


def test_on_this_machine_alone_it_answers_to_its_own_names_only() -> None:
    gate = Gate(None, local=True)
    for host in ("localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"):
        assert isinstance(gate.admit("", host), Trusted)
    for host in ("", "evil.example", "localhost.evil.example:8080", "10.0.0.1", "[", "127.0.0.1.nip.io"):
        with pytest.raises(Problem, match="localhost"):
            gate.admit("", host)
    assert isinstance(Gate(None).admit("", "navaar.music.svc"), Trusted)


def test_a_loopback_address_is_one_that_nobody_else_reaches() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"))
    assert not any(is_loopback(host) for host in ("", "0.0.0.0", "::", "10.0.0.1", "example.com"))
