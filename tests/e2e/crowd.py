"""A union of many songs, and what it has to end with whatever crashed in between."""

from collections.abc import Callable
from typing import Any

from sandbox import scenario
from sandbox.world import World
from tests.e2e.conftest import Scene

MANY = {"maxAdds": 999}


def crowd(count: int) -> Callable[[World], Any]:
    """So many songs, most of them in both playlists, and an empty channel."""
    return lambda world: scenario.crowd(world, count)


def assert_clean(scene: Scene, expected: dict[str, set[str]]) -> None:
    """Every song is where it should be, once, and has one Track."""
    keys = scene.keys()
    assert {place: set(found) for place, found in keys.items()} == expected
    assert all(len(found) == len(set(found)) for found in keys.values()), f"something is twice: {keys}"
    assert len(scene.tracks()) == len(set().union(*expected.values()))
    assert not [e for e in scene.service_writes() if "emove" in e.call or e.call.startswith("DELETE")]
