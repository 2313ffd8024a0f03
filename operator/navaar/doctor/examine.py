"""The whole examination, in the order in which things depend on each other."""

from collections.abc import AsyncIterator, Sequence

from navaar.doctor.accounts import musicsync
from navaar.doctor.cluster import cluster, resources
from navaar.doctor.operator import Installation, installations, operator, without_deployment
from navaar.doctor.reach import reach
from navaar.doctor.rights import rights
from navaar.doctor.section import Section
from navaar.kube.client import Kube
from navaar.kube.errors import Denied, KubeError
from navaar.kube.kinds import MUSICSYNCS
from navaar.people.finding import Finding, ask, bad, step

USUAL = "navaar-system"
STEPS = (
    "Name your channel and your playlists in examples/quickstart/musicsync.yaml, and apply it.",
    "Sign in with navaar auth telegram -n {namespace}; then the same with google (or cookies), and with spotify.",
    "Watch the songs come: navaar status -n {namespace} --watch",
)


async def examine(kube: Kube, namespace: str | None, *, call: bool = True) -> AsyncIterator[Section]:
    """Looks at everything, as far as the person may; `namespace` None: at the MusicSyncs of all. Raises KubeError at the start.

    `call`: the services and the accounts in the Secrets are asked, too.
    """
    yield Section("Cluster", await cluster(kube))
    found, served = await resources(kube)
    yield Section("Resources", found)
    home = namespace or "default"
    known, everywhere = await installations(kube, (home, USUAL))
    serving = [one for one in known if namespace is None or None in one.serves or namespace in one.serves]
    operators = await _operators(kube, known, serving, everywhere, home)
    yield Section("Operator", operators)
    for one in serving:
        watched = [name for name in one.serves if namespace is None or name in (None, namespace)]
        yield Section("Rights", await rights(kube, one.account, one.namespace, watched))
    syncs, seen = [], True
    if served:
        try:
            syncs = await kube.list(MUSICSYNCS, namespace)
        except Denied:
            seen = False
            yield Section(
                "MusicSyncs",
                [ask(f"You may not list MusicSyncs in {namespace or 'all namespaces'}.", "Choose another with -n.")],
            )
        except KubeError as error:
            seen = False
            yield Section("MusicSyncs", [ask(f"MusicSyncs couldn't be listed: {error.message}.")])
    for sync in syncs:
        where = sync["metadata"]["namespace"]
        yield Section(f"MusicSync {where}/{sync['metadata']['name']}", await musicsync(kube, sync, call=call))
    if call:
        yield Section("Services", await reach())
    if not syncs and seen:
        yield Section("Next steps", _steps(served and _runs(operators), home))


async def _operators(
    kube: Kube, known: Sequence[Installation], serving: Sequence[Installation], everywhere: bool, home: str
) -> list[Finding]:
    """What is to be said of the operators that serve the namespace, or of there being none."""
    if not known and (found := await without_deployment(kube)):
        return found
    if not known and everywhere:
        return [bad("No operator is installed in this cluster.", _install(home))]
    if not known:
        return [
            ask(
                f"There is no operator in namespaces {home} and {USUAL}; others are not yours to look at.",
                _install(home),
            )
        ]
    if not serving:
        return [bad(f"No operator serves namespace {home}.", _serve(known[0], home))]
    return [finding for one in serving for finding in await operator(kube, one)]


def _install(namespace: str) -> str:
    return f"helm install navaar charts/navaar -n {namespace} --create-namespace"


def _serve(one: Installation, namespace: str) -> str:
    """The line that has an operator serve one more namespace; a second operator would bring the resources a second time."""
    names = ",".join([*(name for name in one.serves if name is not None), namespace])
    return f"helm upgrade {one.release} charts/navaar -n {one.namespace} --reuse-values --set 'watchNamespaces={{{names}}}'"


def _runs(operators: Sequence[Finding]) -> bool:
    return any(finding.verdict == "good" for finding in operators)


def _steps(installed: bool, namespace: str) -> list[Finding]:
    """What a person does next who has no MusicSync yet."""
    steps = [] if installed else [f"Install the operator: {_install(namespace)}"]
    steps += [one.format(namespace=namespace) for one in STEPS]
    return [step(f"{number}. {one}") for number, one in enumerate(steps, 1)]
