"""The page of a running operator: what kubectl says, to whom kubectl would say it, and commands that do what they say."""

import http.client
import json
import re
import time
from collections import Counter
from html import unescape
from urllib.parse import urlencode

import pytest
import yaml

from sandbox import quickstart
from tests.e2e.conftest import API_TOKEN, Make, Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm

ACCOUNT = "page-reader"


@pytest.fixture(scope="module")
def scene(shared_scene_with: Make) -> Scene:
    """One operator for all that is looked at here, its places in step."""
    made = shared_scene_with()
    made.begin()
    group = "rbac.authorization.k8s.io"
    account = {"name": ACCOUNT, "namespace": "default"}
    metadata = {"name": ACCOUNT, "namespace": made.namespace}
    rules = [{"apiGroups": ["navaar.dev"], "resources": ["tracks", "musicsyncs"], "verbs": ["get", "list"]}]
    made.stage.apply_everywhere(
        [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**account, "name": "page-stranger"}},
            {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": rules},
            {
                "apiVersion": f"{group}/v1", "kind": "RoleBinding", "metadata": metadata,
                "roleRef": {"apiGroup": group, "kind": "Role", "name": ACCOUNT},
                "subjects": [{"kind": "ServiceAccount", **account}],
            },
        ]
    )  # fmt: skip
    made.start()
    made.wait_converged()
    made.wait_at_rest()
    return made


def token_of(scene: Scene, name: str) -> str:
    config = yaml.safe_load(scene.stage.plane.kubeconfig_for("default", name).read_text())
    token: str = config["users"][0]["user"]["token"]
    return token


class Browser:
    """Keeps a cookie, and goes where it is led."""

    def __init__(self, scene: Scene) -> None:
        self._port = scene.operator.port
        self.cookie = ""
        self.headers: http.client.HTTPMessage | None = None

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("localhost", self._port, timeout=30)
        headers = {"Cookie": self.cookie, "Accept": "text/html", "Origin": f"http://localhost:{self._port}"}
        try:
            if form is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", path, urlencode(form), headers)
            answer = connection.getresponse()
            self.headers = answer.headers
            self.cookie = answer.headers.get("Set-Cookie", self.cookie).partition(";")[0]
            text = answer.read().decode()
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            return answer.status, text
        finally:
            connection.close()

    def see(self, path: str) -> str:
        status, text = self.ask(path)
        assert status == 200, text
        return unescape(text)

    def sign_in(self, token: str) -> int:
        return self.ask("/sign-in", {"token": token, "next": "/songs"})[0]


@pytest.fixture
def browser(scene: Scene) -> Browser:
    made = Browser(scene)
    assert made.sign_in(token_of(scene, ACCOUNT)) == 303
    return made


def test_nothing_is_shown_before_one_has_signed_in(scene: Scene) -> None:
    browser = Browser(scene)
    name = scene.tracks()[0]["metadata"]["name"]
    for path in (
        "/",
        "/songs",
        "/review",
        f"/songs/{scene.namespace}/{name}",
        f"/syncs/{scene.namespace}/{quickstart.NAME}",
        "/live",
    ):
        status, text = browser.ask(path)
        assert status == 303
        assert not text
    assert browser.sign_in("not-a-token-of-this-cluster") == 401
    assert browser.sign_in(token_of(scene, "page-stranger")) == 303
    status, text = browser.ask("/")
    assert status == 403
    assert "You may not list tracks.navaar.dev" in text


def test_the_numbers_are_those_of_kubectl(scene: Scene, browser: Browser) -> None:
    there = Counter(t["status"]["phase"] for t in scene.tracks())
    overview = browser.see("/")
    for phase, count in there.items():
        assert re.search(rf"</span>{count} {phase}</a>", overview)
    songs = browser.see("/songs")
    assert songs.count('<th scope="row">') == sum(there.values())
    for track in scene.tracks():
        assert f'<bdi class="title">{track["status"]["title"]}</bdi>' in songs
        story = browser.see(f"/songs/{scene.namespace}/{track['metadata']['name']}")
        for event in track["status"]["history"]:
            assert event["event"] in story
        for placement in track["status"]["placements"].values():
            assert placement["state"] in story


