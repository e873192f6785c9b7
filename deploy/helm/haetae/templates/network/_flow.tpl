{{/* (list $ flow out|in subject other): the policy of one end of a flow. */}}
{{- define "haetae.flow.policy" -}}
{{- $root := index . 0 -}}{{- $flow := index . 1 -}}{{- $way := index . 2 -}}{{- $subject := index . 3 -}}{{- $other := index . 4 -}}
{{- $to := ternary $other $subject (eq $way "out") -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "haetae.metadata" (list $root (printf "%s-%s" $flow.name $way)) | nindent 2 }}
  annotations:
    haetae/flow: {{ $flow.why | quote }}
spec:
  podSelector:
    {{- include "haetae.flow.pods" (list $root $subject.pods) | nindent 4 }}
  policyTypes: [{{ ternary "Egress" "Ingress" (eq $way "out") }}]
  {{ ternary "egress" "ingress" (eq $way "out") }}:
    - {{ ternary "to" "from" (eq $way "out") }}:
        {{- if $other.pods }}
        - podSelector:
            {{- include "haetae.flow.pods" (list $root $other.pods) | nindent 12 }}
        {{- else }}
        {{- toYaml $other.peers | nindent 8 }}
        {{- end }}
      {{- with include "haetae.flow.ports" (list $root $flow $to) }}
      ports:
        {{- . | nindent 8 }}
      {{- end }}
{{- end -}}

{{/* (list $ components) */}}
{{- define "haetae.flow.pods" -}}
matchLabels: {app.kubernetes.io/name: {{ include "haetae.name" (index . 0) }}, app.kubernetes.io/instance: {{ (index . 0).Release.Name }}}
matchExpressions: [{key: app.kubernetes.io/component, operator: In, values: {{ toJson (index . 1) }}}]
{{- end -}}

{{/* (list $ flow destination): those that the place names, else those on which the pods answer. Pictures come by UDP to any port. */}}
{{- define "haetae.flow.ports" -}}
{{- $root := index . 0 -}}{{- $flow := index . 1 -}}{{- $to := index . 2 -}}
{{- if eq $flow.name "pictures" -}}
- {protocol: UDP, port: 1024, endPort: 65535}
{{- else if $to.ports -}}
{{- toYaml $to.ports -}}
{{- else -}}
{{- range $to.pods }}
- {port: {{ include "haetae.flow.port" (list $root .) }}, protocol: TCP}
{{- end }}
{{- end -}}
{{- end -}}

{{/* (list $ component): metrics of Triton, the only port of everything else. */}}
{{- define "haetae.flow.port" -}}
{{- $own := get (include "haetae.components" (index . 0) | fromYaml) (index . 1) -}}
{{- if $own -}}{{ $own.port }}{{- else -}}{{ get (dict "redis" 6379 "postgresql" 5432 "triton" 8002) (index . 1) }}{{- end -}}
{{- end -}}
