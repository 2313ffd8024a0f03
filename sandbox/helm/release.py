"""The chart, rendered once, as it would be rendered for any release in any namespaces of this machine."""

import functools
import json
from collections.abc import Sequence
from typing import Any

from sandbox.helm.chart import Manifest, render

OWN, WATCHED = "own-namespace", "watched-namespace"
PROXY, DIRECT = "http://proxy.invalid:3128", "direct.invalid"
AUTHORITIES = "authorities"
"""The ConfigMap with the certificates to trust, under the key `ca.crt`."""
API_TOKEN = "api-token"
"""The Secret with the token for the API, under the key `token`."""


class Release:
    """A release behind a proxy that ends TLS, as the sandbox is one."""

    def __init__(self, namespaces: Sequence[str], proxy: str, direct: str) -> None:
        """In the first of `namespaces`, for all of them. `direct` are the hosts that are reached without `proxy`."""
        self._words = {OWN: namespaces[0], PROXY: proxy, DIRECT: direct}
        self.manifests: list[Manifest] = []
        for text in _rendered():
            # What is made for each namespace is alike but for its name: of the one that was rendered, several are made.
            own = f'"namespace": "{WATCHED}"' not in text
            for namespace in namespaces[:1] if own else namespaces:
                self.manifests.append(self._said(text, namespace))
        arguments = self.deployment["spec"]["template"]["spec"]["containers"][0]["args"]
        at = arguments.index(f"--namespace={namespaces[0]}")
        arguments[at : at + 1] = [f"--namespace={namespace}" for namespace in namespaces]

    @property
    def deployment(self) -> Manifest:
        """The operator's."""
        return next(manifest for manifest in self.manifests if manifest["kind"] == "Deployment")

    def _said(self, text: str, namespace: str) -> Manifest:
        for placeholder, word in {**self._words, WATCHED: namespace}.items():
            text = text.replace(placeholder, word)
        manifest: Manifest = json.loads(text)
        return manifest


@functools.cache
def _rendered() -> tuple[str, ...]:
    """Each object but the resources' definitions, which are the whole cluster's, as JSON."""
    values: dict[str, Any] = {
        "watchNamespaces": [WATCHED],
        "proxy.httpsProxy": PROXY,
        "proxy.noProxy": DIRECT,
        "caBundle.configMap": AUTHORITIES,
        "api.tokenSecret": API_TOKEN,
        "crds.enabled": False,
    }
    return tuple(json.dumps(manifest) for manifest in render(values, namespace=OWN))
