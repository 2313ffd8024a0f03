"""`navaar auth telegram`: from the token to the Secret, and the scratch chat that is looked for on the way."""

import json
import time
from typing import TYPE_CHECKING, Any

from navaar.account.book import keyed
from navaar.api.instant import read
from navaar.cli import ask
from navaar.cli.consented import Ending, Into, finish, into, problems
from navaar.cli.findings import tell
from navaar.cli.trouble import Trouble
from navaar.doctor.operator import ACCOUNTS
from navaar.kube.errors import Denied, KubeError
from navaar.kube.kinds import LEASES
from navaar.people.finding import Finding, bad, good
from navaar.people.finding import ask as asks
from navaar.signin.telegram import Group, TelegramBot

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster

ACTIVE = 120.0
HEARD = 1200.0
"""Seconds since its last poll within which a bot is taken to be read by an operator, which notes every tenth minute."""


@problems
async def sign_in_telegram(
    sync: str | None, secret: str | None, form: str | None, dry_run: str, force: bool,
    channel: str | None, scratch: int | None, find: bool, wait: float, cluster: "Cluster",
) -> int:  # fmt: skip
    """`navaar auth telegram`."""
    target = await into(cluster, "telegram", sync, secret, offline=form is not None)
    held = target.held.get("token", "").strip()
    token = ask.line(
        f"The bot's token{' (Enter: the one in the Secret)' if held else ''}", hidden=True, empty=bool(held)
    )
    bot = TelegramBot(token or held)
    try:
        me = await bot.me()
        findings = [good(f"The token is that of @{me.username}.")]
        if me.webhook:
            remedy = "Whoever set it must remove it (deleteWebhook): of an operator and a webhook only one is told."
            findings.append(
                bad("Telegram sends this bot's updates to a webhook, so an operator would see no posts.", remedy)
            )
        where = channel or target.spec.get("channel")
        scratch = scratch if scratch is not None else target.spec.get("scratchChat")
        if where is None:
            findings.append(
                asks(
                    "No channel was looked at: there is no MusicSync yet.",
                    "Say which with --channel to have it looked at.",
                )
            )
        else:
            findings += await bot.look(_chat(where), scratch)
        if find:
            findings += await _scratch_chat(cluster, target, bot, me.username, where, wait)
        elif scratch is None:
            remedy = "Make a private group, add the bot, and run this again with --find-scratch-chat."
            says = (
                "There is no scratch chat: posts from before the bot came, or from an outage of a day, can't be read."
            )
            findings.append(asks(says, remedy))
    finally:
        await bot.close()
    return await finish(cluster, target, {"token": bot.token}, ("token",), findings, None, Ending(form, dry_run, force))


async def _scratch_chat(
    cluster: "Cluster", target: Into, bot: TelegramBot, username: str, channel: str | None, wait: float
) -> list[Finding]:
    await _nobody_listens(cluster, bot.token, target)
    tell(f"Add @{username} to a private group of yours, or say /hello@{username} in one that it is in. Waiting …")
    groups = await bot.groups(wait)
    if not groups:
        return [
            asks(
                "The bot was told of no group.", "Add it to one (or take it out and add it again), and run this again."
            )
        ]
    found: list[Finding] = []
    for group in groups:
        if channel is not None and [f for f in await bot.look(_chat(channel), group.id) if f.verdict == "bad"]:
            found.append(asks(f"The group {group.title} ({group.id}) can't be used: the bot may not write there."))
        else:
            found.append(asks(f"The group {group.title} has the id {group.id}.", _line(target, group)))
    return found


def _line(target: Into, group: Group) -> str:
    patch = json.dumps({"spec": {"telegram": {"scratchChat": group.id}}}, separators=(",", ":"))
    if target.sync is None:
        return f"Put spec.telegram.scratchChat: {group.id} into the MusicSync."
    return f"kubectl patch musicsync {target.sync} -n {target.namespace} --type=merge -p '{patch}'"


async def _nobody_listens(cluster: "Cluster", token: str, target: Into) -> None:
    """Raises Trouble where an operator reads this bot's updates, or is about to, or where that can't be known."""
    lease, kube = f"navaar-bot-{keyed(token)}", await cluster.kube()
    try:
        leases = await kube.list(LEASES, None, labels="app.kubernetes.io/managed-by=navaar")
    except Denied:
        raise Trouble(
            "whether an operator reads this bot's updates can't be seen, since you may not list Leases in all namespaces; asking "
            "beside it would stop its posts for ten minutes. Say the group's id with --scratch-chat"
        ) from None
    except KubeError as error:
        raise Trouble(error.message) from None
    # One that has just begun to read notes it a second or two later: where it is given this very token, that suffices.
    given = target.sync is not None and target.held.get("token", "").strip() == token
    active = {one["metadata"]["namespace"] for one in leases if _active(one)}
    for one in leases:
        where, name = one["metadata"]["namespace"], one["metadata"]["name"]
        reads = name == lease and where in active and _renewed(one, HEARD)
        if reads or (given and _active(one)):
            raise Trouble(
                f"an operator reads this bot's updates (in namespace {where}); asking beside it "
                f"would stop its posts for ten minutes. Stop it for as long (kubectl scale deployment navaar -n {where} "
                "--replicas=0), or say the group's id with --scratch-chat"
            )


def _active(lease: dict[str, Any]) -> bool:
    """Whether this is the Lease of an active operator: it holds it, and gives it back when it is stopped."""
    if lease["metadata"]["name"].startswith(ACCOUNTS):
        return False
    return bool((lease.get("spec") or {}).get("holderIdentity")) and _renewed(lease, ACTIVE)


def _renewed(lease: dict[str, Any], within: float) -> bool:
    renewed = (lease.get("spec") or {}).get("renewTime")
    return bool(renewed) and time.time() - read(renewed) < within


def _chat(channel: str) -> int | str:
    return int(channel) if channel.lstrip("-").isdecimal() else channel if channel.startswith("@") else f"@{channel}"
