{{/* (list $ name): the reference of an image of images.yaml, with what values say over it. */}}
{{- define "haetae.image" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $image := dict -}}
{{- range $each := $root.Files.Get "images.yaml" | fromYamlArray -}}
  {{- if eq $each.name $name -}}{{- $image = $each -}}{{- end -}}
{{- end -}}
{{- $image = mergeOverwrite (deepCopy $image) (get $root.Values.image.overrides $name | default dict) -}}
{{- $repository := $image.repository -}}
{{- with $root.Values.image.registry -}}
  {{- $parts := splitList "/" $repository -}}
  {{- if and (gt (len $parts) 1) (regexMatch "[.:]" (first $parts)) -}}{{- $parts = rest $parts -}}{{- end -}}
  {{- $repository = printf "%s/%s" (trimSuffix "/" .) (join "/" $parts) -}}
{{- end -}}
{{- printf "%s:%s" $repository (toString $image.tag) -}}
{{- with $image.digest -}}@{{ . }}{{- end -}}
{{- end -}}
