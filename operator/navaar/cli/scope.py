"""What a verb is about: which cluster, which of its objects, and how far a change of them is carried out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """Which part of which cluster is meant. None: as the kubeconfig says."""

    kubeconfig: str | None = None
    context: str | None = None
    namespace: str | None = None
    all_namespaces: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Which objects are meant: of one MusicSync (None: of any), and with these labels."""

    sync: str | None = None
    labels: str = ""


class DryRun:
    """How far a change is carried out."""

    NONE, CLIENT, SERVER = "none", "client", "server"