def test_the_token_of_a_secret_signs_in_as_well_and_stands_nowhere(scene: Scene) -> None:
    browser = Browser(scene)
    assert browser.sign_in(API_TOKEN) == 303
    assert API_TOKEN not in browser.cookie
    shown = browser.see("/") + browser.see("/songs") + str(browser.headers)
    assert API_TOKEN not in shown + scene.operator.log.read_text()
    assert browser.ask("/sign-out", {})[0] == 303
    assert browser.ask("/")[0] == 303


def test_a_command_of_the_page_does_what_it_says(scene: Scene, browser: Browser) -> None:
    track = scene.titled("Billie Jean")
    name = track["metadata"]["name"]
    story = browser.see(f"/songs/{scene.namespace}/{name}")
    (line,) = re.findall(r"<code dir=\"ltr\">(kubectl patch [^<]*excludeFrom[^<]*telegram[^<]*)</code>", story)
    scene.stage.kubectl(line)
    assert scene.stage.get("Track", scene.namespace, name)["spec"]["excludeFrom"] == ["telegram"]
    after = scene.until(
        "the page tells it",
        lambda: (text := browser.see(f"/songs/{scene.namespace}/{name}")) and "left alone in" in text and text,
    )
    (line,) = re.findall(r"No longer leave it alone in Telegram</p>\s*<div[^>]*><pre><code[^>]*>([^<]*)</code>", after)
    scene.stage.kubectl(line)
    assert "excludeFrom" not in scene.stage.get("Track", scene.namespace, name)["spec"]
    scene.wait_converged()


def test_a_new_song_is_told_to_those_who_look_on(scene: Scene, browser: Browser) -> None:
    page = browser.see("/")
    stamp = re.search(r'data-stamp="([^"]+)"', page)
    assert stamp
    connection = http.client.HTTPConnection("localhost", scene.operator.port, timeout=60)
    connection.request("GET", "/live", headers={"Cookie": browser.cookie})
    answer = connection.getresponse()
    assert answer.headers["Content-Type"].startswith("text/event-stream")

    def event() -> tuple[str, dict[str, object]]:
        name = ""
        for line in iter(answer.readline, b""):
            word, _, rest = line.decode().strip().partition(": ")
            if word == "event":
                name = rest
            elif word == "data":
                return name, json.loads(rest)
        raise AssertionError("the stream ended")

    name, told = event()
    assert name == "now"
    before = len(scene.tracks())
    assert told["tracks"] == before
    scene.track("asked-for", title="Toranj", artists=["Mohsen Namjoo"])
    started, events = time.monotonic(), 0
    while told["tracks"] == before:
        name, told = event()
        assert name == "changed"
        events += 1
    assert f"{scene.namespace}/{quickstart.NAME}/asked-for" in told["changed"]  # type: ignore[operator]
    assert events <= time.monotonic() - started + 2, "more than one a second"
    connection.close()
    assert f"/songs/{scene.namespace}/asked-for" in browser.see("/songs")
    scene.stage.delete("Track", scene.namespace, "asked-for")


def test_a_standby_on_this_machine_shows_the_same_without_a_token(scene: Scene, browser: Browser) -> None:
    standby = scene.launch("--api", "open")
    try:
        standby.wait_ready()
        other = Browser(scene)
        phases = r'<ul class="legend".*?</ul>'
        ours, theirs = (re.search(phases, page.see("/"), re.DOTALL) for page in (browser, other))
        assert ours
        assert theirs
        assert ours.group() == theirs.group()
        assert "Sign out" not in other.see("/")
        assert other.ask("/sign-in")[0] == 303
        started = time.monotonic()
        watching = http.client.HTTPConnection("localhost", standby.port, timeout=30)
        watching.request("GET", "/live")
        watching.getresponse().readline()
        assert standby.stop() == 0
        assert time.monotonic() - started < 10, "one who looks on keeps nobody from ending"
        assert "Cancel" not in standby.tail()
    finally:
        standby.stop()
        scene.operators.remove(standby)
