"""`navaar auth cookies`: from what a person pastes to the Secret."""

import asyncio
import json
from typing import TYPE_CHECKING

from navaar.cli import ask
from navaar.cli.consented import Ending, finish, into, problems
from navaar.cli.findings import tell
from navaar.people.finding import ask as asks
from navaar.signin import cookies
from navaar.signin.pasted import HOW

if TYPE_CHECKING:
    from navaar.cli.cluster import Cluster


@problems
async def sign_in_cookies(
    sync: str | None, secret: str | None, form: str | None, dry_run: str, force: bool, cluster: "Cluster"
) -> int:
    """`navaar auth cookies`."""
    target = await into(cluster, "youtubeMusic", sync, secret, offline=form is not None)
    pasted = ask.pasted(f"{HOW} Paste them here.")
    values = cookies.values(pasted)
    left = cookies.dropped(pasted, values)
    tell(f"{left} headers and cookies that are of no use were left out." if left else "All of it is needed.")
    headers = json.loads(values["headers.json"])
    findings = await asyncio.to_thread(cookies.look, headers, target.spec.get("playlist"))
    if findings[0].verdict == "good":
        remedy = "Close that private window without signing out. The MusicSync's YouTubeMusicReady tells when they have ended."
        findings.append(asks("Cookies end without notice, within weeks, when Google replaces them.", remedy))
    return await finish(cluster, target, values, cookies.KEYS, findings, None, Ending(form, dry_run, force))
