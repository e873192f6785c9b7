module haetae.test/kinds

go 1.26.0

// Only files are taken from these: the definitions of kinds that the chart makes objects of where a cluster knows them.
require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/kedacore/keda/v2 v2.21.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.6.0
)
