"""A cluster that serves the two resources, and what a person sends to it."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import controlplane
from sandbox.controlplane import Api, ApiError

ROOT = Path(__file__).parents[2]
APIS = "/apis/navaar.dev/v1alpha1/namespaces/music"
MUSIC_SYNCS, TRACKS = f"{APIS}/musicsyncs", f"{APIS}/tracks"
MERGE = "application/merge-patch+json"
numbers = count(1)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A cluster with the CRDs and the namespace of the quickstart."""
    with controlplane.start(data=tmp_path_factory.mktemp("crds")) as plane:
        client = Api.from_kubeconfig(plane.kubeconfig)
        for path in sorted((ROOT / "crds").glob("*.yaml")):
            client.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", manifest(path))
        client.create("/api/v1/namespaces", manifest(ROOT / "examples/quickstart/00-namespace.yaml"))
        wait_until_served(client)
        yield client


def manifest(path: Path) -> Json:
    loaded: Json = yaml.safe_load(path.read_text())
    return loaded


def wait_until_served(client: Api) -> None:
    for attempt in range(100):
        try:
            client.get(MUSIC_SYNCS)
            client.get(TRACKS)
            return
        except ApiError:
            if attempt == 99:
                raise
            time.sleep(0.1)


def strictly(path: str) -> str:
    """The path with the validation that kubectl asks for."""
    return f"{path}?fieldValidation=Strict"


def music_sync(**spec: Any) -> Json:
    """The MusicSync of the quickstart under a name of its own, with `spec` merged in; None takes a field out."""
    found = manifest(ROOT / "examples/quickstart/musicsync.yaml")
    found["metadata"]["name"] = f"tapes-{next(numbers)}"
    merge(found["spec"], spec)
    return found


def track(**spec: Any) -> Json:
    """The Track of the quickstart under a name of its own, with `spec` merged in; None takes a field out."""
    found = manifest(ROOT / "examples/quickstart/track.yaml")
    found["metadata"]["name"] = f"song-{next(numbers)}"
    merge(found["spec"], spec)
    return found


def merge(into: Json, patch: Json) -> None:
    for name, value in patch.items():
        if value is None:
            into.pop(name, None)
        elif isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


def refusal(act: Callable[[], Any]) -> str:
    """What the API server says when it refuses."""
    with pytest.raises(ApiError) as caught:
        act()
    assert caught.value.status in (400, 422), caught.value
    return str(caught.value)


def changed(api: Api, path: str, name: str, spec: Json) -> Json:
    found: Json = api.request("PATCH", f"{path}/{name}", {"spec": spec}, MERGE)
    return found


def put_status(api: Api, path: str, stored: Json, status: Json) -> Json:
    body = {**stored, "status": status}
    found: Json = api.request("PUT", f"{strictly(path + '/' + stored['metadata']['name'] + '/status')}", body)
    return found
