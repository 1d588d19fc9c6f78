// The restricted Pod Security Standard, and what we promise beyond it, for one object's pod.
const kVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];

export function podOf(document) {
  if (document.kind === 'Pod') return document.spec;
  return document.spec?.template?.spec;
}

export function checkPod(document) {
  const pod = podOf(document);
  if (!pod?.containers) return [];
  const wrong = [];
  const expect = (holds, why) => { if (!holds) wrong.push(why); };
  const context = pod.securityContext ?? {};
  expect(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'uses a namespace of the host');
  expect(context.runAsNonRoot === true, 'runAsNonRoot is not true');
  expect(context.runAsUser > 0, 'runAsUser is not set above 0');
  expect(context.seccompProfile?.type === 'RuntimeDefault', 'seccompProfile is not RuntimeDefault');
  expect(pod.automountServiceAccountToken === false, 'a service account token is mounted');
  expect(pod.enableServiceLinks === false, 'service links are on');
  for (const volume of pod.volumes ?? []) {
    expect(kVolumes.some((kind) => volume[kind]), `volume ${volume.name} is of a forbidden kind`);
  }
  for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
    const own = container.securityContext ?? {};
    const say = (text) => `container ${container.name}: ${text}`;
    expect(own.allowPrivilegeEscalation === false, say('allowPrivilegeEscalation is not false'));
    expect(own.capabilities?.drop?.includes('ALL') && !own.capabilities.add, say('capabilities are not dropped'));
    expect(own.readOnlyRootFilesystem === true, say('the root file system can be written'));
    expect(!own.privileged, say('is privileged'));
    expect(container.resources?.requests?.cpu && container.resources?.requests?.memory, say('requests nothing'));
    expect(container.resources?.limits?.memory, say('has no memory limit'));
    expect(!container.resources?.limits?.cpu, say('has a CPU limit'));
    expect(/[:@][^/]+$/.test(container.image) && !container.image.endsWith(':latest'), say(`image ${container.image} is not pinned`));
    for (const { name, value } of container.env ?? []) {
      expect(!(value && /password|secret|token|api_?key$/i.test(name) && !/^\//.test(value)), say(`${name} holds a secret in the environment`));
    }
  }
  return wrong;
}
