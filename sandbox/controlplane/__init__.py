"""The local control plane: the real API server and what belongs to it, in seconds and without containers.

    with controlplane.start(audit=True) as plane:
        ...  # plane.kubeconfig, plane.kubeconfig_for("music", "navaar"), plane.writes()

`python -m sandbox.controlplane start` is the same for the command line.

Two delays are Kubernetes' own: a deleted namespace waits 5 seconds before it empties, and the garbage
collector looks for new kinds every 30 seconds, and only then may
notice that an owner of a new kind has gone.
"""

from .api import Api
from .audit import Write
from .build import ensure, kubernetes_version
from .cluster import ControlPlane, start
from .context import attach
from .errors import ApiError, BuildError, ControlPlaneError, StartError

__all__ = [
    "Api",
    "ApiError",
    "BuildError",
    "ControlPlane",
    "ControlPlaneError",
    "StartError",
    "Write",
    "attach",
    "ensure",
    "kubernetes_version",
    "start",
]
