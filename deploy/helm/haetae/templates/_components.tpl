{{/*
The components that run Haetae's own code: what is started, on which port it answers, and what it needs.
needs: postgres, redis, triton, blobs, models, sources (camera networks), receivers (of webhooks), recordings, milvus, understanding.
drain: seconds in which the process still answers after it was told to end, and says that it is not ready: its address has to leave
  the load balancers first.
answering: seconds for requests that are being answered then. Streams of events that last longer are resumed by their callers.
grace: seconds from the signal to the kill: drain, answers, then what is in hand, then leases and shards are given back.
*/}}
{{- define "haetae.components" -}}
ingest:
  args: [services.ingest]
  port: 8083
  needs: [postgres, redis, sources, recordings]
  grace: 45
detect:
  args: [services.detect]
  port: 8084
  needs: [redis, triton, blobs, models]
  grace: 45
reid:
  args: [services.reid]
  port: 8085
  needs: [postgres, redis, triton, blobs, models]
  grace: 45
alert:
  args: [services.alert]
  port: 8082
  needs: [postgres, redis, triton, blobs, models, receivers]
  drain: 5
  answering: 20
  grace: 60
delivery:
  args: [services.alert.delivery]
  port: 8086
  needs: [postgres, redis, receivers]
  grace: 90
search:
  args: [services.search]
  port: 8081
  needs: [postgres, redis, triton, blobs, models, sources, recordings, milvus, understanding]
  drain: 10
  answering: 30
  grace: 60
{{- end -}}

{{/* (list $ component): its entry of the table above, with its section of the values under "values". */}}
{{- define "haetae.component" -}}
{{- $root := index . 0 -}}
{{- $component := get (include "haetae.components" $root | fromYaml) (index . 1) -}}
{{- toYaml (merge (dict "values" (get $root.Values (index . 1))) $component) -}}
{{- end -}}
