// Nothing is built of this: the definitions of ServiceMonitor and PrometheusRule are files in this module.
module navaar.dev/prometheus/definitions

go 1.24.0

require github.com/prometheus-operator/prometheus-operator v0.83.0
