{{/*
What a component is told, as `HAETAE_<SECTION>__<FIELD>`: one named template a need, and those that all components share.
Values are quoted; secrets come by secretKeyRef and are put into addresses by Kubernetes itself: $(NAME).
*/}}

{{/* (list $ component) */}}
{{- define "haetae.environment" -}}
{{- $root := index . 0 -}}
{{- $component := include "haetae.component" . | fromYaml -}}
{{- $section := upper (ternary "alert" (index . 1) (eq (index . 1) "delivery")) -}}
{{- include "haetae.environment.common" $root }}
{{- include "haetae.environment.traces" $root }}
{{- range $need := $component.needs }}
{{- include (printf "haetae.environment.%s" $need) $root | nindent 0 }}
{{- end }}
{{- include "haetae.environment.own" (list $root $section $component) | nindent 0 }}
{{- end -}}

{{- define "haetae.environment.common" -}}
- name: HAETAE_TELEMETRY__LOG_LEVEL
  value: {{ .Values.logs.level | quote }}
- name: HAETAE_TELEMETRY__LOG_JSON
  value: {{ .Values.logs.json | quote }}
- name: NUMBA_CACHE_DIR # compiled kernels; the image's own folders cannot be written
  value: /tmp/numba
{{- range $name := list "OMP_NUM_THREADS" "NUMBA_NUM_THREADS" }}
- name: {{ $name }} # the pod's processors, not the node's
  valueFrom: {resourceFieldRef: {resource: limits.cpu}}
{{- end }}
{{- end -}}

{{- define "haetae.environment.traces" -}}
{{- with .Values.telemetry.traces }}
{{- if .endpoint }}
- name: HAETAE_TELEMETRY__TRACES__ENDPOINT
  value: {{ .endpoint | quote }}
- name: HAETAE_TELEMETRY__TRACES__SAMPLE_RATIO
  value: {{ .sampleRatio | quote }}
- name: HAETAE_TELEMETRY__TRACES__FRAME_SAMPLE_RATIO
  value: {{ .frameSampleRatio | quote }}
{{- if .keys.headers }}
{{ include "haetae.secret.env" (list $ (include "haetae.secret.name" (list $ .)) .keys.headers "HAETAE_TELEMETRY__TRACES__HEADERS") }}
{{- end }}
{{- if .caSecret }}
- name: HAETAE_TELEMETRY__TRACES__CA_FILE
  value: /etc/haetae/traces/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Address and dials of the component itself. Delivery has the dials of alert. */}}
{{- define "haetae.environment.own" -}}
{{- $root := index . 0 -}}{{- $section := index . 1 -}}{{- $component := index . 2 -}}
- name: HAETAE_{{ $section }}__{{ if has "services.alert.delivery" $component.args }}DELIVERY_{{ end }}HOST
  value: "0.0.0.0"
- name: HAETAE_{{ $section }}__{{ if has "services.alert.delivery" $component.args }}DELIVERY_{{ end }}PORT
  value: {{ $component.port | quote }}
{{- if $root.Values.tls.internal.enabled }}
- name: HAETAE_HTTP__CERT_FILE
  value: /etc/haetae/tls/tls.crt
- name: HAETAE_HTTP__KEY_FILE
  value: /etc/haetae/tls/tls.key
{{- end }}
- name: HAETAE_HTTP__DRAIN_S
  value: {{ $component.drain | default 0 | quote }}
- name: HAETAE_HTTP__GRACE_S
  value: {{ $component.answering | default 10 | quote }}
{{- $dials := $component.values.settings | default dict }}
{{- if has "services.alert.delivery" $component.args }}{{- $dials = $root.Values.alert.settings | default dict }}{{- end }}
{{- range $name, $value := $dials }}
- name: HAETAE_{{ $section }}__{{ upper $name }}
  value: {{ include "haetae.environment.value" $value | quote }}
{{- end }}
{{- end -}}

{{- define "haetae.environment.postgres" -}}
{{- include "haetae.environment.postgres.url" . }}
- name: HAETAE_POSTGRES__POOL_SIZE
  value: {{ .Values.postgresql.poolSize | quote }}
- name: HAETAE_POSTGRES__STATEMENT_TIMEOUT_S
  value: {{ .Values.postgresql.statementTimeoutS | quote }}
{{ include "haetae.secret.env" (list . .Values.secrets.existingSecret .Values.secrets.credentialKeys "HAETAE_SECRETS__CREDENTIAL_KEYS") }}
{{- end -}}

