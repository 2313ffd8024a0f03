"""Helm and kubeconform, as go.mod pins them.

Their versions of Kubernetes' libraries are those of the control plane, so that what Go compiled for that is not compiled
again: helm is then there after a minute or two, and from then on in the cache.
"""

from pathlib import Path

from sandbox.controlplane.goprogram import GoProgram

SOURCE = Path(__file__).parent
FLAGS = ("-trimpath", "-buildvcs=false", "-ldflags=-s -w")

HELM = GoProgram("helm", "Helm", SOURCE, "helm", FLAGS, "helm.sh/helm/v4/cmd/helm")
KUBECONFORM = GoProgram(
    "kubeconform", "kubeconform", SOURCE, "helm", FLAGS, "github.com/yannh/kubeconform/cmd/kubeconform"
)
