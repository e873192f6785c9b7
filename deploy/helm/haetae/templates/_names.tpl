{{/* Names and labels. Every helper with two arguments takes (list $ component). */}}

{{- define "haetae.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "haetae.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "haetae.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "haetae.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "haetae.component.name" -}}
{{- printf "%s-%s" (include "haetae.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{- define "haetae.selector" -}}
app.kubernetes.io/name: {{ include "haetae.name" (index . 0) }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "haetae.labels" -}}
{{ include "haetae.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/part-of: haetae
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Metadata of a component's object: name, namespace, labels. */}}
{{- define "haetae.metadata" -}}
name: {{ include "haetae.component.name" . }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "haetae.labels" . | nindent 2 }}
{{- end -}}
