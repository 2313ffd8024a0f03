"""Kubeconfigs, read by the client library, whose errors become sentences here."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio import config as kubernetes_config
from kubernetes.aio.client.configuration import Configuration

from navaar.kube.errors import Denied, KubeError

config: Any = kubernetes_config  # untyped

_LIBRARY = logging.getLogger("kubernetes.aio.config.kube_config")

_BYTES = re.compile(r"""\bb(['"])(.*)\1$""")


async def load(kubeconfig: str | None, context: str | None, settings: Configuration) -> None:
    """Fills `settings` from a kubeconfig (None: the usual place) and its context (None: the current one).

    Raises KubeError where it can't be read, and Denied where the program that it signs in by fails: of that the library only
    logs [kubernetes.aio.config.kube_config, load_from_exec_plugin], and then asks the API server without a name.
    """
    with _read(kubeconfig) as file, _errors() as errors:
        await config.load_kube_config(file, context, settings, persist_config=False)
    if errors:
        raise Denied(f"the program that the kubeconfig signs in by failed: {_plain(errors[-1])}", status=401)


def contexts(kubeconfig: str | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The contexts of a kubeconfig (None: of the usual place), and the current one. Raises KubeError."""
    with _read(kubeconfig) as file:
        found: tuple[list[dict[str, Any]], dict[str, Any]] = config.list_kube_config_contexts(file)
    return found


@contextmanager
def _read(kubeconfig: str | None) -> Iterator[str]:
    file = kubeconfig or os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    if not any(Path(one).expanduser().exists() for one in file.split(os.pathsep)):
        raise KubeError(f"there is no kubeconfig {file}")
    try:
        yield file
    except (config.ConfigException, OSError, ValueError, yaml.YAMLError) as error:
        raise KubeError(f"the kubeconfig {file} can't be read: {' '.join(str(error).split())}") from error
    except (TypeError, AttributeError, KeyError) as error:
        # The library takes for granted what should be in it.
        raise KubeError(f"{file} is no kubeconfig") from error


@contextmanager
def _errors() -> Iterator[list[str]]:
    """What the library logs as an error meanwhile. It is said by an exception, so it goes into no other log."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    listener, passed_on = Listener(logging.ERROR), _LIBRARY.propagate
    _LIBRARY.addHandler(listener)
    _LIBRARY.propagate = False
    try:
        yield said
    finally:
        _LIBRARY.removeHandler(listener)
        _LIBRARY.propagate = passed_on


def _plain(message: str) -> str:
    """Without the marks of Python that the library leaves around what the program said."""
    return _BYTES.sub(lambda found: found[2].replace("\\n", " "), message.removeprefix("exec: ").strip())
