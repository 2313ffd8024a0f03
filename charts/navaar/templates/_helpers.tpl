{{- define "navaar.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- /* Objects of the whole cluster: two releases of one name may be in different namespaces. */ -}}
{{- define "navaar.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "navaar.name" .) -}}
{{- end -}}

{{- define "navaar.selector" -}}
app.kubernetes.io/name: navaar
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "navaar.labels" -}}
{{ include "navaar.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: navaar
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") | quote }}
{{- end -}}

{{- define "navaar.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "navaar.name" .) -}}
{{- else -}}
{{- required "serviceAccount.name is needed when serviceAccount.create is false: name the one that exists" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* As a JSON list: whose MusicSyncs are served, where that is not the whole cluster's. */ -}}
{{- define "navaar.namespaces" -}}
{{- .Values.watchNamespaces | default (list .Release.Namespace) | uniq | toJson -}}
{{- end -}}

{{- define "navaar.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* What no schema can say in a sentence. */ -}}
{{- define "navaar.check" -}}
{{- if and .Values.clusterWide .Values.watchNamespaces -}}
{{- fail "clusterWide serves every namespace: leave watchNamespaces empty, or set clusterWide to false" -}}
{{- end -}}
{{- if and .Values.caBundle.configMap .Values.caBundle.secret -}}
{{- fail "caBundle is in a ConfigMap or in a Secret: name one of the two" -}}
{{- end -}}
{{- if and .Values.api.tokenSecret (not .Values.api.enabled) -}}
{{- fail "api.tokenSecret is of no use where api.enabled is false: leave one of the two out" -}}
{{- end -}}
{{- end -}}
