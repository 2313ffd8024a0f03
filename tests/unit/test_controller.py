"""What the controller knows of a MusicSync while it writes to it."""

import asyncio
from typing import Any, cast

from navaar.controller import Controller
from navaar.kube.client import Kube
from navaar.kube.events import Events
from navaar.telemetry.metrics import Metrics

KEY = ("music", "tapes")


def sync(version: int, mode: str, generation: int, **status: Any) -> dict[str, Any]:
    metadata = {"namespace": "music", "name": "tapes", "uid": "u", "resourceVersion": str(version)}
    kind = {"apiVersion": "navaar.dev/v1alpha1", "kind": "MusicSync"}
    return {**kind, "metadata": {**metadata, "generation": generation}, "spec": {"mode": mode}, "status": status}


class ApiServer:
    """Takes a write, and tells of what a person wrote right after it before it answers."""

    def __init__(self) -> None:
        self.controller = Controller(cast(Kube, self), Events(cast(Kube, self)), Metrics())

    async def replace(
        self, kind: object, namespace: str, name: str, body: dict[str, Any], **_: object
    ) -> dict[str, Any]:
        self.controller.changed(sync(3, "Apply", 2, **body["status"]))
        return sync(2, "Plan", 1, **body["status"])


async def written_to() -> Controller:
    controller = ApiServer().controller
    seen = sync(1, "Plan", 1, conditions=[])
    controller.changed(seen)
    said = {"conditions": [{"type": "Ready", "status": "True", "reason": "Planned", "message": ""}]}
    await controller._write(KEY, seen, said, None)
    return controller


def test_what_a_person_changes_while_a_status_is_written_is_not_forgotten_with_the_answer() -> None:
    known = asyncio.run(written_to()).resources[KEY]
    assert (known["metadata"]["resourceVersion"], known["spec"]) == ("3", {"mode": "Apply"})
