"""Two syncs on one account, for as many days as one likes, in virtual time."""

from reconcilers.account import Account
from reconcilers.budget import DAY, Allowance, next_midnight
from reconcilers.plan import Plan
from reconcilers.policy import Past, Sync, Target
from reconcilers.recording import Recording
from reconcilers.services.protocol import ServiceName
from tests.memory import Clock, World

SPOTIFY, YOUTUBE = ServiceName.SPOTIFY, ServiceName.YOUTUBE


class Days:
    """Two syncs that share their accounts, day after day of virtual time, and what was asked in any 24 hours."""

    def __init__(self, allowances: dict[ServiceName, Allowance], songs: int) -> None:
        self.clock = Clock()
        self.accounts = {name: Account(a, clock=self.clock) for name, a in allowances.items()}
        self.asked: dict[ServiceName, list[tuple[float, int]]] = {name: [] for name in allowances}
        for name, account in self.accounts.items():
            self._count(name, account)
        self.worlds = [self._world(n, songs) for n in (1, 2)]

    def _count(self, name: ServiceName, account: Account) -> None:
        spend = account.spend

        def counted(units: int, user: object = None) -> None:
            self.asked[name].append((self.clock(), units))
            spend(units, user)

        account.spend = counted  # type: ignore[method-assign]

    def _world(self, number: int, songs: int) -> World:
        targets = {
            YOUTUBE: Target(f"PL{number}", max_adds=5000, interval=1800),
            SPOTIFY: Target(f"sp{number}", max_adds=5000, interval=1800),
        }
        world = World(Sync(f"tapes-{number}", targets, past=Past.IGNORE), clock=self.clock, accounts=self.accounts)
        for n in range(songs):
            put_on_sale(world, n)
            (world.youtube if n % 2 else world.spotify).put(f"yt{n}" if n % 2 else f"sp{n}")
        return world

    async def go(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end:
            plans = await self._step()
            while not all(made.empty for made in plans) or not all(world.engine.idle for world in self.worlds):
                plans = await self._step()
            soonest = min(made.wake or end for made in plans)
            self.clock.now = min(max(soonest, self.clock.now + 1), end)

    async def _step(self) -> list[Plan]:
        plans = [await world.step() for world in self.worlds]
        self.passed()
        return plans

    def passed(self) -> None:
        """Called after every pass; to be replaced by who wants to look."""

    def worst(self, name: ServiceName) -> int:
        """The most units in any 24 hours, or in any day in California."""
        asked, allowance = self.asked[name], self.accounts[name].allowance
        assert allowance is not None
        if allowance.pacific:
            days: dict[float, int] = {}
            for at, units in asked:
                days[next_midnight(at)] = days.get(next_midnight(at), 0) + units
            return max(days.values())
        return max(sum(u for t, u in asked if at - DAY < t <= at) for at, _ in asked)


def put_on_sale(world: World, n: int) -> None:
    """Both services have the song of this number."""
    song = Recording(f"{_word(n)} {_word(n * 7 + 3)}", (f"Singer {n}",), duration=100.0 + n)
    world.youtube.songs[f"yt{n}"], world.spotify.songs[f"sp{n}"] = song, song


def _word(n: int) -> str:
    return "".join("bdfgklmnprstvz"[n // 14**i % 14] + "aeiou"[(n + i) % 5] for i in range(3)).capitalize()
