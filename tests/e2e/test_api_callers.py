"""Whom the HTTP API of a running operator tells what, and how it refuses what it can't answer."""

import http.client
from pathlib import Path

import pytest

from sandbox import scenario
from tests.e2e import apicaller
from tests.e2e.apicaller import Client, attic, somebody, token_of, tracks
from tests.e2e.conftest import API_TOKEN, Scene

pytestmark = pytest.mark.timeout(1800)  # the first start on a machine builds the control plane, and Helm
scene = apicaller.scene
everywhere = apicaller.everywhere


def test_nobody_in_particular_sees_nothing(scene: Scene) -> None:
    stranger = Client(scene.operator.port, None)
    for path in (
        "/counts",
        "/stats",
        "/tracks",
        f"/tracks/{attic(scene)}/old-0",
        "/failed",
        "/logs",
        "/sync-state",
        "/progress",
    ):
        answer = stranger.get(path, {"Accept": "text/event-stream, */*"})
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "kubectl create token" in answer.detail
    asked = [
        {"Authorization": value}
        for value in ("", "Bearer", "Bearer ", "Basic Zm9vOmJhcg==", "Bearer short", "Bearer a b c d e f g h",
                      "Bearer " + "x" * 9000,
                      "Bearer " + "x" * 40, f"Bearer {API_TOKEN[:-1]}", f"Bearer {API_TOKEN}x", f"Token {API_TOKEN}",
                      "Bearer ü" * 20)
    ]  # fmt: skip
    answers = {
        stranger.get("/counts", {k: v.encode("utf-8").decode("latin-1") for k, v in h.items()}).body for h in asked
    }
    assert len(answers) == 1, "what is wrong with a token is nobody's business"


def test_the_token_of_the_file_sees_everything_and_may_be_replaced(scene: Scene) -> None:
    assert Client(scene.operator.port, API_TOKEN)("/counts")["tracks"] == len(tracks(scene))
    file = scene.folder / "pod-0/etc/navaar/api/token"  # where the chart mounts the Secret
    other = "another-token-of-some-length"
    file.write_text(other)
    try:
        assert Client(scene.operator.port, other)("/counts")["tracks"] == len(tracks(scene))
        assert Client(scene.operator.port, API_TOKEN).get("/counts").status == 401
        file.write_text("short")
        assert Client(scene.operator.port, "short").get("/counts").status == 401
    finally:
        file.write_text(API_TOKEN)


def test_who_has_no_right_sees_nothing_though_the_operator_may(scene: Scene) -> None:
    nobody = somebody(scene, "sees-nothing")
    for path in ("/counts", "/stats", "/tracks", "/failed", "/pending", "/review", "/sync-state", "/logs", "/progress"):
        answer = nobody.get(path, {"Accept": "text/event-stream, */*"})
        assert answer.status == 403, path
        assert "have a Role" in answer.detail
        assert b"old-0" not in answer.body
    there, not_there = nobody.get(f"/tracks/{attic(scene)}/old-0"), nobody.get(f"/tracks/{attic(scene)}/old-99")
    assert (there.status, there.body) == (not_there.status, not_there.body)
    assert there.status == 403


def test_a_person_sees_what_kubectl_would_show_them(scene: Scene) -> None:
    one = somebody(scene, "looks-in-the-attic", (attic(scene),))
    assert one("/counts")["tracks"] == len(scene.tracks(attic(scene)))
    assert {t["namespace"] for t in one("/tracks", limit=500)["items"]} == {attic(scene)}
    assert one("/sync-state")["items"] == []
    assert {s["namespace"] for s in one("/stats")["syncs"]} == {attic(scene)}
    assert all(
        line["about"].get("sync", "").startswith(f"{attic(scene)}/") for line in one("/logs", limit=500)["items"]
    )
    for namespace in (scene.namespace, "kube-system", "there-is-no-such"):
        answer = one.get("/tracks", namespace=f"{attic(scene)},{namespace}")
        assert answer.status == 403
        assert namespace in answer.detail
    assert one.get(f"/tracks/{scene.namespace}/{scene.tracks()[0]['metadata']['name']}").status == 403


