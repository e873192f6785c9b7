{{/* (list $ backup|drill|restore schedule): the CronJob that runs one of the scripts over the volume with the dumps. */}}
{{- define "haetae.backup.cronjob" -}}
{{- $root := index . 0 -}}{{- $what := index . 1 -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "haetae.metadata" (list $root $what) | nindent 2 }}
spec:
  schedule: {{ index . 2 | quote }}
  timeZone: Etc/UTC
  {{- if eq $what "restore" }}
  suspend: true # only ever run by hand: kubectl create job --from=cronjob/...
  {{- end }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: {{ ternary 0 1 (eq $what "restore") }}
      {{- include "haetae.backup.job" (list $root $what) | nindent 6 }}
{{- end -}}

{{/* (list $ backup|drill|restore): what a Job runs. */}}
{{- define "haetae.backup.job" -}}
{{- $root := index . 0 -}}{{- $what := index . 1 -}}
{{- $own := $root.Values.backup -}}
{{- $volumes := include "haetae.backup.volumes" $root | fromYamlArray -}}
activeDeadlineSeconds: {{ $own.deadlineS }}
template:
  metadata:
    labels:
      {{- include "haetae.selector" (list $root $what) | nindent 6 }}
  spec:
    {{- include "haetae.pod.base" $root | nindent 4 }}
    {{- include "haetae.pod.placement" (list $root dict) | nindent 4 }}
    restartPolicy: Never
    securityContext:
      {{- include "haetae.security.pod" (list 999 999) | nindent 6 }}
    containers:
      - name: {{ $what }}
        image: {{ include "haetae.image" (list $root "postgresql") }}
        imagePullPolicy: {{ $root.Values.image.pullPolicy }}
        command: [bash, /scripts/{{ $what }}.sh]
        env:
          - {name: BACKUP_FOLDER, value: /backups}
          - {name: TMPDIR, value: /tmp}
          {{- if eq $what "drill" }}
          {{- include "haetae.environment.postgres.admin" $root | nindent 10 }}
          {{- else }}
          - {name: KEEP_DAYS, value: {{ $own.keepDays | quote }}}
          - {name: WAIT_S, value: {{ $root.Values.migration.waitS | quote }}}
          {{- include "haetae.environment.postgres.url" $root | nindent 10 }}
          {{- end }}
        resources:
          {{- toYaml $own.resources | nindent 10 }}
        securityContext:
          {{- include "haetae.security.container" $root | nindent 10 }}
        volumeMounts:
          {{- include "haetae.volumes.mounts" $volumes | nindent 10 }}
    volumes:
      {{- include "haetae.volumes.of" $volumes | nindent 6 }}
{{- end -}}

{{- define "haetae.backup.volumes" -}}
{{ include "haetae.volumes.database" . }}
- volume: {name: backups, persistentVolumeClaim: {claimName: {{ .Values.backup.existingClaim | default (include "haetae.component.name" (list . "backups")) }}}}
  path: /backups
- volume: {name: scripts, configMap: {name: {{ include "haetae.component.name" (list . "backup") }}}}
  path: /scripts
  readOnly: true
{{- end -}}
