{{/*
Places of flows.yaml as `to` and `from` of a NetworkPolicy: {"pods": [component...]} for pods of the chart, {"peers": [...]} for
others, each with "ports"; empty where the place is not in use.
*/}}

{{/* (list $ place) */}}
{{- define "haetae.place" -}}
{{- $root := index . 0 -}}{{- $place := index . 1 -}}
{{- if kindIs "slice" $place -}}
pods: {{ toJson $place }}
{{- else if has $place (list "ingest" "detect" "reid" "alert" "delivery" "search") -}}
pods: [{{ $place }}]
{{- else -}}
{{- include (printf "haetae.place.%s" $place) $root -}}
{{- end -}}
{{- end -}}

{{/* (list networks ports) */}}
{{- define "haetae.place.networks" -}}
peers:
  {{- range index . 0 }}
  - ipBlock: {cidr: {{ . | quote }}}
  {{- end }}
{{- with index . 1 }}
ports:
  {{- range . }}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
{{- end }}
{{- end -}}

{{/* (list namespace labels) */}}
{{- define "haetae.place.namespace" -}}
- namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ index . 0 }}}}
  {{- with index . 1 }}
  podSelector: {matchLabels: {{ toJson . }}}
  {{- end }}
{{- end -}}

{{/* Everything that is routed in public: no private, shared, link-local (metadata services) or multicast addresses. */}}
{{- define "haetae.place.internet" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 224.0.0.0/4]
- ipBlock:
    cidr: ::/0
    except: ["::1/128", "fc00::/7", "fe80::/10", "ff00::/8"]
{{- end -}}

{{- define "haetae.place.dns" -}}
{{- with .Values.networkPolicy.dns -}}
peers:
  {{- include "haetae.place.namespace" (list .namespace .labels) | nindent 2 }}
ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
{{- end -}}
{{- end -}}

{{- define "haetae.place.redis" -}}
{{- if eq .Values.redis.mode "internal" -}}
pods: [redis]
{{- else -}}
{{- include "haetae.place.networks" (list .Values.redis.external.networks .Values.redis.external.ports) -}}
{{- end -}}
{{- end -}}

{{- define "haetae.place.postgresql" -}}
{{- if eq .Values.postgresql.mode "internal" -}}
pods: [postgresql]
{{- else if eq .Values.postgresql.mode "cloudnative-pg" -}}
peers:
  - podSelector: {matchLabels: {cnpg.io/cluster: {{ include "haetae.postgres.cluster" . }}}}
ports: [{port: 5432, protocol: TCP}]
{{- else -}}
{{- include "haetae.place.networks" (list .Values.postgresql.external.networks (list .Values.postgresql.external.port)) -}}
{{- end -}}
{{- end -}}

{{- define "haetae.place.triton" -}}
{{- if eq .Values.triton.mode "external" -}}
{{- include "haetae.place.networks" (list .Values.triton.external.networks (list .Values.triton.external.port)) -}}
{{- else -}}
pods: [triton]
ports: [{port: 8001, protocol: TCP}]
{{- end -}}
{{- end -}}

{{- define "haetae.place.s3" -}}
{{- if eq .Values.blobs.mode "s3" -}}
{{- include "haetae.place.networks" (list .Values.blobs.s3.networks (list .Values.blobs.s3.port)) -}}
{{- end -}}
{{- end -}}

{{- define "haetae.place.milvus" -}}
{{- if .Values.milvus.enabled -}}
{{- include "haetae.place.networks" (list .Values.milvus.networks (list .Values.milvus.port)) -}}
{{- end -}}
{{- end -}}

{{- define "haetae.place.understanding" -}}
{{- if .Values.understanding.endpoint -}}
{{- include "haetae.place.networks" (list .Values.understanding.networks (list .Values.understanding.port)) -}}
{{- end -}}
{{- end -}}

{{- define "haetae.place.collector" -}}
{{- with .Values.telemetry.traces -}}
{{- if .endpoint -}}
peers:
  {{- if .namespace }}
  {{- include "haetae.place.namespace" (list .namespace .labels) | nindent 2 }}
  {{- end }}
  {{- range .networks }}
  - ipBlock: {cidr: {{ . | quote }}}
  {{- end }}
ports: [{port: {{ .port }}, protocol: TCP}]
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "haetae.place.cameras" -}}
{{- with .Values.sources -}}
{{- if or .privateNetworks .public -}}
peers:
  {{- range .privateNetworks }}
  - ipBlock: {cidr: {{ . | quote }}}
  {{- end }}
  {{- if .public }}
  {{- include "haetae.place.internet" $ | nindent 2 }}
  {{- end }}
{{- with .ports }}
ports:
  {{- range . }}
  - {port: {{ . }}, protocol: TCP}
  - {port: {{ . }}, protocol: UDP}
  {{- end }}
{{- end }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "haetae.place.receivers" -}}
{{- $private := concat .Values.webhooks.privateNetworks .Values.sources.privateNetworks | uniq -}}
{{- if or $private .Values.webhooks.public -}}
peers:
  {{- range $private }}
  - ipBlock: {cidr: {{ . | quote }}}
  {{- end }}
  {{- if .Values.webhooks.public }}
  {{- include "haetae.place.internet" $ | nindent 2 }}
  {{- end }}
ports:
  {{- range .Values.webhooks.ports }}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
{{- end -}}
{{- end -}}

{{- define "haetae.place.model-sources" -}}
{{- if and .Values.models.pull (not .Values.models.mirror.volume) (ne .Values.triton.mode "external") -}}
peers:
  {{- include "haetae.place.internet" . | nindent 2 }}
ports: [{port: 443, protocol: TCP}]
{{- end -}}
{{- end -}}

{{- define "haetae.place.front" -}}
{{- with .Values.front.from -}}
peers:
  {{- range . }}
  {{- include "haetae.place.namespace" (list .namespace .labels) | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{- define "haetae.place.prometheus" -}}
{{- with .Values.networkPolicy.prometheus -}}
peers:
  {{- include "haetae.place.namespace" (list . dict) | nindent 2 }}
{{- end -}}
{{- end -}}

{{- define "haetae.place.keda" -}}
{{- if include "haetae.has.keda" . -}}
peers:
  {{- include "haetae.place.namespace" (list .Values.networkPolicy.keda dict) | nindent 2 }}
{{- end -}}
{{- end -}}
