"""The cluster, as the person at the terminal reaches it: by their kubeconfig, with their rights."""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from navaar.api.common import GROUP
from navaar.cli.scope import Choice, DryRun, Where
from navaar.cli.trouble import Trouble, told
from navaar.kube.client import Kube, Resource, user_agent
from navaar.kube.errors import Denied, KubeError, NotFound
from navaar.kube.kinds import MUSICSYNCS, TRACKS, Kind
from navaar.kube.kubeconfig import contexts
from navaar.people.act import Act
from navaar.people.acts import merged
from navaar.people.song import named, song_of

POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")

SOME = 3
"""Songs that are named where more than one may be meant."""

_KINDS = {"MusicSync": MUSICSYNCS, "Track": TRACKS}


class Cluster:
    """What verbs read and write."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._kube: Kube | None = None
        self._here: tuple[bool, str] | None = None

    async def kube(self) -> Kube:
        """The connection. Raises Trouble where no kubeconfig says how to get one."""
        if self._kube is None:
            in_pod, _ = self._home()
            agent, where = f"kubectl-{user_agent()}", self._where
            try:
                self._kube = await Kube.connect(where.kubeconfig, where.context, in_cluster=in_pod, agent=agent)
            except Denied as error:
                raise told(error, self.server) from error
            except KubeError as error:
                raise _unusable(error) from error
        return self._kube

    @property
    def namespace(self) -> str | None:
        """The namespace that is meant; None: all of them."""
        return None if self._where.all_namespaces else self._where.namespace or self._home()[1]

    def _home(self) -> tuple[bool, str]:
        if self._here is None:
            try:
                self._here = _here(self._where)
            except KubeError as error:
                raise _unusable(error) from error
        return self._here

    async def close(self) -> None:
        """Closes the connection."""
        if self._kube is not None:
            await self._kube.close()

    @property
    def server(self) -> str:
        """The API server's address, for a sentence."""
        return self._kube.server if self._kube is not None else "the cluster"

    @property
    def home(self) -> str:
        """The one namespace. Raises Trouble where all are meant."""
        if self.namespace is None:
            raise Trouble("this needs one namespace: say which with -n in place of -A")
        return self.namespace

    @property
    def extent(self) -> str:
        """Where there are several of what is looked for, in a sentence."""
        return f"in namespace {self.namespace}" if self.namespace is not None else "in all namespaces"

    @property
    def scope(self) -> str:
        """Where there is none of what is looked for, in a sentence."""
        return f"in namespace {self.namespace}" if self.namespace is not None else "in any namespace"

    async def syncs(self, names: Iterable[str] = (), labels: str = "") -> list[Resource]:
        """The MusicSyncs of these names (none given: all), by namespace and name. Raises Trouble where one isn't there."""
        wanted = set(map(sync_name, names))
        found = await (await self.kube()).list(MUSICSYNCS, self.namespace, labels=labels)
        there = [one for one in found if not wanted or one["metadata"]["name"] in wanted]
        missing = sorted(wanted - {one["metadata"]["name"] for one in there})
        if missing:
            raise Trouble(f"there is no MusicSync {missing[0]} {self.scope}: {_those(found)}")
        return sorted(there, key=_place)

    async def sync(self, name: str | None) -> Resource:
        """One MusicSync; without a name the only one there is. Raises Trouble."""
        if name is not None:
            return (await self.syncs([name]))[0]
        found = await (await self.kube()).list(MUSICSYNCS, self.namespace)
        if len(found) == 1:
            return found[0]
        if not found:
            raise Trouble(f"there is no MusicSync {self.scope}: choose another namespace with -n, or all with -A")
        raise Trouble(f"there are several MusicSyncs {self.extent}: say which ({_those(found)})")

    async def sync_named(self, name: str, beside: Resource) -> Resource | None:
        """The MusicSync of that name in the namespace of another object; None where it is gone."""
        try:
            return await (await self.kube()).get(MUSICSYNCS, beside["metadata"]["namespace"], name)
        except NotFound:
            return None

    async def tracks(self, choice: Choice = Choice(), phases: Iterable[str] = ()) -> list[Resource]:  # noqa: B008
        """The Tracks that are meant, by namespace and name; `phases` narrows them to these."""
        wanted = tuple(phases)
        fields = [f"spec.musicSyncRef.name={sync_name(choice.sync)}"] if choice.sync else []
        if len(wanted) == 1:
            fields.append(f"status.phase={wanted[0]}")
        found = await (await self.kube()).list(TRACKS, self.namespace, labels=choice.labels, fields=",".join(fields))
        there = (one for one in found if not wanted or (one.get("status") or {}).get("phase") in wanted)
        return sorted(there, key=_place)

    async def track(self, words: str, sync: str | None = None) -> Resource:
        """The one Track that is meant: by its name, the end of it, or words of its artist and title. Raises Trouble."""
        words = _bare(words.strip(), "track", "tracks", "trk")
        if self.namespace is not None and _is_name(words):
            try:
                return await (await self.kube()).get(TRACKS, self.namespace, words)
            except NotFound:
                pass
        meant: list[Resource] = named(words, await self.tracks(Choice(sync)))
        if len(meant) == 1:
            return meant[0]
        if not meant:
            raise Trouble(f"there is no Track {words!r} {self.scope}: `navaar tracks` lists those that there are")
        some = ", ".join(f"{song_of(one)} ({one['metadata']['name']})" for one in meant[:SOME])
        more = f" and {len(meant) - SOME} more" if len(meant) > SOME else ""
        raise Trouble(f"{words!r} may be any of {len(meant)} Tracks {self.extent}: {some}{more}; say which")

    async def carry_out(self, act: Act, dry_run: str = DryRun.NONE) -> Resource:
        """Does it; the object as it then is, or would be. Raises Conflict where it was decided on what isn't so any more."""
        kind: Kind = _KINDS[act.kind]
        kube = await self.kube()
        if dry_run == DryRun.CLIENT:
            return act.manifest if act.new else merged(await kube.get(kind, act.namespace, act.name), act.patch)
        kube.rehearses = dry_run == DryRun.SERVER
        if act.new:
            return await kube.create(kind, act.namespace, act.manifest)
        body = dict(act.patch)
        if act.version is not None:
            body["metadata"] = {**body.get("metadata", {}), "resourceVersion": act.version}
        return await kube.patch(kind, act.namespace, act.name, body)


