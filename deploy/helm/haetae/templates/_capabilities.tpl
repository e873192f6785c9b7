{{/* "true" where something is to be made whose kind not every cluster knows: (list $ auto|always|never group/version). */}}
{{- define "haetae.has" -}}
{{- $wanted := index . 1 -}}
{{- if or (eq $wanted "always") (and (eq $wanted "auto") ((index . 0).Capabilities.APIVersions.Has (index . 2))) -}}true{{- end -}}
{{- end -}}

{{- define "haetae.has.keda" -}}{{ include "haetae.has" (list . .Values.autoscaling.keda "keda.sh/v1alpha1") }}{{- end -}}
{{- define "haetae.has.servicemonitor" -}}{{ include "haetae.has" (list . .Values.monitoring.serviceMonitor "monitoring.coreos.com/v1") }}{{- end -}}
{{- define "haetae.has.rules" -}}{{ include "haetae.has" (list . .Values.monitoring.rules "monitoring.coreos.com/v1") }}{{- end -}}
