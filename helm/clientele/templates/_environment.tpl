{{/* The plain variables of every pod. They stand in the pod itself: a ConfigMap would not exist
     yet when the migration starts, and a change of it would restart nobody. */}}
{{- define "clientele.environment" -}}
{{- $values := .root.Values -}}
- {name: RUN_ID, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
{{- $fixed := dict
  "CELL" $values.cell
  "PUBLIC_HOST" $values.publicHost
  "OPERATORS_SUBDOMAIN" $values.operatorsSubdomain
  "SCHEME" $values.scheme
  "RELEASE" $values.release
  "LOG_FORMAT" "json"
  "DATA_DIR" "/data"
  "ENV_FILE" ""
  "METRICS_PORT" "9100"
  "METRICS_BIND" "0.0.0.0"
}}
{{- $domains := list }}
{{- range $values.ingress.ownDomains }}
{{- $domains = append $domains .host }}
{{- end }}
{{- if $domains }}
{{- $_ := set $fixed "OWN_DOMAINS" (join "," $domains) }}
{{- end }}
{{- $all := merge (dict) .own (include "clientele.storage" .root | fromYaml) $values.config $fixed }}
{{- range $name, $value := $all }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "clientele.storage" -}}
{{- with .Values.storage }}
{{- if .bucket }}
S3_BUCKET: {{ .bucket | quote }}
S3_REGION: {{ .region | quote }}
{{- with .roleArn }}
S3_ROLE_ARN: {{ . | quote }}
{{- end }}
{{- with .encryption }}
S3_ENCRYPTION: {{ . | quote }}
{{- end }}
{{- with .endpointUrl }}
S3_ENDPOINT_URL: {{ . | quote }}
{{- end }}
{{- with .publicUrl }}
S3_PUBLIC_URL: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Which groups of secrets a role gets, and no other. */}}
{{- define "clientele.groups" -}}
{{- $more := dict
  "worker" (list "jobs")
  "scheduler" (list "jobs")
  "provisioner" (list "owner")
  "migrate" (list "jobs" "owner" "controlOwner" "admin" "controlAdmin")
}}
{{- concat (list "app" "control" "cell") (get $more .role | default list) | toJson }}
{{- end }}

{{- define "clientele.secret" -}}
{{- if eq .root.Values.secrets.source "existing" -}}
{{ get .root.Values.secrets.keys .group }}
{{- else -}}
{{ include "clientele.name" .root }}-{{ kebabcase .group }}
{{- end -}}
{{- end }}

{{- define "clientele.secrets" -}}
{{- $root := .root -}}
{{- range include "clientele.groups" . | fromJsonArray }}
{{- if get $root.Values.secrets.keys . }}
- secretRef: {name: {{ include "clientele.secret" (dict "root" $root "group" .) }}}
{{- end }}
{{- end }}
{{- end }}
