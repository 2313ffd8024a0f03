"""What a kubelet makes of a pod's template: arguments, environment and files of the process in its container."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Pod:
    """A process as a Deployment asks for it, in folders of this machine in the place of its volumes."""

    namespace: str
    account: str
    """The name of its ServiceAccount."""
    arguments: list[str]
    environment: dict[str, str]

    @classmethod
    def of(
        cls,
        deployment: Manifest,
        folder: Path,
        config_maps: Mapping[str, Mapping[str, str]],
        secrets: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> "Pod":
        """The pod of `deployment`, its volumes made in `folder`; `config_maps` and `secrets` by name and key.

        Raises KeyError for what only a kubelet knows, such as a ConfigMap that isn't there.
        """
        namespace = deployment["metadata"]["namespace"]
        spec = deployment["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        mounts = _mounted(spec, container, folder, {"configMap": config_maps, "secret": secrets})
        environment: dict[str, str] = {}
        for variable in container["env"]:
            value = variable.get("value")
            if value is None:
                value = {"metadata.namespace": namespace}[variable["valueFrom"]["fieldRef"]["fieldPath"]]
            environment[variable["name"]] = _here(_expanded(value, environment), mounts)
        arguments = [_here(_expanded(argument, environment), mounts) for argument in container["args"]]
        return cls(namespace, spec["serviceAccountName"], arguments, environment)


def _mounted(
    spec: Manifest, container: Manifest, folder: Path, files: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> dict[str, Path]:
    """Where the volumes of the container are, by their paths in it."""
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    made: dict[str, Path] = {}
    for mount in container["volumeMounts"]:
        place = folder / mount["mountPath"].lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        volume = volumes[mount["name"]]
        kind = next(kind for kind in volume if kind != "name")
        if kind in files:
            source = volume[kind]
            held = files[kind][source.get("secretName") or source["name"]]
            for item in source["items"]:
                (place / item["path"]).write_text(held[item["key"]])
        elif kind != "emptyDir":
            raise KeyError(f"nobody here knows what to mount for {volume}")
        made[mount["mountPath"]] = place
    return made


def _expanded(text: str, environment: Mapping[str, str]) -> str:
    """As Kubernetes does it: `$(NAME)` is that variable, if it was set before; else it stays as it is."""
    return re.sub(r"\$\((\w+)\)", lambda found: environment.get(found[1], found[0]), text)


def _here(text: str, mounts: Mapping[str, Path]) -> str:
    """The path in a value or an argument, as it is on this machine."""
    for path, place in mounts.items():
        text = re.sub(rf"(?<![^=]){re.escape(path)}(?=/|$)", str(place), text)
    return text
