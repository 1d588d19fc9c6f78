{{/*
What is true of each service whatever the values say: ports, whom it calls and through which
variable, where it may keep its data, and what its shutdown takes. The caller graph of the
NetworkPolicies, the addresses in the environment and the drain arithmetic all come from here.
*/}}
{{- define "throughline.facts" -}}
# Under TLS each process also serves health, alone and in plain text, on port 50050.
memory:
  grpc: 50052
  metrics: 9102
  rpc: throughline.memory.v1.MemoryService
  calls: {}
  stores: true
  postgresVariable: THROUGHLINE_STORE
  postgresReplica: true
  redis: THROUGHLINE_REDIS
  retention: true
router:
  grpc: 50053
  metrics: 9103
  rpc: throughline.router.v1.RouterService
  calls: {}
  stores: true
  # Takes the file's path alone.
  postgresVariable: THROUGHLINE_ROUTER_POSTGRES_FILE
  postgresPathAlone: true
  redis: THROUGHLINE_ROUTER_REDIS
  providers: true
  retention: true
analyst:
  grpc: 50054
  metrics: 9104
  rpc: throughline.analyst.v1.AnalystService
  calls: {router: THROUGHLINE_ROUTER}
writer:
  grpc: 50055
  metrics: 9105
  rpc: throughline.writer.v1.WriterService
  calls: {router: THROUGHLINE_ROUTER}
orchestrator:
  grpc: 50051
  metrics: 9101
  rpc: throughline.orchestrator.v1.OrchestratorService
  calls: {memory: THROUGHLINE_MEMORY, analyst: THROUGHLINE_ANALYST, writer: THROUGHLINE_WRITER, router: THROUGHLINE_ROUTER}
  stores: true
  postgresVariable: THROUGHLINE_ORCHESTRATOR_STORE
  postgresConnections: 16
  retention: true
  webhooks: true
  # Calls that outlast the drain go on in the next process, so it may be shorter than a call.
  handsOver: true
gateway:
  grpc: 50056
  metrics: 9106
  http: 8080
  calls:
    orchestrator: THROUGHLINE_ORCHESTRATOR
    memory: THROUGHLINE_MEMORY
    router: THROUGHLINE_ROUTER
  # The gRPC port drains first, then the HTTP port: each may take drain.timeoutSeconds.
  drains: 2
{{- end }}

