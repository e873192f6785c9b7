{{- define "haetae.test.volumes" -}}
{{ include "haetae.volumes.database" . }}
{{- if .Values.tls.internal.enabled }}
{{ include "haetae.volumes.ca" (list "search" (include "haetae.tls.secret" (list . "search"))) }}
{{- end }}
{{- end -}}
