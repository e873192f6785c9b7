{{/* Where the parts find each other. */}}

{{- define "haetae.http.scheme" -}}{{ ternary "https" "http" .Values.tls.internal.enabled }}{{- end -}}

{{/* (list $ component) */}}
{{- define "haetae.url" -}}
{{- $component := include "haetae.component" . | fromYaml -}}
{{- printf "%s://%s:%v" (include "haetae.http.scheme" (index . 0)) (include "haetae.component.name" .) $component.port -}}
{{- end -}}

{{- define "haetae.postgres.host" -}}
{{- if eq .Values.postgresql.mode "internal" -}}
{{- include "haetae.component.name" (list . "postgresql") -}}
{{- else if eq .Values.postgresql.mode "cloudnative-pg" -}}
{{- include "haetae.postgres.cluster" . }}-rw
{{- else -}}
{{- .Values.postgresql.external.host -}}
{{- end -}}
{{- end -}}

{{- define "haetae.postgres.port" -}}
{{- if eq .Values.postgresql.mode "external" -}}{{ .Values.postgresql.external.port }}{{- else -}}5432{{- end -}}
{{- end -}}

{{- define "haetae.postgres.cluster" -}}
{{- .Values.postgresql.cloudnativePg.name | default (include "haetae.component.name" (list . "postgresql")) -}}
{{- end -}}

{{/* "true" where the server's certificate is checked. */}}
{{- define "haetae.postgres.verified" -}}
{{- if or (eq .Values.postgresql.mode "cloudnative-pg") .Values.postgresql.caSecret (and (eq .Values.postgresql.mode "internal") .Values.tls.internal.enabled) -}}true{{- end -}}
{{- end -}}

{{/* The Secret whose ca.crt the server's certificate is checked against; empty where there is none. */}}
{{- define "haetae.postgres.ca" -}}
{{- if .Values.postgresql.caSecret -}}{{ .Values.postgresql.caSecret }}
{{- else if eq .Values.postgresql.mode "cloudnative-pg" -}}{{ include "haetae.postgres.cluster" . }}-ca
{{- else if and (eq .Values.postgresql.mode "internal") .Values.tls.internal.enabled -}}{{ include "haetae.tls.secret" (list . "postgresql") }}
{{- end -}}
{{- end -}}

{{- define "haetae.redis.address" -}}
{{- if eq .Values.redis.mode "internal" -}}
{{- include "haetae.component.name" (list . "redis") }}:6379
{{- else -}}
{{- join "," .Values.redis.external.addresses -}}
{{- end -}}
{{- end -}}

{{- define "haetae.redis.ca" -}}
{{- if .Values.redis.caSecret -}}{{ .Values.redis.caSecret }}
{{- else if and (eq .Values.redis.mode "internal") .Values.tls.internal.enabled -}}{{ include "haetae.tls.secret" (list . "redis") }}
{{- end -}}
{{- end -}}

{{- define "haetae.triton.address" -}}
{{- if eq .Values.triton.mode "external" -}}{{ .Values.triton.external.address }}
{{- else -}}{{ include "haetae.component.name" (list . "triton") }}:8001
{{- end -}}
{{- end -}}

{{/* The Secret whose ca.crt Triton's certificate is checked against; empty: gRPC without TLS. */}}
{{- define "haetae.triton.ca" -}}
{{- if eq .Values.triton.mode "external" -}}{{ .Values.triton.external.caSecret }}
{{- else if .Values.tls.internal.enabled -}}{{ include "haetae.tls.secret" (list . "triton") }}
{{- end -}}
{{- end -}}

{{/* (list $ component): the Secret with tls.crt, tls.key and ca.crt of a part's own server. */}}
{{- define "haetae.tls.secret" -}}
{{- (index . 0).Values.tls.internal.existingSecret | default (printf "%s-tls" (include "haetae.component.name" .)) -}}
{{- end -}}
