"""What can befall a Telegram bot and its chats, and how it is taken back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.faults import Fault, Undo
from sandbox.telegram.chats import Bot, Chat, Membership

if TYPE_CHECKING:
    from sandbox.world import World


def _standing(status: str, rights: bool = False) -> Callable[["World", Fault], Undo]:
    def begin(world: "World", fault: Fault) -> Undo:
        state = world.telegram
        before = [(chat, bot, chat.members[bot.id]) for chat, bot in _seats(world, fault)]
        for chat, bot, was in before:
            kept = dict.fromkeys(was.rights, False) if rights else {}
            state.stand(chat.id, bot.token, Membership(status, was.joined_at, kept))

        def undo() -> None:
            for chat, bot, was in before:
                state.stand(chat.id, bot.token, was)

        return undo

    return begin


def webhook(world: "World", fault: Fault) -> Undo:
    """Somebody gave the bots a webhook: getUpdates is 409 as long as it is set."""
    queues = [world.telegram.queues[bot.id] for bot in world.telegram.bots.values()]
    for queue in queues:
        queue.webhook = "https://example.com/hook"
        queue.wake("webhook")

    def undo() -> None:
        for queue in queues:
            queue.webhook = ""

    return undo


def protected(world: "World", fault: Fault) -> Undo:
    """The chats' content is protected: nothing in them can be forwarded or copied."""
    before = [(chat, chat.protected) for chat in _chats(world, fault)]
    for chat, _ in before:
        chat.protected = True

    def undo() -> None:
        for chat, was in before:
            chat.protected = was

    return undo


def gone(world: "World", fault: Fault) -> None:
    """A message (`detail` {"id": n}, or the last) was deleted; no bot is told, and there is no way back."""
    for chat in _chats(world, fault):
        if chat.messages:
            world.telegram.delete(chat.id, int(fault.detail.get("id") or max(chat.messages)))


def service_row(world: "World", fault: Fault) -> None:
    """Telegram writes into the chats that their title changed: a message that can't be forwarded."""
    for chat in _chats(world, fault):
        world.telegram.post_service(chat.id)


def _chats(world: "World", fault: Fault) -> list[Chat]:
    chats = [chat for chat in world.telegram.chats.values() if chat.type != "private"]
    if fault.about is not None:
        chats = [chat for chat in chats if fault.about in (str(chat.id), f"@{chat.username}")]
        if not chats:
            raise KeyError(f"there is no chat {fault.about}")
    return [chat for chat in chats if fault.about is not None or chat.type == "channel"]


def _seats(world: "World", fault: Fault) -> list[tuple[Chat, Bot]]:
    bots = world.telegram.bots.values()
    return [(chat, bot) for chat in _chats(world, fault) for bot in bots if bot.id in chat.members]


CONDITIONS: dict[str, Callable[["World", Fault], Undo | None]] = {
    "kicked": _standing("kicked"),
    "left": _standing("left"),
    "not-admin": _standing("administrator", rights=True),
    "webhook": webhook,
    "protected": protected,
    "gone": gone,
    "service-row": service_row,
}
