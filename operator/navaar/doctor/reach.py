"""Whether the services can be reached from this machine, which is not where the operator runs."""

import asyncio
import os

import requests

from navaar.people.finding import Finding, ask, bad, good
from reconcilers.services.sessions import Session

HOSTS = {
    "Telegram": ("api.telegram.org",),
    "YouTube": ("www.googleapis.com", "oauth2.googleapis.com", "music.youtube.com", "www.youtube.com"),
    "Spotify": ("api.spotify.com", "accounts.spotify.com"),
}


async def reach() -> list[Finding]:
    """One request to each host, all at once. Any answer is one, whatever it says."""
    asked = [(service, host) for service, hosts in HOSTS.items() for host in hosts]
    answers = await asyncio.gather(*(asyncio.to_thread(_trouble, host) for _, host in asked))
    found = []
    for service in HOSTS:
        silent = [(host, why) for (of, host), why in zip(asked, answers, strict=True) if of == service and why]
        if not silent:
            found.append(good(f"{service} can be reached from here."))
        for host, why in silent:
            found.append(_unreached(service, host, why))
    return found


def _trouble(host: str) -> str:
    """Why there is no answer; empty where there is one."""
    session = Session((5.0, 10.0))
    try:
        session.head(f"https://{host}/", allow_redirects=False).close()
    except requests.exceptions.SSLError:
        return "certificate"
    except requests.exceptions.ProxyError:
        return "proxy"
    except requests.RequestException as error:
        return type(error).__name__
    finally:
        session.close()
    return ""


def _unreached(service: str, host: str, why: str) -> Finding:
    says = f"{service} ({host}) can't be reached from here"
    if why == "certificate":
        return bad(
            f"{says}: its certificate is not known to this machine.",
            "Where something reads the traffic, name its authority in SSL_CERT_FILE, and in the chart's caBundle.",
        )
    if why == "proxy" or os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
        return ask(
            f"{says} through the proxy ({why}).",
            "Check HTTPS_PROXY. The operator has its own: the chart's proxy values.",
        )
    return ask(
        f"{says} ({why}).",
        "The operator may reach it all the same. Check the connection, and HTTPS_PROXY where one is needed.",
    )
