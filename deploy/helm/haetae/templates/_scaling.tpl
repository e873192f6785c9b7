{{/* How a component grows and shrinks: KEDA where it is there, else by processor time. (list $ component) */}}

{{- define "haetae.scaling" -}}
{{- $root := index . 0 -}}{{- $name := index . 1 -}}
{{- $own := (get $root.Values $name).autoscaling -}}
{{- if $own.enabled -}}
{{- if include "haetae.has.keda" $root -}}
{{- include "haetae.scaling.keda" . -}}
{{- else -}}
{{- include "haetae.scaling.processor" . -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "haetae.scaling.processor" -}}
{{- $own := (get (index . 0).Values (index . 1)).autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "haetae.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "haetae.component.name" . }}}
  minReplicas: {{ $own.min }}
  maxReplicas: {{ $own.max }}
  behavior:
    {{- include "haetae.scaling.behavior" . | nindent 4 }}
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: {{ $own.cpu }}}}
{{- end -}}

{{/* Up at once, down slowly: each change moves cameras, shards or an index that has to be read anew. */}}
{{- define "haetae.scaling.behavior" -}}
scaleUp:
  stabilizationWindowSeconds: 0
scaleDown:
  stabilizationWindowSeconds: 600
  policies: [{type: Pods, value: 1, periodSeconds: 120}]
{{- end -}}

{{- define "haetae.scaling.keda" -}}
{{- $root := index . 0 -}}{{- $name := index . 1 -}}
{{- $own := (get $root.Values $name).autoscaling -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "haetae.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: {name: {{ include "haetae.component.name" . }}}
  minReplicaCount: {{ $own.min }}
  maxReplicaCount: {{ $own.max }}
  pollingInterval: 10 # without an answer the number of pods stays as it is
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        {{- include "haetae.scaling.behavior" . | nindent 8 }}
    {{- if eq $name "detect" }}
    scalingModifiers: # one number over all shards: workers share the shards out among themselves
      formula: {{ include "haetae.scaling.shards" $root | quote }}
      target: {{ $own.backlogPerWorker | quote }}
      metricType: AverageValue
    {{- end }}
  triggers:
    {{- include (printf "haetae.scaling.%s" $name) $root | nindent 4 }}
{{- end -}}

{{- define "haetae.scaling.shards" -}}
{{- $names := list -}}
{{- range $shard := until (int .Values.redis.frameShards) -}}{{- $names = append $names (printf "shard%d" $shard) -}}{{- end -}}
{{- join " + " $names -}}
{{- end -}}

{{/* Cameras that are switched on, whoever reads them now. */}}
{{- define "haetae.scaling.ingest" -}}
- type: postgresql
  metadata:
    query: SELECT count(*) FROM cameras WHERE enabled
    targetQueryValue: {{ .Values.ingest.autoscaling.camerasPerWorker | quote }}
    {{- if ne .Values.postgresql.mode "external" }}
    host: {{ include "haetae.postgres.host" . }}.{{ .Release.Namespace }}.svc
    port: "5432"
    userName: haetae
    dbName: haetae
    sslmode: {{ ternary "require" "disable" (eq "true" (include "haetae.postgres.verified" .)) }}
    {{- end }}
  authenticationRef: {name: {{ include "haetae.component.name" (list . "postgresql-backlog") }}}
{{- end -}}

{{- define "haetae.scaling.detect" -}}
{{- range $shard := until (int .Values.redis.frameShards) }}
{{ include "haetae.scaling.stream" (list $ (printf "haetae.frames.%d" $shard) $.Values.detect.autoscaling.backlogPerWorker (printf "shard%d" $shard)) }}
{{- end }}
{{- end -}}

{{- define "haetae.scaling.reid" -}}
{{ include "haetae.scaling.stream" (list . "haetae.tracklets" .Values.reid.autoscaling.backlogPerWorker "") }}
{{- end -}}

{{/* Celery's queue is a list. */}}
{{- define "haetae.scaling.delivery" -}}
- type: {{ ternary "redis-sentinel" "redis" (eq .Values.redis.mode "sentinel") }}
  metadata:
    listName: haetae.celery.deliveries
    listLength: {{ .Values.delivery.autoscaling.backlogPerWorker | quote }}
    {{- include "haetae.scaling.redis" . | nindent 4 }}
  authenticationRef: {name: {{ include "haetae.component.name" (list . "redis-backlog") }}}
{{- end -}}

{{/* Queries in flight: those that are being answered and those that wait in line, added up over all processes. */}}
{{- define "haetae.scaling.search" -}}
- type: cpu
  metricType: Utilization
  metadata: {value: {{ .Values.search.autoscaling.cpu | quote }}}
{{- with .Values.autoscaling.prometheus }}
- type: prometheus
  metadata:
    serverAddress: {{ . }}
    query: sum(haetae_search_queries_in_line{namespace="{{ $.Release.Namespace }}",service="{{ include "haetae.component.name" (list $ "search") }}"})
    threshold: {{ $.Values.search.autoscaling.inFlightPerWorker | quote }}
{{- end }}
{{- end -}}

{{/*
(list $ stream backlog name): a message is deleted with its acknowledgement, so the length of a stream is what its group has yet to
read and what is pending with it, together.
*/}}
{{- define "haetae.scaling.stream" -}}
{{- $root := index . 0 -}}
- type: {{ ternary "redis-sentinel-streams" "redis-streams" (eq $root.Values.redis.mode "sentinel") }}
  {{- with index . 3 }}
  name: {{ . }}
  {{- end }}
  metadata:
    stream: {{ index . 1 }}
    streamLength: {{ index . 2 | quote }}
    {{- include "haetae.scaling.redis" $root | nindent 4 }}
  authenticationRef: {name: {{ include "haetae.component.name" (list $root "redis-backlog") }}}
{{- end -}}

{{- define "haetae.scaling.redis" -}}
{{- if eq .Values.redis.mode "sentinel" -}}
addresses: {{ include "haetae.redis.address" . | quote }}
sentinelMaster: {{ .Values.redis.external.service | quote }}
{{- else if eq .Values.redis.mode "internal" -}}
address: {{ include "haetae.component.name" (list . "redis") }}.{{ .Release.Namespace }}.svc:6379
{{- else -}}
address: {{ include "haetae.redis.address" . | quote }}
{{- end }}
{{- if and (ne .Values.redis.mode "internal") .Values.redis.external.user }}
username: {{ .Values.redis.external.user | quote }}
{{- end }}
databaseIndex: {{ ternary 0 (int .Values.redis.external.database) (eq .Values.redis.mode "internal") | quote }}
enableTLS: {{ or (and (eq .Values.redis.mode "internal") .Values.tls.internal.enabled) (and (ne .Values.redis.mode "internal") .Values.redis.external.tls) | quote }}
{{- end -}}
