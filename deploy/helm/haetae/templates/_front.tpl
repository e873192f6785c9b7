{{/* Which paths belong to which service, as the embedded front door has them. Health and metrics are not among them. */}}
{{- define "haetae.front.paths" -}}
- {path: /v1/alerts, component: alert}
- {path: /v1/watch-lists, component: alert}
- {path: /v1/webhooks, component: alert}
- {path: /v1, component: search}
- {path: /docs, component: search}
- {path: /openapi.json, component: search}
{{- end -}}

{{/* ingress-nginx: streams of events as they come, photos of 32 MiB, and TLS to the services where they have it. */}}
{{- define "haetae.front.nginx" -}}
nginx.ingress.kubernetes.io/proxy-body-size: 33m
nginx.ingress.kubernetes.io/proxy-buffering: "off"
nginx.ingress.kubernetes.io/proxy-request-buffering: "off"
nginx.ingress.kubernetes.io/proxy-read-timeout: {{ .Values.front.timeoutS | quote }}
nginx.ingress.kubernetes.io/proxy-send-timeout: {{ .Values.front.timeoutS | quote }}
{{- if .Values.tls.internal.enabled }}
nginx.ingress.kubernetes.io/backend-protocol: HTTPS
{{- end }}
{{- end -}}
