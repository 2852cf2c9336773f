{{/* What a schema cannot say of two values at once. */}}
{{- define "clientele.checks" -}}
{{- range $role := list "web" "worker" }}
{{- $size := get $.Values $role }}
{{- if lt (int $size.maxReplicas) (int $size.replicas) }}
{{- fail (printf "%s.maxReplicas (%d) is less than %s.replicas (%d)" $role (int $size.maxReplicas) $role (int $size.replicas)) }}
{{- end }}
{{- end }}
{{- $ingress := .Values.ingress }}
{{- $alb := eq $ingress.className "alb" }}
{{- $hosts := list }}
{{- range .Values.ingress.ownDomains }}
{{- if has .host $hosts }}
{{- fail (printf "ingress.ownDomains: %s stands twice" .host) }}
{{- end }}
{{- if hasSuffix (printf ".%s" $.Values.publicHost) (printf ".%s" .host) }}
{{- fail (printf "ingress.ownDomains: %s is %s or under it, and needs no entry" .host $.Values.publicHost) }}
{{- end }}
{{- if and .secretName .certificateArn }}
{{- fail (printf "ingress.ownDomains: %s has a secretName and a certificateArn, and needs one of them" .host) }}
{{- end }}
{{- if and .secretName $alb (not $.Values.network.ingressNamespaces) }}
{{- fail (printf "ingress.ownDomains: %s has a secretName, so network.ingressNamespaces must name the namespace of the ingress controller in the cluster that reads it" .host) }}
{{- end }}
{{- if and (eq $.Values.scheme "https") (not $alb) (not .secretName) }}
{{- fail (printf "ingress.ownDomains: %s needs a secretName, only an ALB finds certificates itself" .host) }}
{{- end }}
{{- if and $alb (not .secretName) $ingress.certificateArn (not .certificateArn) }}
{{- fail (printf "ingress.ownDomains: %s needs a certificateArn, an ALB looks for none next to ingress.certificateArn" .host) }}
{{- end }}
{{- if and .certificateArn (not $ingress.certificateArn) }}
{{- fail (printf "ingress.ownDomains: %s has a certificateArn, so ingress.certificateArn must name that of %s" .host $.Values.publicHost) }}
{{- end }}
{{- $hosts = append $hosts .host }}
{{- end }}
{{- if and .Values.autoscaling.keda.enabled (eq (int .Values.worker.replicas) (int .Values.worker.maxReplicas)) }}
{{- fail "autoscaling.keda.enabled needs worker.maxReplicas above worker.replicas" }}
{{- end }}
{{- $byHand := and (eq .Values.secrets.source "existing") (not .Values.secrets.keys.keda) }}
{{- if and .Values.autoscaling.keda.enabled .Values.database.ca.configMap $byHand }}
{{- fail "secrets.keys.keda must name a Secret with a JOBS_DATABASE_URL without sslrootcert, a file that KEDA's pods do not have" }}
{{- end }}
{{- if and .Values.secrets.keys.controlAdmin (not .Values.database.control.ours) }}
{{- fail "secrets.keys.controlAdmin is for a control plane of ours: database.control.ours is false" }}
{{- end }}
{{- if and .Values.secrets.keys.controlOwner (not .Values.database.control.ours) }}
{{- fail "secrets.keys.controlOwner is for a control plane of ours: database.control.ours is false" }}
{{- end }}
{{- end }}
