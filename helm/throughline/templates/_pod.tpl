{{/* What the process reads from its environment: (dict "root" $ "service" $service). */}}
{{- define "throughline.environment" -}}
{{- $root := .root }}
{{- $service := .service }}
{{- $facts := $service.facts }}
THROUGHLINE_LISTEN_HOST: "0.0.0.0"
THROUGHLINE_LISTEN_PORT: {{ $facts.grpc | int | quote }}
THROUGHLINE_METRICS_PORT: {{ $facts.metrics | int | quote }}
{{- with $facts.http }}
THROUGHLINE_HTTP_PORT: {{ . | int | quote }}
{{- end }}
{{- if include "throughline.tlsSecret" . }}
{{ include "throughline.tlsFiles" "/run/secrets/throughline/tls" }}
THROUGHLINE_HEALTH_PORT: "50050"
{{- with include "throughline.tlsClients" . }}
THROUGHLINE_TLS_CLIENTS: {{ . }}
{{- end }}
{{- end }}
THROUGHLINE_NOT_SERVING_SECONDS: {{ $service.drain.delaySeconds | int | quote }}
THROUGHLINE_DRAIN_SECONDS: {{ $service.drain.timeoutSeconds | int | quote }}
{{- if include "throughline.trustsTenant" . }}
THROUGHLINE_TRUST_TENANT_METADATA: "true"
{{- end }}
{{- range $callee, $variable := $facts.calls }}
{{ $variable }}: {{ printf "%s-%s-headless:%d" (include "throughline.fullname" $root) $callee (int (get (fromYaml (include "throughline.facts" $root)) $callee).grpc) }}
{{- end }}
{{- if eq $service.storeMode "postgres" }}
{{ include "throughline.postgresSetting" . }}
{{- if and $facts.postgresReplica $root.Values.postgres.replicaKey }}
THROUGHLINE_POSTGRES_REPLICA: /run/secrets/throughline/postgres/{{ $root.Values.postgres.replicaKey }}
{{- end }}
{{- end }}
{{- if $service.storeMode }}
THROUGHLINE_DATA_DIR: /var/lib/throughline
{{- end }}
{{- if and (eq $service.name "memory") $root.Values.embeddings.url }}
THROUGHLINE_EMBEDDINGS_URL: {{ $root.Values.embeddings.url }}
THROUGHLINE_EMBEDDINGS_MODEL: {{ $root.Values.embeddings.model }}
{{- if $root.Values.embeddings.existingSecret }}
THROUGHLINE_EMBEDDINGS_KEY_FILE: /run/secrets/throughline/embeddings/{{ $root.Values.embeddings.key }}
{{- end }}
{{- end }}
{{- with $root.Values.tracing }}
{{- if .endpoint }}
THROUGHLINE_OTLP_ENDPOINT: {{ .endpoint }}
THROUGHLINE_TRACE_SAMPLE_RATIO: {{ toString .sampleRatio | quote }}
{{- end }}
{{- end }}
{{- if and $facts.redis (include "throughline.redisAddress" $root) }}
{{ $facts.redis }}: {{ include "throughline.redisAddress" $root }}
{{- if $root.Values.redis.existingSecret }}
{{ $facts.redis }}_PASSWORD_FILE: /run/secrets/throughline/redis/{{ $root.Values.redis.key }}
{{- end }}
{{- if $root.Values.redis.caSecret }}
{{ $facts.redis }}_TLS_CA: /run/secrets/throughline/redis-ca/{{ $root.Values.redis.caKey }}
{{- end }}
{{- end }}
{{- if and $facts.providers (include "throughline.routerConfigMap" $root) }}
THROUGHLINE_ROUTER_CONFIG: /etc/throughline/router.yaml
{{- end }}
{{- if $facts.http }}
THROUGHLINE_API_KEYS: /run/secrets/throughline/api-keys/{{ $root.Values.gateway.apiKeys.key }}
{{- end }}
{{- if and $facts.retention (include "throughline.retentionConfigMap" $root) }}
THROUGHLINE_RETENTION: /etc/throughline-retention/retention.yaml
{{- end }}
{{- if and $facts.webhooks $root.Values.webhooks.endpoints }}
THROUGHLINE_WEBHOOKS: /etc/throughline-webhooks/webhooks.yaml
{{- end }}
{{- if include "throughline.audits" . }}
THROUGHLINE_AUDIT_LOG: /var/lib/throughline-audit/%h.jsonl
THROUGHLINE_AUDIT_ON_FAILURE: {{ $root.Values.audit.onFailure }}
THROUGHLINE_AUDIT_MAX_MIB: {{ $root.Values.audit.maxMib | int | quote }}
{{- end }}
{{- range $key, $value := $service.config }}
{{- if not (kindIs "invalid" $value) }}
THROUGHLINE_{{ snakecase $key | upper }}: {{ ternary (toString (int64 $value)) (toString $value) (and (kindIs "float64" $value) (eq (floor $value) $value)) | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/*
"true" where the tenant in x-throughline-tenant is believed: behind our own services always; at the
orchestrator only while the gateway, which takes the tenant from the credential, stands before it.
*/}}
{{- define "throughline.trustsTenant" -}}
{{- $trust := .service.trustTenantMetadata }}
{{- if kindIs "invalid" $trust }}
{{- if eq .service.name "gateway" }}{{ $trust = false }}
{{- else if eq .service.name "orchestrator" }}{{ $trust = (get .root.Values.services "gateway" | default dict).enabled }}
{{- else }}{{ $trust = true }}{{ end }}
{{- end }}
{{- if $trust }}true{{ end }}
{{- end }}

