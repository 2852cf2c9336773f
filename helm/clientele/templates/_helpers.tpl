{{- define "clientele.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* What picks the pods of one role; call with (dict "root" $ "role" "web"). */}}
{{- define "clientele.selector" -}}
app.kubernetes.io/name: clientele
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{- define "clientele.labels" -}}
{{ include "clientele.selector" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: clientele
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
clientele/cell: {{ .root.Values.cell | quote }}
clientele/tier: {{ .root.Values.tier }}
{{- end }}

{{- define "clientele.image" -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- end }}

{{/* Pods that come as the same role at AWS share an account. */}}
{{- define "clientele.account" -}}
{{ include "clientele.name" .root }}-{{ eq .role "scheduler" | ternary "worker" .role }}
{{- end }}

{{/* Hooks run before anything else of the release exists; what they need are hooks as well. */}}
{{- define "clientele.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation
{{- end }}
