"""An Application with automated sync, pruning and self-healing: what is in Git is applied, what was in Git is pruned.

Facts are those of Argo CD v3.6.1 and its gitops-engine: an object is an Application's by its tracking id, or by the label
`app.kubernetes.io/instance` where that method is chosen (the default before 3.0); an object with an owner is never pruned;
status is no part of a comparison; with ServerSideApply the comparison is a dry run of the apply, else a patch of three.
"""

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.argocd.mergepatch import merged, of_three
from sandbox.controlplane import Api, ApiError
from sandbox.controlplane.discovery import Places, Served, served

TRACKING_ID = "argocd.argoproj.io/tracking-id"
INSTANCE = "app.kubernetes.io/instance"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
MANAGER = "argocd-controller"

NEVER_WATCHED = {("coordination.k8s.io", "Lease"), ("events.k8s.io", "Event"), ("", "Event")}

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutOfSync:
    """An object that is not as in Git: `Missing`, `Modified` (then `change` says how) or `Extra`."""

    kind: str
    name: str
    how: str
    change: str = ""


class Application:
    """An Application over some namespaces, and what has none. `git` is what is in Git, to be changed by whoever commits."""

    def __init__(
        self,
        api: Api,
        name: str,
        git: Iterable[Manifest],
        namespaces: Iterable[str],
        *,
        server_side: bool = True,
        by_label: bool = False,
    ) -> None:
        """`server_side`: with ServerSideApply; `by_label`: tracked by label, and not by annotation."""
        self.git = [copy.deepcopy(manifest) for manifest in git]
        self._api, self._name, self._namespaces = api, name, list(namespaces)
        self._server_side, self._by_label = server_side, by_label
        self._places = Places(api)
        self._kinds = [s for s in served(api) if "/" not in s.plural and {"list", "delete"} <= {*s.verbs}]

    # ------------------------------------------------------------------ what it does

    def compare(self) -> list[OutOfSync]:
        """Everything that is not as in Git. Raises ApiError."""
        found = []
        for wanted in self._wanted():
            how, change = self._compared(wanted)
            if how:
                found.append(OutOfSync(wanted["kind"], wanted["metadata"]["name"], how, change))
        extra = [OutOfSync(live["kind"], live["metadata"]["name"], "Extra") for _, live in self._extra()]
        return [*found, *extra]

    def sync(self) -> None:
        """Applies all that is in Git, changed or not, and prunes what is not. Raises ApiError."""
        for wanted in self._wanted():
            self._apply(wanted)
        for path, live in self._extra():
            if "Prune=false" not in (live["metadata"].get("annotations") or {}).get(SYNC_OPTIONS, ""):
                precondition = {"uid": live["metadata"]["uid"]}
                self._api.request("DELETE", path, {"propagationPolicy": "Foreground", "preconditions": precondition})

    def heal(self) -> list[OutOfSync]:
        """One round of self-healing: what was not as in Git, and is then made so."""
        found = self.compare()
        if found:
            self.sync()
        return found

    def live(self) -> list[Manifest]:
        """The objects in Git, as they are in the cluster; those that are missing left out."""
        return [live for wanted in self._wanted() if (live := self._get(wanted)) is not None]

    # ------------------------------------------------------------------ how it does it

    def _wanted(self) -> list[Manifest]:
        made = []
        for manifest in copy.deepcopy(self.git):
            metadata = manifest["metadata"]
            if self._by_label:
                metadata.setdefault("labels", {})[INSTANCE] = self._name
            else:
                group = manifest["apiVersion"].rpartition("/")[0].partition("/")[0]
                where = f"{metadata.get('namespace', '')}/{metadata['name']}"
                id = f"{self._name}:{group}/{manifest['kind']}:{where}"
                metadata.setdefault("annotations", {})[TRACKING_ID] = id
            made.append(manifest)
        return made

    def _tracked(self, live: Manifest) -> bool:
        metadata = live["metadata"]
        if self._by_label:
            return bool((metadata.get("labels") or {}).get(INSTANCE) == self._name)
        # Stricter than Argo CD, which minds a copied id only if it names the very object.
        id: str = (metadata.get("annotations") or {}).get(TRACKING_ID, "")
        return id.startswith(f"{self._name}:")

    def _extra(self) -> list[tuple[str, Manifest]]:
        kept = {(m["kind"], m["metadata"].get("namespace"), m["metadata"]["name"]) for m in self.git}
        found = []
        for kind, namespace in self._watched():
            for live in self._api.get(kind.path(namespace))["items"]:
                live.setdefault("kind", kind.kind)
                metadata = live["metadata"]
                if metadata.get("ownerReferences") or metadata.get("deletionTimestamp") or not self._tracked(live):
                    continue
                if (live["kind"], metadata.get("namespace"), metadata["name"]) not in kept:
                    found.append((f"{kind.path(namespace)}/{metadata['name']}", live))
        return found

    def _watched(self) -> Iterable[tuple[Served, str | None]]:
        for kind in self._kinds:
            if (kind.group, kind.kind) not in NEVER_WATCHED:
                for namespace in self._namespaces if kind.namespaced else [None]:
                    yield kind, namespace

    def _get(self, wanted: Manifest) -> Manifest | None:
        try:
            live: Manifest = self._api.get(self._places.path(wanted))
        except ApiError as error:
            if error.status != 404:
                raise
            return None
        return live

    def _compared(self, wanted: Manifest) -> tuple[str, str]:
        while True:
            live = self._get(wanted)
            if live is None:
                return "Missing", ""
            if self._server_side:
                predicted = self._applied(wanted, dry=True)
                if (self._get(wanted) or live)["metadata"]["resourceVersion"] != live["metadata"]["resourceVersion"]:
                    continue  # changed by somebody in between: neither is the other's past
            else:
                predicted = merged(live, self._patch(wanted, live))
            before, after = _compared(live), _compared(predicted)
            if before == after:
                return "", ""
            return "Modified", f"{json.dumps(before)} would become {json.dumps(after)}"

    def _apply(self, wanted: Manifest) -> None:
        if self._server_side:
            self._applied(wanted)
            return
        live = self._get(wanted)
        noted = _noted(wanted)
        if live is None:
            self._api.create(self._places.path(wanted).rpartition("/")[0], noted)
        elif patch := self._patch(noted, live):
            self._api.request("PATCH", self._places.path(wanted), patch, "application/merge-patch+json")

    def _applied(self, wanted: Manifest, *, dry: bool = False) -> Manifest:
        query = f"?fieldManager={quote(MANAGER)}&force=true{'&dryRun=All' if dry else ''}"
        answer: Manifest = self._api.request(
            "PATCH", self._places.path(wanted) + query, wanted, "application/apply-patch+yaml"
        )
        return answer

    @staticmethod
    def _patch(wanted: Manifest, live: Manifest) -> Manifest:
        applied = json.loads((live["metadata"].get("annotations") or {}).get(LAST_APPLIED, "{}"))
        return of_three(applied, wanted, live)


def _noted(wanted: Manifest) -> Manifest:
    """With what `kubectl apply` notes down of what it applied."""
    made = copy.deepcopy(wanted)
    made["metadata"].setdefault("annotations", {})[LAST_APPLIED] = json.dumps(wanted)
    return made


def _compared(live: Manifest) -> Manifest:
    """What of an object is compared."""
    metadata = {
        k: v for k, v in live["metadata"].items() if k not in ("managedFields", "resourceVersion", "generation")
    }
    return {**{k: v for k, v in live.items() if k != "status"}, "metadata": metadata}
