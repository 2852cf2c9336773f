{{/* The pod of any role. Call with (dict "root" $ "role" "web" "args" (list ..) "size" .Values.web
     "own" (dict of variables) "grace" seconds "container" (yaml of ports, probes, lifecycle)). */}}
{{- define "clientele.pod" -}}
metadata:
  labels:
    {{- include "clientele.selector" . | nindent 4 }}
    clientele/cell: {{ .root.Values.cell | quote }}
spec:
  serviceAccountName: {{ include "clientele.account" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .grace }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  {{- with .size.zoneSpread }}
  {{- include "clientele.spread" (merge (dict "when" .) $) | nindent 2 }}
  {{- end }}
  containers:
    - name: {{ .role }}
      image: {{ include "clientele.image" .root }}
      imagePullPolicy: IfNotPresent
      args: {{ .args | toJson }}
      env:
        {{- include "clientele.environment" . | nindent 8 }}
      envFrom:
        {{- include "clientele.secrets" . | trim | nindent 8 }}
      {{- with .container }}
      {{- . | trim | nindent 6 }}
      {{- end }}
      # No limit on CPU: it would throttle requests while the node idles.
      resources:
        requests: {cpu: {{ .size.cpu | quote }}, memory: {{ .size.memory }}}
        limits: {memory: {{ .size.memory }}}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
        - {name: shm, mountPath: /dev/shm}
        {{- if .root.Values.database.ca.configMap }}
        - {name: database-ca, mountPath: /etc/clientele/database, readOnly: true}
        {{- end }}
  volumes:
    - {name: data, emptyDir: {sizeLimit: 64Mi}}
    - {name: tmp, emptyDir: {sizeLimit: {{ .size.scratch | default "2Gi" }}}}
    - {name: shm, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
    {{- with .root.Values.database.ca }}
    {{- if .configMap }}
    - name: database-ca
      configMap:
        name: {{ .configMap }}
        items: [{key: {{ .key }}, path: ca.pem}]
    {{- end }}
    {{- end }}
{{- end }}

{{/* One release at a time is spread (pod-template-hash), so that a rolling one does not pile up. */}}
{{- define "clientele.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ .when }}
    nodeTaintsPolicy: Honor
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "clientele.selector" . | nindent 8 }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "clientele.selector" . | nindent 8 }}
{{- end }}

{{/* Asks for one metric that needs no database: a database that hangs must not end the workers. */}}
{{- define "clientele.background" -}}
ports:
  - {name: metrics, containerPort: 9100}
startupProbe:
  httpGet: {path: "/metrics?name[]=clientele_process", port: metrics}
  periodSeconds: 3
  failureThreshold: 60
livenessProbe:
  httpGet: {path: "/metrics?name[]=clientele_process", port: metrics}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}
