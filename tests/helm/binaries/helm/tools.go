//go:build tools

// Imported only so that go.mod pins it.
package helm

import _ "helm.sh/helm/v3/cmd/helm"
