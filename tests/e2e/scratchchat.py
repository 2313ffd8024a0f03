"""Channels with a past, and the private group in which a bot reads it."""

from collections.abc import Callable
from typing import Any

from sandbox import media, scenario
from sandbox.world import World
from tests.e2e.conftest import Scene

SCRATCH = -1002233445566
TELEGRAM = {
    "channel": scenario.CHANNEL,
    "credentialsSecretRef": {"name": "friday-tapes-telegram"},
    "scratchChat": SCRATCH,
    "past": "Scan",
}
RETRY = {"backoff": "10s"}


def with_scratch(seed: Callable[[World], Any]) -> Callable[[World], Any]:
    """That world, and a private group with the bot in it."""

    def made(world: World) -> None:
        seed(world)
        world.telegram.create_group(SCRATCH, "Scratch")
        world.telegram.add_admin(SCRATCH, scenario.BOT_TOKEN)

    return made


def old_channel(*keys: str) -> Callable[[World], Any]:
    """A channel whose posts the bot never saw, with texts and gaps between them, and two playlists."""

    def made(world: World) -> None:
        scenario.fill(world, scenario.SMALL._replace(telegram=()))
        long_ago = world.clock.now() - 90 * 86400
        telegram = world.telegram
        for n, key in enumerate(keys):
            song = world.catalogue.by_key(key)
            artists, title = song.names("telegram")
            name = f"{', '.join(artists)} - {title}.m4a".replace("/", "_")
            telegram.post_audio(
                scenario.CHANNEL_ID, media.tagged(song), duration=song.duration, file_name=name, date=long_ago + n
            )
            if n % 4 == 0:
                telegram.post_text(scenario.CHANNEL_ID, "nice one", date=long_ago + n)
                gone = telegram.post_text(scenario.CHANNEL_ID, "oops", date=long_ago + n)
                telegram.delete(scenario.CHANNEL_ID, gone.message_id)

    return with_scratch(made)


def assert_nothing_twice(scene: Scene) -> None:
    for place, keys in scene.keys().items():
        assert len(keys) == len(set(keys)), f"{place} has something twice: {keys}"