{{/* The address of the application's role, on its own: migrations and backups need nothing else. */}}
{{- define "haetae.environment.postgres.url" -}}
{{- $secret := include "haetae.secret.name" (list . .Values.postgresql) -}}
{{- if eq .Values.postgresql.mode "internal" -}}
{{ include "haetae.secret.env" (list . $secret .Values.postgresql.keys.password "POSTGRES_PASSWORD") }}
- name: HAETAE_POSTGRES__URL
  value: postgresql+psycopg2://haetae:$(POSTGRES_PASSWORD)@{{ include "haetae.postgres.host" . }}:5432/haetae
{{- else if eq .Values.postgresql.mode "cloudnative-pg" -}}
{{ include "haetae.secret.env" (list . (printf "%s-app" (include "haetae.postgres.cluster" .)) "uri" "HAETAE_POSTGRES__URL") }}
{{- else -}}
{{ include "haetae.secret.env" (list . $secret .Values.postgresql.keys.url "HAETAE_POSTGRES__URL") }}
{{- end -}}
{{- include "haetae.environment.postgres.verified" . }}
{{- end -}}

{{/* Of a role that may create databases and the extension: the restore drill's. */}}
{{- define "haetae.environment.postgres.admin" -}}
{{- $secret := include "haetae.secret.name" (list . .Values.postgresql) -}}
{{- if eq .Values.postgresql.mode "internal" -}}
{{ include "haetae.secret.env" (list . $secret .Values.postgresql.keys.adminPassword "POSTGRES_PASSWORD") }}
- name: HAETAE_ADMIN_URL
  value: postgresql://postgres:$(POSTGRES_PASSWORD)@{{ include "haetae.postgres.host" . }}:5432/postgres
{{- else -}}
{{ include "haetae.secret.env" (list . $secret .Values.postgresql.keys.adminUrl "HAETAE_ADMIN_URL") }}
{{- end -}}
{{- include "haetae.environment.postgres.verified" . }}
{{- end -}}

{{/* libpq's own variables: an address out of a Secret may have parameters or none, and its own sslmode wins. */}}
{{- define "haetae.environment.postgres.verified" -}}
{{- if include "haetae.postgres.verified" . }}
- name: PGSSLMODE
  value: verify-full
- name: PGSSLROOTCERT
  value: /etc/haetae/postgres/ca.crt
{{- end }}
{{- end -}}

{{- define "haetae.environment.redis" -}}
{{- $secret := include "haetae.secret.name" (list . .Values.redis) -}}
{{- $checked := "?ssl_cert_reqs=required&ssl_ca_certs=/etc/haetae/redis/ca.crt" -}}
{{- if eq .Values.redis.mode "internal" -}}
{{ include "haetae.secret.env" (list . $secret .Values.redis.keys.password "REDIS_PASSWORD") }}
- name: HAETAE_REDIS__URL
  value: redis{{ if .Values.tls.internal.enabled }}s{{ end }}://:$(REDIS_PASSWORD)@{{ include "haetae.redis.address" . }}/0{{ if .Values.tls.internal.enabled }}{{ $checked }}{{ end }}
{{- else -}}
{{ include "haetae.secret.env" (list . $secret .Values.redis.keys.url "HAETAE_REDIS__URL") }}
{{- end }}
- name: HAETAE_REDIS__FRAME_SHARDS
  value: {{ .Values.redis.frameShards | quote }}
{{- end -}}

{{- define "haetae.environment.triton" -}}
- name: HAETAE_TRITON__ADDRESS
  value: {{ include "haetae.triton.address" . | quote }}
- name: HAETAE_TRITON__DEADLINE_S
  value: {{ .Values.triton.deadlineS | quote }}
- name: HAETAE_TRITON__SHARED_MEMORY # pods have none in common
  value: "false"
{{- if include "haetae.triton.ca" . }}
- name: HAETAE_TRITON__CA_FILE
  value: /etc/haetae/triton/ca.crt
{{- end }}
{{- end -}}

{{- define "haetae.environment.blobs" -}}
{{- if eq .Values.blobs.mode "s3" -}}
{{- $s3 := .Values.blobs.s3 -}}
{{- $secret := include "haetae.secret.name" (list . $s3) -}}
- name: HAETAE_BLOBS__S3__BUCKET
  value: {{ $s3.bucket | quote }}
- name: HAETAE_BLOBS__S3__ENDPOINT
  value: {{ $s3.endpoint | quote }}
