{{/* The init containers and the server of Triton's pods. */}}

{{/* Fetches and verifies networks that are not built in, then lays all of them out as Triton reads them. */}}
{{- define "haetae.triton.preparing" -}}
{{- $served := list .Values.models.detector .Values.models.embedder .Values.models.attributes | uniq -}}
{{- if eq (dig "settings" "nearest" "here" .Values.search) "triton" }}{{ $served = append $served "nearest" }}{{ end -}}
{{- $models := .Values.models -}}
{{- if $models.pull }}
- name: pull
  {{- include "haetae.triton.step" . | nindent 2 }}
  args:
    {{- toYaml (concat (list "haetae.cli.main" "models" "pull") $models.pull) | nindent 4 }}
  env:
    {{- include "haetae.environment.models" . | nindent 4 }}
    {{- if $models.mirror.volume }}
    - name: HAETAE_MODELS__MIRROR # every file is checked against the catalogue's digest
      value: /models/mirror
    {{- end }}
  volumeMounts:
    {{- include "haetae.volumes.mounts" (include "haetae.triton.volumes" . | fromYamlArray) | nindent 4 }}
{{- end }}
- name: lay-out
  {{- include "haetae.triton.step" . | nindent 2 }}
  args:
    - haetae.cli.main
    - models
    - lay-out
    - --into=/models/repository
    - --flavour={{ ternary "onnxruntime" "python" (eq .Values.triton.mode "gpu") }}
    - {{ ternary (printf "--instances=%v" .Values.triton.instances) "--cores=$(PROCESSORS)" (gt (int .Values.triton.instances) 0) }}
    {{- range $served }}
    - --names={{ . }}
    {{- end }}
  env:
    {{- include "haetae.environment.models" . | nindent 4 }}
    - name: PROCESSORS # of the server, rounded up; without a limit, the node's
      valueFrom: {resourceFieldRef: {containerName: triton, resource: limits.cpu}}
  volumeMounts:
    {{- include "haetae.volumes.mounts" (include "haetae.triton.volumes" . | fromYamlArray) | nindent 4 }}
{{- end -}}

{{- define "haetae.triton.step" -}}
image: {{ include "haetae.image" (list . "service") }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
resources:
  {{- toYaml .Values.models.resources | nindent 2 }}
securityContext:
  {{- include "haetae.security.container" . | nindent 2 }}
{{- end -}}

{{- define "haetae.triton.volumes" -}}
- volume: {name: tmp, emptyDir: {sizeLimit: 4Gi}}
  path: /tmp
- volume: {name: repository, emptyDir: {sizeLimit: 4Gi}}
  path: /models/repository
- volume: {{ include "haetae.models.volume" . }}
  path: /models/folder
- volume: {name: shm, emptyDir: {medium: Memory, sizeLimit: {{ .Values.triton.sharedMemory }}}}
  path: /dev/shm
{{- if and .Values.models.pull .Values.models.mirror.volume }}
- volume: {{ merge (dict "name" "mirror") .Values.models.mirror.volume | toJson }}
  path: /models/mirror
  readOnly: true
{{- end }}
{{- if .Values.tls.internal.enabled }}
{{ include "haetae.volumes.secret" (list "tls" (include "haetae.tls.secret" (list . "triton")) "tls") }}
{{- end }}
{{- end -}}

{{- define "haetae.triton.server" -}}
{{- $gpu := eq .Values.triton.mode "gpu" -}}
name: triton
image: {{ include "haetae.image" (list . (ternary "triton-gpu" "triton-cpu" $gpu)) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if $gpu }}
command: [python3, -IS, /models/repository/triton_watch.py, tritonserver] # ends it where one of its helpers is gone
{{- end }}
args:
  {{- if $gpu }}
  - --model-repository=/models/repository
  {{- end }}
  - --exit-timeout-secs=20
  - --grpc-max-connection-age=6000 # ms; callers then connect anew, in good order, and spread over all pods that are there
  - --backend-config=python,stub-timeout-seconds=180 # with 30 s, its own, a network that starts on a busy node ends the server
  {{- if .Values.tls.internal.enabled }}
  - --grpc-use-ssl=true
  - --grpc-server-cert=/etc/haetae/tls/tls.crt
  - --grpc-server-key=/etc/haetae/tls/tls.key
  {{- end }}
ports:
  - {name: http, containerPort: 8000}
  - {name: grpc, containerPort: 8001}
  - {name: metrics, containerPort: 8002}
startupProbe: # TensorRT builds its engines at the first start: minutes
  httpGet: {path: /v2/health/ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: {{ ternary 240 60 $gpu }}
livenessProbe:
  httpGet: {path: /v2/health/live, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe: # every network is loaded
  httpGet: {path: /v2/health/ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
lifecycle:
  preStop: # the server refuses everything while it ends, so its callers have to be gone: endpoints, then the age of connections
    sleep: {seconds: 15}
resources:
  {{- $resources := deepCopy .Values.triton.resources }}
  {{- if $gpu }}
  {{- $_ := set $resources "limits" (merge (dict .Values.triton.gpu.resource .Values.triton.gpu.count) ($resources.limits | default dict)) }}
  {{- end }}
  {{- toYaml $resources | nindent 2 }}
securityContext:
  {{- include "haetae.security.container" . | nindent 2 }}
volumeMounts:
  {{- include "haetae.volumes.mounts" (include "haetae.triton.volumes" . | fromYamlArray) | nindent 2 }}
{{- end -}}
