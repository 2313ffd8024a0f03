"""The chart under `charts/navaar`: rendered, checked and installed by Helm itself, built from a pinned Go module."""

from sandbox.helm.chart import CHART, HelmError, helm, render

__all__ = ["CHART", "HelmError", "helm", "render"]
