"""Who there is in the simulated Telegram: bots, people, chats, and who may do what where."""

from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.telegram import delivery
from sandbox.telegram.chats import CHANNEL_RIGHTS, Bot, Chat, Membership, Person
from sandbox.telegram.updates import UpdateQueue


@dataclass(eq=False)
class Directory:
    """Accounts, chats and memberships. Unknown chats and tokens raise KeyError."""

    clock: Clock = field(default_factory=Clock)
    bots: dict[str, Bot] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    queues: dict[int, UpdateQueue] = field(default_factory=dict)

    def bind(self, clock: Clock) -> None:
        """Puts the state on the world's clock."""
        self.clock = clock

    def now(self) -> float:
        """Unix time in the world."""
        return self.clock.now()

    def create_bot(self, token: str, username: str) -> Bot:
        """A bot as @BotFather makes it; the token is "<id>:<secret>"."""
        bot = Bot(token, int(token.partition(":")[0]), username.lstrip("@"), username.lstrip("@"))
        self.bots[token] = bot
        self.queues[bot.id] = UpdateQueue(next_id=700_000_000 + bot.id % 1_000_000)
        return bot

    def revoke(self, token: str) -> None:
        """Makes the token dead: every call with it is answered 401 from now on."""
        self.bots[token].revoked = True
        self.queue(token).wake("update")

    def person(self, name: str, language: str | None = None) -> Person:
        """The person of that name, made on first mention, with an app in that language."""
        return self.people.setdefault(name, Person(1_000_000_001 + len(self.people), name, language=language))

    def create_channel(
        self,
        chat_id: int,
        title: str,
        username: str | None = None,
        protected: bool = False,
        signatures: bool = False,
    ) -> Chat:
        """A channel that "person" owns. `protected` forbids forwarding; `signatures` shows authors' names."""
        username = username.lstrip("@") if username else None
        chat = Chat(chat_id, "channel", title, username, protected, signatures, owner=self.person("person"))
        return self.chats.setdefault(chat_id, chat)

    def create_group(self, chat_id: int, title: str, protected: bool = False) -> Chat:
        """A private group that "person" owns; an id of the form -100… makes it a supergroup."""
        kind = "supergroup" if str(chat_id).startswith("-100") else "group"
        return self.chats.setdefault(
            chat_id, Chat(chat_id, kind, title, protected=protected, owner=self.person("person"))
        )

    def create_private(self, name: str, token: str, language: str | None = None) -> Chat:
        """The private chat that the named person opened with the bot; its id is the person's."""
        person, bot = self.person(name, language), self.bots[token]
        chat = self.chats.setdefault(person.id, Chat(person.id, "private", None, person=person))
        chat.members[bot.id] = Membership("member", self.now())
        return chat

    def chat(self, chat_id: int | str) -> Chat:
        """The chat by id or @username."""
        if isinstance(chat_id, int):
            return self.chats[chat_id]
        name = chat_id.lstrip("@").lower()
        found = next((c for c in self.chats.values() if c.username and c.username.lower() == name), None)
        if found is None:
            raise KeyError(chat_id)
        return found

    def queue(self, token: str) -> UpdateQueue:
        """The bot's update queue."""
        return self.queues[self.bots[token].id]

    # who may what

    def add_admin(self, chat_id: int | str, token: str, **rights: bool) -> None:
        """Makes the bot an administrator: can_post/edit/delete_messages, but those given as False."""
        chosen = {**dict.fromkeys(CHANNEL_RIGHTS, True), **rights}
        self._set_membership(chat_id, token, "administrator", chosen)

    def add_member(self, chat_id: int | str, token: str) -> None:
        """Adds the bot to a group without any right (a channel has no such bots)."""
        self._set_membership(chat_id, token, "member", {})

    def remove_admin(self, chat_id: int | str, token: str, *, kicked: bool = False) -> None:
        """Takes the bot out of the chat; `kicked` also bans it."""
        self._set_membership(chat_id, token, "kicked" if kicked else "left", {})

    def _set_membership(self, chat_id: int | str, token: str, status: str, rights: dict[str, bool]) -> None:
        chat, bot = self.chat(chat_id), self.bots[token]
        before = chat.members.get(bot.id, Membership("left", self.now()))
        joined_at = before.joined_at if before.inside else self.now()
        self.stand(chat_id, token, Membership(status, joined_at, rights))

    def stand(self, chat_id: int | str, token: str, after: Membership) -> None:
        """Gives the bot this standing in the chat, and tells it."""
        chat, bot = self.chat(chat_id), self.bots[token]
        before = chat.members.get(bot.id, Membership("left", self.now()))
        chat.members[bot.id] = after
        delivery.announce_membership(self, chat, bot, before, after)