{{/* "true" for the services that change or disclose something by themselves. */}}
{{- define "throughline.audits" -}}
{{- if and .root.Values.audit.enabled (has .service.name (list "memory" "router" "orchestrator" "gateway")) }}true{{ end }}
{{- end }}

{{- define "throughline.secretVolumes" -}}
{{- $root := .root }}
{{- $service := .service }}
{{- if eq $service.storeMode "postgres" }}
- name: postgres
  secret:
    secretName: {{ include "throughline.postgresSecret" $root }}
    defaultMode: 0440
{{- end }}
{{- if and $service.facts.redis $root.Values.redis.existingSecret }}
- name: redis
  secret:
    secretName: {{ $root.Values.redis.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- if and $service.facts.redis $root.Values.redis.caSecret }}
- name: redis-ca
  secret:
    secretName: {{ $root.Values.redis.caSecret }}
    defaultMode: 0440
{{- end }}
{{- if and (eq $service.name "memory") $root.Values.embeddings.existingSecret }}
- name: embeddings
  secret:
    secretName: {{ $root.Values.embeddings.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- if and $service.facts.providers $root.Values.router.providerKeys.existingSecret }}
- name: providers
  secret:
    secretName: {{ $root.Values.router.providerKeys.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- if and $service.facts.webhooks $root.Values.webhooks.existingSecret }}
- name: webhooks
  secret:
    secretName: {{ $root.Values.webhooks.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- if $service.facts.http }}
- name: api-keys
  secret:
    secretName: {{ $root.Values.gateway.apiKeys.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- with include "throughline.tlsSecret" . }}