- name: HAETAE_BLOBS__S3__REGION
  value: {{ $s3.region | quote }}
- name: HAETAE_BLOBS__S3__PREFIX
  value: {{ $s3.prefix | quote }}
- name: HAETAE_BLOBS__S3__DEADLINE_S
  value: {{ $s3.deadlineS | quote }}
{{ include "haetae.secret.env" (list . $secret $s3.keys.accessKey "HAETAE_BLOBS__S3__ACCESS_KEY") }}
{{ include "haetae.secret.env" (list . $secret $s3.keys.secretKey "HAETAE_BLOBS__S3__SECRET_KEY") }}
{{- if $s3.caSecret }}
- name: HAETAE_BLOBS__S3__CA_FILE
  value: /etc/haetae/s3/ca.crt
{{- end }}
{{- else -}}
- name: HAETAE_BLOBS__FOLDER
  value: /var/lib/haetae/blobs
{{- end }}
{{- end -}}

{{- define "haetae.environment.models" -}}
- name: HAETAE_MODELS__FOLDER
  value: /models/folder
- name: HAETAE_MODELS__DETECTOR
  value: {{ .Values.models.detector | quote }}
- name: HAETAE_MODELS__EMBEDDER
  value: {{ .Values.models.embedder | quote }}
- name: HAETAE_MODELS__ATTRIBUTES
  value: {{ .Values.models.attributes | quote }}
- name: HAETAE_MODELS__ENGINE # fixed: what is measured at a pull differs from node to node, and with it every embedding's version
  value: {{ .Values.models.engine | quote }}
- name: HAETAE_MODELS__PRECISION
  value: {{ .Values.models.precision | quote }}
{{- end -}}

{{- define "haetae.environment.sources" -}}
- name: HAETAE_SOURCES__ALLOWED_NETWORKS
  value: {{ .Values.sources.privateNetworks | toJson | quote }}
{{- end -}}

{{/* The same setting for who tells receivers of alerts. */}}
{{- define "haetae.environment.receivers" -}}
- name: HAETAE_SOURCES__ALLOWED_NETWORKS
  value: {{ concat .Values.webhooks.privateNetworks .Values.sources.privateNetworks | uniq | toJson | quote }}
{{- end -}}

{{- define "haetae.environment.recordings" -}}
- name: HAETAE_SOURCES__IMPORT_FOLDERS
  value: {{ ternary (list "/recordings") list (not (empty .Values.sources.recordings.volume)) | toJson | quote }}
{{- end -}}

{{- define "haetae.environment.milvus" -}}
{{- if .Values.milvus.enabled -}}
- name: HAETAE_SEARCH__INDEX
  value: milvus
- name: HAETAE_SEARCH__MILVUS_URI
  value: {{ .Values.milvus.uri | quote }}
- name: HAETAE_SEARCH__MILVUS_INDEX
  value: {{ .Values.milvus.index | quote }}
- name: HAETAE_SEARCH__MILVUS_DEADLINE_S
  value: {{ .Values.milvus.deadlineS | quote }}
{{ include "haetae.secret.env" (list . (include "haetae.secret.name" (list . .Values.milvus)) .Values.milvus.keys.token "HAETAE_SEARCH__MILVUS_TOKEN") }}
{{- end -}}
{{- end -}}

{{- define "haetae.environment.understanding" -}}
{{- with .Values.understanding }}
{{- if .endpoint }}
- name: HAETAE_UNDERSTANDING__ENDPOINT
  value: {{ .endpoint | quote }}
- name: HAETAE_UNDERSTANDING__MODEL
  value: {{ .model | quote }}
- name: HAETAE_UNDERSTANDING__TIMEOUT_S
  value: {{ .timeoutS | quote }}
- name: HAETAE_UNDERSTANDING__REPLY_FORMAT
  value: {{ .replyFormat | quote }}
{{- if .keys.apiKey }}
{{ include "haetae.secret.env" (list $ (include "haetae.secret.name" (list $ .)) .keys.apiKey "HAETAE_UNDERSTANDING__API_KEY") }}
{{- end }}
{{- if .caSecret }}
- name: HAETAE_UNDERSTANDING__CA_FILE
  value: /etc/haetae/understanding/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A value as a program reads it: Helm holds numbers as floats, and writes large ones with an exponent. */}}
{{- define "haetae.environment.value" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ int64 . }}{{- else if kindIs "slice" . -}}{{ toJson . }}{{- else -}}{{ toString . }}{{- end -}}
{{- end -}}
