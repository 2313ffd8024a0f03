"""What ends a verb: a sentence, and exit code 1."""

import click

from navaar.kube.errors import Conflict, Denied, KubeError, NotFound, Unavailable


class Trouble(click.ClickException):
    """Ends a verb with a sentence that says what happened and what to do."""

    exit_code = 1


def told(error: KubeError, where: str) -> Trouble:
    """What the API server says, with what to do about it; `where` names the cluster."""
    message = error.message.rstrip(".")
    if isinstance(error, NotFound):
        return Trouble(f"{message}: `navaar tracks` and `navaar status` list what there is")
    if error.status == 404:
        return Trouble(
            f"this cluster ({where}) doesn't know MusicSyncs and Tracks: Navaar is not installed in it; `navaar doctor` says how"
        )
    if error.status == 401:
        return Trouble(f"{where} doesn't know you ({message}): sign in again, or choose another --context")
    if isinstance(error, Denied):
        return Trouble(f"{message}: have a Role there allow it, or choose another namespace with -n")
    if isinstance(error, Conflict):
        return Trouble(f"{message}: it changed while you looked at it; look again, and repeat this if it still holds")
    if isinstance(error, Unavailable):
        return Trouble(f"{where}: {message}: check that the cluster is up, and --context and --kubeconfig")
    return Trouble(message)
