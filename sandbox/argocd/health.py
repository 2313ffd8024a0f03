"""The health scripts of `examples/gitops`, run as Argo CD runs them.

Argo CD opens little of Lua to them (util/lua/lua.go): the basic functions, `table`, `package`, and of `os` the time; no
`string`, no `math`. It hands over the object as the global `obj` and takes the table that is returned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from lupa import lua51

SETTINGS = Path(__file__).parents[2] / "examples" / "gitops" / "argocd" / "argocd-cm.yaml"

HEALTHS = ("Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown")
"""Best first: an Application is as well as the worst of what it holds."""

_CLOSED = """
getmetatable("").__index = nil
for _, name in ipairs({ "string", "math", "io", "debug", "coroutine", "python" }) do
  _G[name] = nil
  package.loaded[name] = nil
end
os = { time = os.time, date = os.date }
"""


@dataclass(frozen=True, slots=True)
class Health:
    """How a resource fares, in Argo CD's words."""

    status: str
    message: str = ""


class HealthScripts:
    """The scripts of an `argocd-cm`, by kind."""

    def __init__(self, settings: Path = SETTINGS) -> None:
        """From the ConfigMap in that file."""
        prefix = "resource.customizations.health."
        data = yaml.safe_load(settings.read_text(encoding="utf-8"))["data"]
        self._scripts = {key.removeprefix(prefix): text for key, text in data.items() if key.startswith(prefix)}

    def health(self, resource: Mapping[str, Any]) -> Health | None:
        """How it fares; None for a kind without a script. Raises lupa's LuaError where the script fails."""
        if resource["metadata"].get("deletionTimestamp"):
            return Health("Progressing", "Pending deletion")  # gitops-engine asks no script then
        group, kind = resource["apiVersion"].partition("/")[0], resource["kind"]
        script = self._scripts.get(f"{group}_{kind}")
        if script is None:
            return None
        lua = lua51.LuaRuntime(register_eval=False, register_builtins=False)
        lua.execute(_CLOSED)
        lua.globals().obj = _table(lua, resource)
        said = lua.execute(script)
        if said is None:
            return None
        status = str(said["status"])
        if status not in HEALTHS:
            return Health("Unknown", "Lua returned an invalid health status")
        return Health(status, str(said["message"] or ""))


def _table(lua: Any, value: Any) -> Any:
    """As Argo CD's decodeValue does it: lists count from 1, and what is null isn't there."""
    if isinstance(value, Mapping):
        table = lua.table()
        for name, inner in value.items():
            table[name] = _table(lua, inner)
        return table
    if isinstance(value, list):
        return lua.table(*(_table(lua, inner) for inner in value))
    return value