def sync_name(words: str) -> str:
    """A MusicSync's name, also where its kind stands before it, as `-o name` and kubectl write it."""
    return _bare(words.strip(), "musicsync", "musicsyncs", "msync")


def _bare(words: str, *kinds: str) -> str:
    kind, slash, name = words.partition("/")
    return name if slash and kind.removesuffix(f".{GROUP}") in kinds else words


@asynccontextmanager
async def opened(where: Where) -> AsyncIterator[Cluster]:
    """The cluster that is meant. What the API server refuses comes out as Trouble."""
    cluster = Cluster(where)
    try:
        yield cluster
    except KubeError as error:
        raise told(error, cluster.server) from error
    finally:
        await cluster.close()


def _unusable(error: Exception) -> Trouble:
    message = str(error).rstrip(".")
    return Trouble(f"{message}: say which cluster is meant with --kubeconfig and --context")


def _here(where: Where) -> tuple[bool, str]:
    """Whether the pod that this runs in says which cluster is meant, as no kubeconfig does; and the namespace."""
    named = where.kubeconfig is not None or where.context is not None or bool(os.environ.get("KUBECONFIG"))
    if named or (Path.home() / ".kube" / "config").exists() or not POD_NAMESPACE.exists():
        return False, _context_namespace(where)
    return True, POD_NAMESPACE.read_text().strip()


def _context_namespace(where: Where) -> str:
    """The namespace of the context. Raises KubeError."""
    known, active = contexts(where.kubeconfig)
    if where.context is not None:
        found = next((one for one in known if one["name"] == where.context), None)
        if found is None:
            names = ", ".join(one["name"] for one in known) or "none"
            raise Trouble(f"there is no context {where.context} in the kubeconfig; there are: {names}")
        active = found
    namespace: str = active["context"].get("namespace") or "default"
    return namespace


def _is_name(words: str) -> bool:
    return bool(words) and all(c.isascii() and (c.islower() or c.isdigit() or c in "-.") for c in words)


def _place(resource: Resource) -> tuple[str, str]:
    return resource["metadata"]["namespace"], resource["metadata"]["name"]


def _those(found: list[Resource]) -> str:
    names = sorted({one["metadata"]["name"] for one in found})
    if not names:
        return "there is none; choose another namespace with -n, or all with -A"
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}"
