{{/* What is mounted where: what a component needs, and certificates. Each volume has its mount beside it. */}}

{{/* (list $ component): a list of {volume, path, readOnly}. */}}
{{- define "haetae.volumes.all" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $needs := (include "haetae.component" . | fromYaml).needs -}}
- volume: {name: tmp, emptyDir: {sizeLimit: 1Gi}}
  path: /tmp
{{- if and (has "blobs" $needs) (eq $values.blobs.mode "volume") }}
- volume: {name: blobs, persistentVolumeClaim: {claimName: {{ include "haetae.blobs.claim" $root }}}}
  path: /var/lib/haetae
{{- end }}
{{- if and (has "recordings" $needs) $values.sources.recordings.volume }}
- volume: {{ merge (dict "name" "recordings") $values.sources.recordings.volume | toJson }}
  path: /recordings
  readOnly: true
{{- end }}
{{- if has "models" $needs }}
- volume: {{ include "haetae.models.volume" $root }}
  path: /models/folder
  readOnly: true
{{- end }}
{{- if $values.tls.internal.enabled }}
{{ include "haetae.volumes.secret" (list "tls" (include "haetae.tls.secret" .) "tls") }}
{{- end }}
{{- if and (has "postgres" $needs) (include "haetae.postgres.ca" $root) }}
{{ include "haetae.volumes.ca" (list "postgres" (include "haetae.postgres.ca" $root)) }}
{{- end }}
{{- if and (has "redis" $needs) (include "haetae.redis.ca" $root) }}
{{ include "haetae.volumes.ca" (list "redis" (include "haetae.redis.ca" $root)) }}
{{- end }}
{{- if and (has "triton" $needs) (include "haetae.triton.ca" $root) }}
{{ include "haetae.volumes.ca" (list "triton" (include "haetae.triton.ca" $root)) }}
{{- end }}
{{- if and (has "blobs" $needs) (eq $values.blobs.mode "s3") $values.blobs.s3.caSecret }}
{{ include "haetae.volumes.ca" (list "s3" $values.blobs.s3.caSecret) }}
{{- end }}
{{- if and $values.telemetry.traces.endpoint $values.telemetry.traces.caSecret }}
{{ include "haetae.volumes.ca" (list "traces" $values.telemetry.traces.caSecret) }}
{{- end }}
{{- if and (has "understanding" $needs) $values.understanding.caSecret }}
{{ include "haetae.volumes.ca" (list "understanding" $values.understanding.caSecret) }}
{{- end }}
{{- end -}}

{{/* (list name secret folder): a Secret below /etc/haetae. */}}
{{- define "haetae.volumes.secret" -}}
- volume: {name: {{ index . 0 }}, secret: {secretName: {{ index . 1 }}, defaultMode: 0440}}
  path: /etc/haetae/{{ index . 2 }}
  readOnly: true
{{- end -}}

{{/* (list name secret): only the authority of a Secret, never its key. */}}
{{- define "haetae.volumes.ca" -}}
- volume: {name: {{ index . 0 }}-ca, secret: {secretName: {{ index . 1 }}, defaultMode: 0440, items: [{key: ca.crt, path: ca.crt}]}}
  path: /etc/haetae/{{ index . 0 }}
  readOnly: true
{{- end -}}

{{/* A list of {volume, path, readOnly} as JSON {"all": [...]}: the volumes of the pod. */}}
{{- define "haetae.volumes.of" -}}
{{- range . }}
- {{ .volume | toJson }}
{{- end }}
{{- end -}}

{{- define "haetae.volumes.mounts" -}}
{{- range . }}
- name: {{ .volume.name }}
  mountPath: {{ .path }}
  {{- if .readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end -}}

{{- define "haetae.blobs.claim" -}}
{{- .Values.blobs.volume.existingClaim | default (include "haetae.component.name" (list . "blobs")) -}}
{{- end -}}

{{/* The models folder as a volume: the one that was given, else an empty one (the built-in networks need none). */}}
{{- define "haetae.models.volume" -}}
{{- $source := .Values.models.folder.volume | default (dict "emptyDir" (dict "sizeLimit" "2Gi")) -}}
{{- merge (dict "name" "models") $source | toJson -}}
{{- end -}}

{{/* Of jobs that talk to PostgreSQL only: a list of {volume, path, readOnly}. */}}
{{- define "haetae.volumes.database" -}}
- volume: {name: tmp, emptyDir: {sizeLimit: 1Gi}}
  path: /tmp
{{- if include "haetae.postgres.ca" . }}
{{ include "haetae.volumes.ca" (list "postgres" (include "haetae.postgres.ca" .)) }}
{{- end }}
{{- end -}}
