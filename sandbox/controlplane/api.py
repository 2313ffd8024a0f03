"""A small client of the API server, for what the sandbox and its tests ask. It never uses a proxy."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .errors import ApiError


class Api:
    """Calls one API server with a bearer token. Safe to use from several threads."""

    def __init__(self, server: str, ca: str, token: str, agent: str = "navaar-sandbox") -> None:
        """`ca` is the CA's certificate as PEM text; `agent` is the User-Agent in the audit log."""
        address = urlsplit(server)
        self._host, self._port = address.hostname or "", address.port or 443
        self._tls = ssl.create_default_context(cadata=ca)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "User-Agent": agent,
        }

    @classmethod
    def from_kubeconfig(cls, path: Path, agent: str = "navaar-sandbox") -> Api:
        """For a kubeconfig of a local control plane, or one that `kubeconfig_for` made."""
        config = yaml.safe_load(path.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        if "token" not in user or "certificate-authority-data" not in cluster:
            raise ApiError(0, f"{path} has no token and CA of its own, which is all that this client understands")
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        return cls(cluster["server"], authority, user["token"], agent)

    def get(self, path: str) -> Any:
        """The object at `path`. Raises ApiError."""
        return self.request("GET", path)

    def create(self, path: str, body: dict[str, Any]) -> Any:
        """Create `body` in the collection at `path` and return it as stored. Raises ApiError."""
        return self.request("POST", path, body)

    def delete(self, path: str) -> Any:
        """Delete the object at `path`. Raises ApiError."""
        return self.request("DELETE", path)

    def request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> Any:
        """The answer, parsed if it is JSON and else as text. Raises ApiError for a status of 400 or more."""
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=30, context=self._tls)
        try:
            headers = self._headers | ({"Content-Type": content_type} if body is not None else {})
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(0, f"{method} {path}: {error}") from error
        finally:
            connection.close()
        kind = answer.getheader("Content-Type") or ""
        content = json.loads(text) if kind.startswith("application/json") else text
        if answer.status >= 400:
            told = content.get("message", text) if isinstance(content, dict) else content
            raise ApiError(answer.status, f"{method} {path}: {answer.status} {told}")
        return content
