"""What belongs to Prometheus: promtool, and the definitions of the Prometheus operator, as go.mod files pin them."""

from sandbox.prometheus.promtool import PROMTOOL, failures
from sandbox.prometheus.resources import definitions

__all__ = ["PROMTOOL", "definitions", "failures"]
