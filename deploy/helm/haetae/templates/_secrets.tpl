{{/* Where secrets come from: environment from existing Secrets, never from values. */}}

{{/* (list $ name-of-Secret key NAME): one variable out of a Secret. */}}
{{- define "haetae.secret.env" -}}
- name: {{ index . 3 }}
  valueFrom:
    secretKeyRef:
      name: {{ index . 1 }}
      key: {{ index . 2 }}
{{- end -}}

{{/* (list $ section): the Secret of a section, else the one for everything. */}}
{{- define "haetae.secret.name" -}}
{{- (index . 1).existingSecret | default (index . 0).Values.secrets.existingSecret -}}
{{- end -}}
