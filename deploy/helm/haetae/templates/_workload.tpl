{{/* One Deployment, one Service, one disruption budget for every component of Haetae's own code: (list $ component). */}}

{{- define "haetae.deployment" -}}
{{- $root := index . 0 -}}{{- $name := index . 1 -}}
{{- $component := include "haetae.component" . | fromYaml -}}
{{- $own := $component.values -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "haetae.metadata" . | nindent 2 }}
  {{- if $root.Values.secrets.reloader }}
  annotations:
    reloader.stakater.com/auto: "true"
  {{- end }}
spec:
  {{- if not (dig "autoscaling" "enabled" false $own) }}
  replicas: {{ $own.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "haetae.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "haetae.selector" . | nindent 8 }}
        {{- with $root.Values.pods.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $root.Values.pods.annotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "haetae.pod.base" $root | nindent 6 }}
      {{- include "haetae.pod.placement" (list $root $own) | nindent 6 }}
      securityContext:
        {{- include "haetae.security.pod" (list 10001 10001) | nindent 8 }}
      terminationGracePeriodSeconds: {{ $component.grace }}
      {{- include "haetae.pod.spread" . | nindent 6 }}
      {{- $volumes := include "haetae.volumes.all" . | fromYamlArray }}
      containers:
        - name: {{ $name }}
          {{- include "haetae.container" (list $root $name $component $volumes) | nindent 10 }}
      volumes:
        {{- include "haetae.volumes.of" $volumes | nindent 8 }}
{{- end -}}

{{/* (list $ name component volumes) */}}
{{- define "haetae.container" -}}
{{- $root := index . 0 -}}{{- $name := index . 1 -}}{{- $component := index . 2 -}}{{- $volumes := index . 3 -}}
{{- $scheme := include "haetae.http.scheme" $root | upper -}}
image: {{ include "haetae.image" (list $root "service") }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
args:
  {{- toYaml $component.args | nindent 2 }}
env:
  {{- include "haetae.environment" (list $root $name) | nindent 2 }}
ports:
  - name: http
    containerPort: {{ $component.port }}
startupProbe: # answers at all: on a node where everything starts at once, imports alone have taken two minutes
  httpGet: {path: /healthz, port: http, scheme: {{ $scheme }}}
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 200
livenessProbe: # the process answers; peers that are away are no reason to restart
  httpGet: {path: /healthz, port: http, scheme: {{ $scheme }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe: # every peer that the work needs answers, and every loop turns; a peer that is slow on a busy node is not taken for away
  httpGet: {path: /readyz, port: http, scheme: {{ $scheme }}}
  periodSeconds: 5
  timeoutSeconds: 10
  failureThreshold: 6
resources:
  {{- toYaml $component.values.resources | nindent 2 }}
securityContext:
  {{- include "haetae.security.container" $root | nindent 2 }}
volumeMounts:
  {{- include "haetae.volumes.mounts" $volumes | nindent 2 }}
{{- end -}}

{{- define "haetae.service" -}}
{{- $component := include "haetae.component" . | fromYaml -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "haetae.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  selector:
    {{- include "haetae.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ $component.port }}
      targetPort: http
      appProtocol: {{ include "haetae.http.scheme" (index . 0) }}
{{- end -}}

{{- define "haetae.disruption" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "haetae.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "haetae.selector" . | nindent 6 }}
{{- end -}}
