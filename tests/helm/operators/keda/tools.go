//go:build tools

// KEDA's operator and its server of metrics: imported only so that go.mod pins them.
package keda

import (
	_ "github.com/kedacore/keda/v2/cmd/adapter"
	_ "github.com/kedacore/keda/v2/cmd/operator"
)