{{- define "throughline.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Room is left for "-orchestrator-headless". */}}
{{- define "throughline.fullname" -}}
{{- $name := include "throughline.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* (dict "root" $ "component" "memory"); the component may be left out. */}}
{{- define "throughline.selectorLabels" -}}
app.kubernetes.io/name: {{ include "throughline.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "throughline.labels" -}}
{{ include "throughline.selectorLabels" . }}
app.kubernetes.io/part-of: throughline
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* metadata of an object: (dict "root" $ "name" n "component" c "labels" map "annotations" map) */}}
{{- define "throughline.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "throughline.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- $annotations := merge (dict) (.annotations | default dict) (.root.Values.commonAnnotations | default dict) }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
Lays the second map over the first, in place. Sprig's mergeOverwrite would ignore false, 0 and empty
lists, so that a service could not turn off what the defaults turn on.
*/}}
{{- define "throughline.overlay" -}}
{{- $base := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- $below := get $base $key }}
{{- if and (kindIs "map" $value) (kindIs "map" $below) }}
{{- include "throughline.overlay" (list $below $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Fills .into with one entry for each enabled service: the defaults, the service's own values over
them, and what follows from both: fullname, facts, store, kind, maxReplicas, grace.
*/}}
{{- define "throughline.collect" -}}
{{- $root := .root }}
{{- $into := .into }}
{{- range $name, $facts := fromYaml (include "throughline.facts" $root) }}
{{- $service := deepCopy $root.Values.defaults }}
{{- include "throughline.overlay" (list $service (get $root.Values.services $name | default dict)) }}
{{- if $service.enabled }}
{{- $store := "" }}
{{- if $facts.stores }}
{{- $store = $service.store | default $root.Values.storage.mode }}
{{- end }}
{{- $max := int $service.replicas }}
{{- if $service.autoscaling.enabled }}{{ $max = int $service.autoscaling.max }}{{ end }}
{{- if $service.keda.enabled }}{{ $max = int $service.keda.max }}{{ end }}
{{- $drains := int ($facts.drains | default 1) }}
{{- $needed := add (int $service.drain.delaySeconds) (mul $drains (int $service.drain.timeoutSeconds)) 5 }}
{{/* A drain that cut calls off stays for one more scrape, 17 s at most: time for it, none that is needed. */}}
{{- $_ := set $service "name" $name }}
{{- $_ := set $service "facts" $facts }}
{{- $_ := set $service "fullname" (printf "%s-%s" (include "throughline.fullname" $root) $name) }}
{{- $_ := set $service "storeMode" $store }}
{{- $_ := set $service "kind" (ternary "StatefulSet" "Deployment" (eq $store "sqlite")) }}
{{- $_ := set $service "maxReplicas" $max }}
{{- $_ := set $service "graceNeeded" (int $needed) }}
{{- $_ := set $service "grace" (int ($service.terminationGracePeriodSeconds | default (add $needed 20))) }}
{{- $_ := set $into $name $service }}
{{- end }}
{{- end }}
{{- end }}

{{- define "throughline.image" -}}
{{- $image := .image }}
{{- $registry := $image.registry | default .root.Values.global.imageRegistry }}
{{- $repository := $image.repository | default (printf "throughline/%s" .name) }}
{{- $reference := ternary (printf "@%s" $image.digest) (printf ":%s" ($image.tag | default .root.Chart.AppVersion)) (ne ($image.digest | default "") "") }}
{{- with $registry }}{{ . }}/{{ end }}{{ $repository }}{{ $reference }}
{{- end }}

{{- define "throughline.serviceAccountName" -}}
{{- if .service.serviceAccount.name }}{{ .service.serviceAccount.name }}
{{- else if .service.serviceAccount.create }}{{ .service.fullname }}
{{- else }}default{{ end }}
{{- end }}

{{/* The Secret with the connection string: the operator's, or that of the development server. */}}
{{- define "throughline.postgresSecret" -}}
{{- if .Values.dev.postgres.enabled }}{{ include "throughline.fullname" . }}-dev-postgres
{{- else }}{{ .Values.postgres.existingSecret }}{{ end }}
{{- end }}

{{- define "throughline.redisAddress" -}}
{{- if .Values.dev.redis.enabled }}{{ include "throughline.fullname" . }}-dev-redis:6379
{{- else }}{{ .Values.redis.address }}{{ end }}
{{- end }}

{{/* How a service is told where its PostgreSQL is: "NAME: value". */}}
{{- define "throughline.postgresSetting" -}}
{{- $file := printf "/run/secrets/throughline/postgres/%s" .root.Values.postgres.key }}
{{- .service.facts.postgresVariable }}: {{ ternary "" "postgres:" (default false .service.facts.postgresPathAlone) }}{{ $file }}
{{- end }}

{{/* The Secret with a service's tls.crt, tls.key and ca.crt; empty in plain text. */}}
{{- define "throughline.tlsSecret" -}}
{{- if .root.Values.tls.enabled }}
{{- $issued := ternary (printf "%s-tls" .service.fullname) "" .root.Values.tls.certManager.enabled }}
{{- .service.tlsSecret | default $issued | default .root.Values.tls.existingSecret }}
{{- end }}
{{- end }}

{{/* The same for `helm test`. */}}
{{- define "throughline.testTlsSecret" -}}
{{- include "throughline.tlsSecret" (dict "root" . "service" (dict "fullname" (printf "%s-test" (include "throughline.fullname" .)) "tlsSecret" .Values.tests.tlsSecret)) }}
{{- end }}

{{/* The three files below a folder, as a process is told of them: "NAME: path". */}}
{{- define "throughline.tlsFiles" -}}
THROUGHLINE_TLS_CERT: {{ . }}/tls.crt
THROUGHLINE_TLS_KEY: {{ . }}/tls.key
THROUGHLINE_TLS_CA: {{ . }}/ca.crt
{{- end }}

{{/*
Names of which a caller's certificate must carry one: those of the caller graph, of the test, and
tls.clients. Empty, which is whoever the CA has signed, where that is not asked for.
*/}}
{{- define "throughline.tlsClients" -}}
{{- $root := .root }}
{{- $callee := .service.name }}
{{- if and $root.Values.tls.enabled $root.Values.tls.callersOnly }}
{{- $names := list (printf "%s-test" (include "throughline.fullname" $root)) }}
{{- range $name, $facts := fromYaml (include "throughline.facts" $root) }}
{{- if hasKey $facts.calls $callee }}{{ $names = append $names (printf "%s-%s" (include "throughline.fullname" $root) $name) }}{{ end }}
{{- end }}
{{- join "," (concat $names $root.Values.tls.clients) }}
{{- end }}
{{- end }}

{{- define "throughline.routerConfigMap" -}}
{{- if .Values.router.existingConfigMap }}{{ .Values.router.existingConfigMap }}
{{- else if .Values.router.config }}{{ include "throughline.fullname" . }}-router-models{{ end }}
{{- end }}

{{- define "throughline.retentionConfigMap" -}}
{{- if .Values.retention.existingConfigMap }}{{ .Values.retention.existingConfigMap }}
{{- else if .Values.retention.rules }}{{ include "throughline.fullname" . }}-retention{{ end }}
{{- end }}

{{- define "throughline.webhooksConfigMap" -}}
{{- if .Values.webhooks.endpoints }}{{ include "throughline.fullname" . }}-webhooks{{ end }}
{{- end }}

{{/* MiB of a quantity with Ki, Mi, Gi or Ti. */}}
{{- define "throughline.mebibytes" -}}
{{- $number := regexFind "^[0-9]+" . | int64 }}
{{- if hasSuffix "Ti" . }}{{ mul $number 1048576 }}
{{- else if hasSuffix "Gi" . }}{{ mul $number 1024 }}
{{- else if hasSuffix "Mi" . }}{{ $number }}
{{- else }}{{ div $number 1024 }}{{ end }}
{{- end }}

{{/* Restricted by the Pod Security Standards; for pods that are not services. */}}
{{- define "throughline.restrictedPod" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "throughline.restrictedContainer" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
