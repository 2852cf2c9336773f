{{/* What a schema cannot say of two values at once. */}}
{{- define "clientele.checks" -}}
{{- range $role := list "web" "worker" }}
{{- $size := get $.Values $role }}
{{- if lt (int $size.maxReplicas) (int $size.replicas) }}
{{- fail (printf "%s.maxReplicas (%d) is less than %s.replicas (%d)" $role (int $size.maxReplicas) $role (int $size.replicas)) }}
{{- end }}
{{- end }}
{{- $hosts := list }}
{{- range .Values.ingress.ownDomains }}
{{- if has .host $hosts }}
{{- fail (printf "ingress.ownDomains: %s stands twice" .host) }}
{{- end }}
{{- if hasSuffix (printf ".%s" $.Values.publicHost) (printf ".%s" .host) }}
{{- fail (printf "ingress.ownDomains: %s is %s or under it, and needs no entry" .host $.Values.publicHost) }}
{{- end }}
{{- if and (eq $.Values.scheme "https") (ne $.Values.ingress.className "alb") (not .secretName) }}
{{- fail (printf "ingress.ownDomains: %s needs a secretName, only an ALB finds certificates itself" .host) }}
{{- end }}
{{- $hosts = append $hosts .host }}
{{- end }}
{{- if and .Values.autoscaling.keda.enabled (eq (int .Values.worker.replicas) (int .Values.worker.maxReplicas)) }}
{{- fail "autoscaling.keda.enabled needs worker.maxReplicas above worker.replicas" }}
{{- end }}
{{- if and .Values.secrets.keys.controlAdmin (not .Values.database.control.ours) }}
{{- fail "secrets.keys.controlAdmin is for a control plane of ours: database.control.ours is false" }}
{{- end }}
{{- if and .Values.secrets.keys.controlOwner (not .Values.database.control.ours) }}
{{- fail "secrets.keys.controlOwner is for a control plane of ours: database.control.ours is false" }}
{{- end }}
{{- end }}