def test_a_right_to_one_track_is_a_right_to_that_track(scene: Scene) -> None:
    rule = {"apiGroups": ["navaar.dev"], "resources": ["tracks"], "verbs": ["get"], "resourceNames": ["old-1"]}
    one = somebody(scene, "sees-one", (attic(scene),), [rule])
    assert one(f"/tracks/{attic(scene)}/old-1")["phase"] == "Failed"
    assert one.get(f"/tracks/{attic(scene)}/old-2").status == 403
    assert one.get("/tracks").status == 403


def test_a_right_to_tracks_is_none_to_musicsyncs_or_the_log(scene: Scene) -> None:
    rule = {"apiGroups": ["navaar.dev"], "resources": ["tracks"], "verbs": ["get", "list"]}
    one = somebody(scene, "sees-tracks", (scene.namespace, attic(scene)), [rule])
    assert one("/counts")["tracks"]
    assert one.get("/sync-state").status == 403
    assert one.get("/logs").status == 403


def test_the_api_server_is_asked_as_the_caller_and_never_as_the_operator(scene: Scene, everywhere: Client) -> None:
    everywhere("/counts")
    reviews = [w for w in scene.stage.plane.writes() if w.resource.startswith("selfsubjectaccessreviews")]
    ours = [w for w in reviews if w.agent.startswith("navaar/")]
    assert ours
    assert {w.user.rpartition(":")[0] for w in ours} <= {"system:serviceaccount:default", ""}
    assert not any("navaar" in w.user or scene.namespace in w.user for w in ours)


