{{/* What a schema cannot say: values that do not go together. Each refusal says what to do. */}}

{{- define "haetae.checks" -}}
{{- $v := .Values -}}
{{- $wrong := list -}}
{{- $policy := $v.networkPolicy.enabled -}}

{{- if gt (int $v.detect.replicas) (int $v.redis.frameShards) -}}
  {{- $wrong = append $wrong (printf "detect.replicas is %v, but only redis.frameShards (%v) workers find a shard to work on" $v.detect.replicas $v.redis.frameShards) -}}
{{- end -}}
{{- if and $v.detect.autoscaling.enabled (gt (int $v.detect.autoscaling.max) (int $v.redis.frameShards)) -}}
  {{- $wrong = append $wrong (printf "detect.autoscaling.max is %v, but only redis.frameShards (%v) workers find a shard to work on" $v.detect.autoscaling.max $v.redis.frameShards) -}}
{{- end -}}
{{- range $name := list "ingest" "detect" "reid" "delivery" "search" -}}
  {{- $scaling := (get $v $name).autoscaling -}}
  {{- if and $scaling.enabled (gt (int $scaling.min) (int $scaling.max)) -}}
    {{- $wrong = append $wrong (printf "%s.autoscaling.min is above its max" $name) -}}
  {{- end -}}
{{- end -}}

{{- if and (eq $v.blobs.mode "s3") (not $v.blobs.s3.bucket) -}}{{- $wrong = append $wrong "blobs.mode s3 needs blobs.s3.bucket" -}}{{- end -}}
{{- if and $v.milvus.enabled (not $v.milvus.uri) -}}{{- $wrong = append $wrong "milvus.enabled needs milvus.uri" -}}{{- end -}}
{{- if and $v.milvus.enabled (hasKey $v.search.settings "index") -}}{{- $wrong = append $wrong "milvus.enabled and search.settings.index contradict each other: leave one out" -}}{{- end -}}
{{- if and $v.understanding.endpoint (not $v.understanding.model) -}}{{- $wrong = append $wrong "understanding.endpoint needs understanding.model" -}}{{- end -}}
{{- with $v.telemetry.traces -}}
  {{- if not .endpoint -}}
    {{- if or .keys.headers .caSecret .namespace .networks -}}{{- $wrong = append $wrong "telemetry.traces is set up but has no endpoint, so there are no traces: name telemetry.traces.endpoint" -}}{{- end -}}
  {{- else -}}
    {{- if regexMatch ":4317(/|$)" .endpoint -}}{{- $wrong = append $wrong "telemetry.traces.endpoint has port 4317, which is that of OTLP over gRPC: name the collector's port for HTTP, usually 4318" -}}{{- end -}}
    {{- if and .caSecret (not (hasPrefix "https://" .endpoint)) -}}{{- $wrong = append $wrong "telemetry.traces.caSecret needs an https endpoint" -}}{{- end -}}
    {{- if and $policy (not (or .namespace .networks)) -}}{{- $wrong = append $wrong "telemetry.traces has neither namespace nor networks, so the NetworkPolicy would cut the collector off: name where it runs" -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{- if and (eq $v.triton.mode "external") (not $v.triton.external.address) -}}{{- $wrong = append $wrong "triton.mode external needs triton.external.address" -}}{{- end -}}
{{- if and (eq $v.models.precision "bf16") (ne $v.models.engine "openvino") -}}{{- $wrong = append $wrong "models.precision bf16 needs models.engine openvino" -}}{{- end -}}
{{- if and $v.models.pull $v.models.folder.volume -}}{{- $wrong = append $wrong "models.pull and models.folder.volume exclude each other: a given folder holds what was pulled" -}}{{- end -}}
{{- if and $v.models.mirror.volume (not $v.models.pull) -}}{{- $wrong = append $wrong "models.mirror.volume serves nobody without models.pull" -}}{{- end -}}

{{- if and $v.tls.internal.enabled (not (or $v.tls.internal.issuer.name $v.tls.internal.existingSecret)) -}}
  {{- $wrong = append $wrong "tls.internal.enabled needs tls.internal.issuer.name (cert-manager) or tls.internal.existingSecret" -}}
{{- end -}}
{{- if and (or $v.front.ingress.enabled $v.front.gateway.enabled) (not $v.front.host) -}}{{- $wrong = append $wrong "front.ingress and front.gateway need front.host" -}}{{- end -}}
{{- if and $v.front.gateway.enabled (not $v.front.gateway.parentRefs) -}}{{- $wrong = append $wrong "front.gateway needs front.gateway.parentRefs: the Gateways it belongs to" -}}{{- end -}}
{{- if and $v.front.gateway.enabled $v.tls.internal.enabled (not $v.front.gateway.authority) -}}
  {{- $wrong = append $wrong "front.gateway with tls.internal needs front.gateway.authority: a ConfigMap with ca.crt" -}}
{{- end -}}
{{- if and $v.front.tls.issuer.name (not $v.front.tls.secret) -}}{{- $wrong = append $wrong "front.tls.issuer needs front.tls.secret: the name of the Secret to make" -}}{{- end -}}
{{- if and $v.secrets.external.enabled (not $v.secrets.external.store.name) -}}{{- $wrong = append $wrong "secrets.external needs secrets.external.store.name" -}}{{- end -}}

{{- if and (eq $v.redis.mode "sentinel") (include "haetae.has.keda" .) (or $v.detect.autoscaling.enabled $v.reid.autoscaling.enabled $v.delivery.autoscaling.enabled) (not (and $v.redis.external.service $v.redis.external.addresses)) -}}
  {{- $wrong = append $wrong "scaling with redis.mode sentinel needs redis.external.addresses (of the Sentinels) and redis.external.service" -}}
{{- end -}}
{{- if and (eq $v.redis.mode "external") (include "haetae.has.keda" .) (or $v.detect.autoscaling.enabled $v.reid.autoscaling.enabled $v.delivery.autoscaling.enabled) (not $v.redis.external.addresses) -}}
  {{- $wrong = append $wrong "scaling with redis.mode external needs redis.external.addresses" -}}
{{- end -}}

{{- if $policy -}}
  {{- $outside := dict
      "postgresql.external" (eq $v.postgresql.mode "external")
      "redis.external" (ne $v.redis.mode "internal")
      "blobs.s3" (eq $v.blobs.mode "s3")
      "triton.external" (eq $v.triton.mode "external")
      "milvus" $v.milvus.enabled
      "understanding" (ne $v.understanding.endpoint "") -}}
  {{- range $section := keys $outside | sortAlpha -}}
    {{- $own := $v -}}
    {{- range splitList "." $section -}}{{- $own = get $own . -}}{{- end -}}
    {{- if and (get $outside $section) (not $own.networks) -}}
      {{- $wrong = append $wrong (printf "%s.networks is empty, so the NetworkPolicy would cut it off: name its networks (or 0.0.0.0/0)" $section) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{- if $wrong -}}
{{- fail (printf "\n\nThese values do not go together:\n- %s\n" (join "\n- " $wrong)) -}}
{{- end -}}
{{- end -}}
