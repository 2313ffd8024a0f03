"""How the operator's process is to run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconcilers.policy import Timing


@dataclass(frozen=True, slots=True)
class Options:
    """How the operator runs.

    `namespaces`: whose MusicSyncs it serves (None: the whole cluster's). `namespace`: where its Leases are. `host` (empty:
    every address) and `port`: of its endpoints. `api`: whether the API is among them; `tokens`: whether it wants a token
    (None: where others than this machine could ask); `token_file` holds one that sees everything. `grace`: seconds that an
    upload may take to end at shutdown. `workdir`: where audio under way gets a folder (None: where temporary files are).
    Without `kubeconfig` and `context` it is the cluster that its pod runs in.
    """

    kubeconfig: str | None = None
    context: str | None = None
    namespaces: Sequence[str] | None = None
    namespace: str = "navaar"
    lease: str = "navaar"
    host: str = ""
    port: int = 8080
    api: bool = True
    tokens: bool | None = None
    token_file: Path | None = None
    log_format: str = "json"
    log_level: str = "INFO"
    grace: float = 120.0
    workdir: Path | None = None
    timing: Timing = field(default_factory=Timing)

    @property
    def in_cluster(self) -> bool:
        """Whether the pod's own ServiceAccount is used."""
        return self.kubeconfig is None and self.context is None