- name: tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- with $service.existingSecret }}
- name: own
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{/* The one pod of all services: (dict "root" $ "service" $service). */}}
{{- define "throughline.pod" -}}
{{- $root := .root }}
{{- $service := .service }}
{{- $selector := include "throughline.selectorLabels" (dict "root" $root "component" $service.name) }}
{{- $secrets := fromYamlArray (include "throughline.secretVolumes" .) }}
{{- $models := and $service.facts.providers (include "throughline.routerConfigMap" $root) }}
{{- $retention := and $service.facts.retention (include "throughline.retentionConfigMap" $root) }}
{{- $webhooks := and $service.facts.webhooks $root.Values.webhooks.endpoints }}
{{- /* Kubernetes' probes have no certificate. */ -}}
{{- $probed := ternary 50050 (int $service.facts.grpc) (ne (include "throughline.tlsSecret" .) "") }}
metadata:
  labels:
    {{- include "throughline.labels" (dict "root" $root "component" $service.name) | nindent 4 }}
    {{- with $service.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "throughline.environment" . | sha256sum }}
    {{- if and $service.facts.providers $root.Values.router.config }}
    checksum/models: {{ toYaml $root.Values.router.config | sha256sum }}
    {{- end }}
    {{- if $webhooks }}
    checksum/webhooks: {{ toYaml $root.Values.webhooks.endpoints | sha256sum }}
    {{- end }}
    {{- if and (eq $service.storeMode "postgres") $root.Values.dev.postgres.enabled }}
    checksum/dev-postgres: {{ $root.Values.dev.postgres.password | sha256sum }}
    {{- end }}
    {{- $names := list }}
    {{- /* Certificates are read again by the process itself. */ -}}
    {{- range $secrets }}{{ if ne .name "tls" }}{{ $names = append $names .secret.secretName }}{{ end }}{{ end }}
    {{- if and $root.Values.reloader.enabled $names }}
    secret.reloader.stakater.com/reload: {{ $names | uniq | join "," | quote }}
    {{- end }}
    {{- with $service.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "throughline.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $service.grace }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $service.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- toYaml $service.podSecurityContext | nindent 4 }}
  {{- with $service.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $service.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $service.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $service.spread }}
  topologySpreadConstraints:
    {{- range . }}
    - {{- toYaml . | nindent 6 }}
      labelSelector:
        matchLabels:
          {{- $selector | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ $service.name }}
      image: {{ include "throughline.image" (dict "root" $root "name" $service.name "image" $service.image) }}
      imagePullPolicy: {{ $service.image.pullPolicy }}
      securityContext:
        {{- toYaml $service.securityContext | nindent 8 }}
      envFrom:
        - configMapRef:
            name: {{ $service.fullname }}
        {{- with $service.envFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $service.env }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: grpc
          containerPort: {{ $service.facts.grpc }}
        {{- if ne $probed (int $service.facts.grpc) }}
        - name: health
          containerPort: {{ $probed }}
        {{- end }}
        - name: metrics
          containerPort: {{ $service.facts.metrics }}
        {{- with $service.facts.http }}
        - name: http
          containerPort: {{ . }}
        {{- end }}
      startupProbe:
        {{- if not (hasKey $service.probes.startup "exec") }}
        grpc:
          port: {{ $probed }}
        {{- end }}
        {{- toYaml $service.probes.startup | nindent 8 }}
      readinessProbe:
        {{- if not (hasKey $service.probes.readiness "exec") }}
        grpc:
          port: {{ $probed }}
        {{- end }}
        {{- toYaml $service.probes.readiness | nindent 8 }}
      # Health follows the stores; a store that is down is no reason to restart its clients. That
      # the process can still answer is.
      livenessProbe:
        {{- if not (hasKey $service.probes.liveness "exec") }}
        httpGet:
          path: /metrics
          port: metrics
        {{- end }}
        {{- toYaml $service.probes.liveness | nindent 8 }}
      resources:
        {{- toYaml $service.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $service.storeMode }}
        - name: data
          mountPath: /var/lib/throughline
        {{- end }}
        {{- if include "throughline.audits" . }}
        - name: audit
          mountPath: /var/lib/throughline-audit
        {{- end }}
        {{- range $secrets }}
        - name: {{ .name }}
          mountPath: /run/secrets/throughline/{{ .name }}
          readOnly: true
        {{- end }}
        {{- if $models }}
        - name: models
          mountPath: /etc/throughline
          readOnly: true
        {{- end }}
        {{- if $retention }}
        # The whole folder: a file in it is replaced under the process, which reads it again.
        - name: retention
          mountPath: /etc/throughline-retention
          readOnly: true
        {{- end }}
        {{- if $webhooks }}
        - name: webhook-endpoints
          mountPath: /etc/throughline-webhooks
          readOnly: true
        {{- end }}
        {{- with $service.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with $service.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- if eq $service.storeMode "postgres" }}
    # Caches that can be made again.
    - name: data
      emptyDir:
        sizeLimit: 1Gi
    {{- end }}
    {{- if include "throughline.audits" . }}
    - name: audit
      {{- if $root.Values.audit.existingClaim }}
      persistentVolumeClaim:
        claimName: {{ $root.Values.audit.existingClaim }}
      {{- else }}
      emptyDir:
        sizeLimit: {{ $root.Values.audit.sizeLimit }}
      {{- end }}
    {{- end }}
    {{- with $secrets }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- if $models }}
    - name: models
      configMap:
        name: {{ include "throughline.routerConfigMap" $root }}
        items:
          - key: router.yaml
            path: router.yaml
    {{- end }}
    {{- if $retention }}
    - name: retention
      configMap:
        name: {{ include "throughline.retentionConfigMap" $root }}
        items:
          - key: retention.yaml
            path: retention.yaml
    {{- end }}
    {{- if $webhooks }}
    - name: webhook-endpoints
      configMap:
        name: {{ include "throughline.webhooksConfigMap" $root }}
    {{- end }}
    {{- with $service.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
