// One manifest against the schema of its kind: types by kubernetes-models, unknown fields of the
// built-in kinds by the attribute maps of Kubernetes' own client.
import * as client from '@kubernetes/client-node';

const kPackages = [
  [/^keda\.sh\//, '@kubernetes-models/keda'],
  [/^cert-manager\.io\//, '@kubernetes-models/cert-manager'],
  [/^monitoring\.coreos\.com\//, '@kubernetes-models/prometheus-operator'],
  [/^gateway\.networking\.k8s\.io\//, '@kubernetes-models/gateway-api'],
  [/.*/, 'kubernetes-models'],
];

async function modelOf({ apiVersion, kind }) {
  const [, name] = kPackages.find(([pattern]) => pattern.test(apiVersion));
  const module = await import(`${name}/${apiVersion}`).catch(() => undefined);
  return module?.[kind];
}

function unknownFields(value, type, path) {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return (Array.isArray(value) ? value : []).flatMap((item, i) => unknownFields(item, list[1], `${path}[${i}]`));
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return Object.entries(value ?? {}).flatMap(([key, item]) => unknownFields(item, map[1], `${path}.${key}`));
  const model = client[type];
  if (!model?.getAttributeTypeMap || value === null || typeof value !== 'object') return [];
  const known = new Map(model.getAttributeTypeMap().map(({ baseName, type: inner }) => [baseName, inner]));
  return Object.entries(value).flatMap(([key, item]) => known.has(key)
    ? unknownFields(item, known.get(key), `${path}.${key}`)
    : [`unknown field ${path}.${key}`]);
}

export async function checkManifest(document) {
  const wrong = [];
  const Model = await modelOf(document);
  if (!Model) return [`no schema for ${document.apiVersion} ${document.kind}`];
  try {
    new Model(document).validate();
  } catch (error) {
    wrong.push(`schema: ${error.message}`);
  }
  if (/^(v1|apps|batch|policy|autoscaling|networking\.k8s\.io)(\/|$)/.test(document.apiVersion)) {
    const version = document.apiVersion.split('/').at(-1);
    const type = version[0].toUpperCase() + version.slice(1) + document.kind;
    if (!client[type]) return [`no attribute map for ${type}`];
    wrong.push(...unknownFields(document, type, document.kind));
  }
  return wrong;
}