DEEP = "placements." * 30 + "x"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/tracks?limit=-1", 400, "limit can't be -1"),
        ("/tracks?limit=0", 400, "from 1 to 500"),
        ("/tracks?limit=1000000000000000000000000", 400, "limit can't be"),
        ("/tracks?limit=ten", 400, "limit can't be ten"),
        ("/tracks?limit=5&limit=6", 400, "limit is given twice"),
        ("/tracks?phase=Lost", 400, "phase can't be Lost"),
        ("/tracks?state=Nowhere", 400, "state can't be Nowhere"),
        ("/tracks?service=soundcloud", 400, "service can't be soundcloud"),
        ("/tracks?sort=size", 400, "sort can't be size"),
        ("/tracks?fields=nmae", 400, "There is no field nmae. There are: "),
        (f"/tracks?fields={DEEP}", 400, "fields can't be"),
        ("/tracks?fields=name.first", 400, "name has no fields"),
        ("/tracks?pahse=Failed", 400, "Do you mean phase?"),
        ("/tracks?direction=tg_to_yt", 400, "`origin`"),
        ("/tracks?token=secret-in-an-address", 400, "ends up in logs"),
        ("/tracks?cursor=nonsense", 400, "This is no cursor of ours"),
        ("/tracks?cursor=" + "A" * 5000, 400, "cursor can't be"),
        ("/tracks?cursor=WyJhYmMiLCAiIiwgImEiLCAiYiJd", 400, "This cursor is of another question"),
        ("/tracks?namespace=../../secrets", 400, "namespace can't be ../../secrets"),
        ("/tracks?text=" + "x" * 300, 400, "text can't be"),
        ("/tracks?text=%00%1b%5b31m", 200, ""),
        ("/tracks?" + "&".join(f"a{n}=1" for n in range(200)), 400, "more than 100 parameters"),
        ("/tracks?text=" + "%20" * 4000, 400, "characters long"),
        ("/logs?level=loud", 400, "level can't be loud"),
        ("/tracks/{attic}/..%2f..%2fsecrets%2fx", 404, "There is nothing here"),
        ("/tracks/{attic}/%2e%2e", 404, "There is no Track"),
        ("/tracks/{attic}/OLD%200", 404, "There is no Track"),
        ("/tracks/kube-system/old-0", 403, "You may not get"),
        ("/tracks/{attic}/old-99", 404, "There is no Track old-99"),
        ("/tracks/42", 404, "/api/tracks/{namespace}/{name}"),
        ("/", 404, "There is nothing here"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_told_in_a_sentence(
    scene: Scene, everywhere: Client, path: str, status: int, said: str
) -> None:
    answer = everywhere.get(path.replace("{attic}", attic(scene)))
    assert answer.status == status, answer.body[:300]
    if status != 200:
        assert said in answer.detail
        assert len(answer.body) < 2000
        assert "Traceback" not in answer.detail


def test_what_is_no_request_of_ours_ends_the_connection_and_not_the_operator(scene: Scene, everywhere: Client) -> None:
    for line, headers in (
        ("/api/tracks?text=" + "x" * 10_000_000, {}),
        ("/api/tracks", {"X-Junk": "j" * 1_000_000}),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", scene.operator.port, timeout=10)
        try:
            connection.request("GET", line, headers=headers)
            assert connection.getresponse().status == 400
        except ConnectionError:
            pass  # it was closed while we were still writing
        finally:
            connection.close()
    answer = everywhere.get("/tracks", {"X-Forwarded-For": "127.0.0.1", "Host": "evil.example", "Accept": "\x01"})
    assert answer.status in (200, 400)
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"):
        refused = everywhere.get("/tracks", method=method)
        assert refused.status == 405
        assert "kubectl" in refused.detail
        assert refused.headers["Allow"]
    assert everywhere("/counts")["tracks"]


def test_the_docs_are_a_page_without_a_script_or_anything_from_elsewhere(scene: Scene) -> None:
    stranger = Client(scene.operator.port, None)
    answer = stranger.get("/../docs")
    assert answer.status == 200
    text = answer.body.decode()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert "<script" not in text
    assert "//" not in text.replace("https://", "").partition("<body>")[0]
    assert "style=" not in text
    for path in ("/api/counts", "/api/sync-state", "/api/tracks/{namespace}/{name}"):
        assert path in text
    assert stranger.get("/../docs/style.css").headers["Content-Type"].startswith("text/css")


def test_no_secret_is_in_any_answer(scene: Scene, everywhere: Client) -> None:
    secrets = [scenario.BOT_TOKEN, scenario.GOOGLE_CLIENT_SECRET, scenario.GOOGLE_REFRESH_TOKEN, API_TOKEN]
    secrets += [scenario.SPOTIFY_CLIENT_SECRET, scenario.SPOTIFY_REFRESH_TOKEN]
    static = Client(scene.operator.port, API_TOKEN)
    paths = [
        "/counts",
        "/stats",
        "/tracks?limit=500",
        "/failed",
        "/pending",
        "/review",
        "/logs?limit=500",
        "/sync-state",
        "/progress",
    ]
    paths += [
        f"/tracks/{scene.namespace}/{scene.tracks()[0]['metadata']['name']}",
        "/../openapi.json",
        "/../docs",
        "/../metrics",
    ]
    told = b"".join(static.get(path).body for path in paths) + scene.operator.log.read_bytes()
    for secret in secrets:
        assert secret.encode() not in told
    assert token_of(scene, "looks-everywhere").encode()[:40] not in told


def test_health_needs_no_token(scene: Scene) -> None:
    stranger = Client(scene.operator.port, None)
    assert [stranger.get(f"/../{path}").status for path in ("healthz", "readyz", "metrics")] == [200, 200, 200]


def test_one_that_stands_by_answers_as_well_and_says_who_leads(scene: Scene) -> None:
    leader = Client(scene.operator.port, API_TOKEN)
    standby = scene.launch("--api", "auto")  # on a loopback address: without tokens
    try:
        standby.wait_ready()
        client = Client(standby.port, None)
        scene.until("it has seen the Lease", lambda: "leader" in client("/stats")["operator"])
        operator = client("/stats")["operator"]
        assert operator["leading"] is False
        assert operator["leader"] == leader("/stats")["operator"]["name"]
        assert client("/counts") == leader("/counts")
        (state,) = client("/sync-state")["items"]
        assert state["conditions"] == scene.sync()["status"]["conditions"]
        assert "nextPass" not in state
        progress = client("/progress")
        assert (progress["operator"]["leading"], progress["items"]) == (False, [])
        elsewhere = client.get("/counts", {"Host": "rebound.example:8080"})
        assert elsewhere.status == 403
        assert "localhost" in elsewhere.detail
        assert client.get("/counts", {"Host": "localhost:8080"}).status == 200
    finally:
        standby.stop()
        scene.operators.remove(standby)


def test_a_token_that_could_be_guessed_is_refused_at_the_start(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    operator = scene.launch("--api", "tokens", "--api-token-file", str(tmp_path / "token"))
    try:
        assert operator.process.wait(30) == 2
        assert "20 characters or more" in operator.tail()
        assert "openssl rand" in operator.tail()
    finally:
        scene.operators.remove(operator)
