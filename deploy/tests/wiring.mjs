// Whether the objects of one render fit together: addresses lead to Services, Services to pods, pods
// to what they mount, policies let callers through, probes and monitors ask ports that exist.
import { podOf } from './pod_security.mjs';

const matches = (selector, labels) =>
  Object.entries(selector ?? {}).every(([key, value]) => labels?.[key] === value);

export function checkWiring(objects) {
  const wrong = [];
  const of = (kind) => objects.filter((object) => object.kind === kind);
  const named = (kind, name) => of(kind).find((object) => object.metadata.name === name);
  const workloads = [...of('Deployment'), ...of('StatefulSet')];
  const labelsOf = (workload) => workload.spec.template.metadata.labels;
  const backends = (service) => workloads.filter((workload) => matches(service.spec.selector, labelsOf(workload)));

  const seen = new Set();
  for (const object of objects) {
    const key = `${object.kind}/${object.metadata.name}`;
    if (seen.has(key)) wrong.push(`${key}: rendered twice`);
    seen.add(key);
    if (object.metadata.name.length > 63) wrong.push(`${key}: name is longer than 63`);
    const pod = podOf(object);
    for (const volume of pod?.volumes ?? []) {
      if (volume.configMap && /^rel-/.test(volume.configMap.name) && !named('ConfigMap', volume.configMap.name)) {
        wrong.push(`${key}: mounts ConfigMap ${volume.configMap.name}, which is not there`);
      }
    }
    const volumes = [...(pod?.volumes ?? []).map(({ name }) => name),
      ...(object.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name)];
    for (const container of pod?.containers ?? []) {
      for (const mount of container.volumeMounts ?? []) {
        if (!volumes.includes(mount.name)) wrong.push(`${key}: mounts ${mount.name}, which is no volume`);
      }
    }
  }
  for (const workload of workloads) {
    if (!matches(workload.spec.selector.matchLabels, labelsOf(workload))) {
      wrong.push(`${workload.metadata.name}: does not select its own pods`);
    }
    const others = workloads.filter((other) => other !== workload && matches(workload.spec.selector.matchLabels, labelsOf(other)));
    if (others.length) wrong.push(`${workload.metadata.name}: also selects the pods of ${others[0].metadata.name}`);
  }
  for (const service of of('Service')) {
    const found = backends(service);
    if (found.length !== 1) wrong.push(`Service ${service.metadata.name}: leads to ${found.length} workloads`);
    const ports = found.flatMap((workload) => workload.spec.template.spec.containers.flatMap(({ ports }) => ports ?? []));
    for (const { targetPort } of service.spec.ports) {
      if (!ports.some(({ name }) => name === targetPort)) wrong.push(`Service ${service.metadata.name}: no port ${targetPort}`);
    }
  }
  for (const config of of('ConfigMap')) {
    for (const [key, value] of Object.entries(config.data ?? {})) {
      const address = /^THROUGHLINE_\w+$/.test(key) && /^(rel-[\w-]+):(\d+)$/.exec(value);
      if (!address) continue;
      const service = named('Service', address[1]);
      if (!service?.spec.ports.some(({ port }) => port === Number(address[2]))) {
        wrong.push(`${config.metadata.name}: ${key} leads nowhere (${value})`);
        continue;
      }
      checkPath(config.metadata.name, service);
    }
  }
  for (const scaler of [...of('HorizontalPodAutoscaler'), ...of('ScaledObject')]) {
    const target = scaler.spec.scaleTargetRef;
    const workload = named(target.kind, target.name);
    if (!workload) wrong.push(`${scaler.kind} ${scaler.metadata.name}: scales nothing`);
    else if (workload.spec.replicas !== undefined) wrong.push(`${workload.metadata.name}: sets replicas under an autoscaler`);
  }
  return wrong;

  // The caller's egress and the callee's ingress must both allow the call.
  function checkPath(callerName, service) {
    if (of('NetworkPolicy').length === 0) return;
    const caller = workloads.find(({ metadata }) => metadata.name === callerName);
    const [callee] = backends(service);
    const peers = (rules, field) => rules.flatMap((rule) => rule[field] ?? []);
    const allows = (peer, labels) => peer.podSelector && matches(peer.podSelector.matchLabels, labels);
    const [from] = of('NetworkPolicy').filter(({ spec }) => matches(spec.podSelector.matchLabels, labelsOf(caller)));
    const [to] = of('NetworkPolicy').filter(({ spec }) => matches(spec.podSelector.matchLabels, labelsOf(callee)));
    const open = (peer) => peer.namespaceSelector && !peer.podSelector && Object.keys(peer.namespaceSelector).length === 0;
    if (from && !peers(from.spec.egress, 'to').some((peer) => allows(peer, labelsOf(callee)) || open(peer))) {
      wrong.push(`NetworkPolicy ${from.metadata.name}: does not let it call ${callee.metadata.name}`);
    }
    if (to && !peers(to.spec.ingress, 'from').some((peer) => allows(peer, labelsOf(caller)))) {
      wrong.push(`NetworkPolicy ${to.metadata.name}: does not let ${callerName} in`);
    }
  }
}
