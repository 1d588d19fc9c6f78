// Compose file, Dockerfile, bake file and chart against each other and the sources: the same services,
// settings that exist, nothing that runs as root or listens to the world.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import YAML from 'yaml';
import { chart, documents, root, run } from './helm.mjs';

const problems = [];
const expect = (holds, problem) => { if (!holds) problems.push(problem); };
const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');

// -- Settings: what a THROUGHLINE_* variable names must be read by that service.
// serve hosts the gateway as well.
const shared = ['common', 'services/cli', 'services/gateway'];
const sources = (folders) => execFileSync('git', ['-C', root, 'ls-files', ...folders.map((folder) => `${folder}/*.cc`)], { encoding: 'utf8' })
  .trim().split('\n').filter((file) => fs.existsSync(path.join(root, file))).map(read).join('\n');
const variables = (folders) => new Set([...sources(folders).matchAll(/envname\("(\w+)"\)/g)].map(([, name]) => name));
function checkSettings(where, service, names) {
  const known = variables(service === 'cli' ? shared : ['common/audit', 'common/rpc', 'common/tracing', `services/${service}`]);
  for (const name of names.filter((name) => name.startsWith('THROUGHLINE_'))) {
    expect(known.has(name), `${where}: ${service} reads no ${name}`);
  }
}

// -- Images.
const dockerfile = read('deploy/Dockerfile');
const targets = [...dockerfile.matchAll(/^FROM runtime-base AS (\w+)$/gm)].map(([, name]) => name).sort();
const baked = JSON.parse(/service = (\[[^\]]*\])/.exec(read('deploy/docker-bake.hcl'))[1]).sort();
expect(JSON.stringify(targets) === JSON.stringify(baked), `docker-bake.hcl builds ${baked}, Dockerfile has ${targets}`);
expect(/^USER 65532:65532$/m.test(dockerfile) && !/^USER (0|root)/m.test(dockerfile), 'Dockerfile: must run as 65532');
expect(!/^(ENTRYPOINT|CMD) (?!\[)/m.test(dockerfile), 'Dockerfile: ENTRYPOINT in shell form does not pass SIGTERM on');
expect(!/:latest|ADD http/.test(dockerfile), 'Dockerfile: unpinned base or remote ADD');
for (const stage of dockerfile.split(/^FROM /m).filter((text) => text.startsWith('runtime-base AS'))) {
  const name = /AS (\w+)/.exec(stage)[1];
  const program = name === 'cli' ? 'throughline' : `throughline-${name}`;
  expect(stage.includes(`ENTRYPOINT ["${program}"]`), `Dockerfile: ${name} does not start ${program}`);
  expect(name === 'cli' || stage.includes(`CMD ["${program}", "--healthcheck"]`), `Dockerfile: ${name} has no health check of its own`);
}

// -- Compose.
const compose = YAML.parse(read('deploy/compose.yaml'), { merge: true });
const kOurs = /throughline\/(\w+):/;
for (const [name, service] of Object.entries(compose.services)) {
  const say = (text) => `compose.yaml: ${name}: ${text}`;
  expect(service.read_only === true, say('the root file system can be written'));
  expect(service.cap_drop?.includes('ALL'), say('capabilities are not dropped'));
  expect(service.security_opt?.includes('no-new-privileges:true'), say('privileges can grow'));
  expect(service.mem_limit, say('has no memory limit'));
  expect(!service.image.endsWith(':latest') && /:[^/]+$/.test(service.image), say('image is not pinned'));
  for (const port of service.ports ?? []) expect(port.startsWith('127.0.0.1:'), say(`port ${port} listens to the world`));
  for (const secret of service.secrets ?? []) expect(compose.secrets[secret], say(`no secret ${secret}`));
  for (const network of service.networks ?? []) expect(network in compose.networks, say(`no network ${network}`));
  for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services[other], say(`waits for ${other}, which is not there`));
  for (const [key, value] of Object.entries(service.environment ?? {})) {
    expect(!/PASSWORD$|SECRET$|TOKEN$/.test(key) || !value, say(`${key} is a secret in the environment`));
    const address = /^([a-z]+):(\d+)$/.exec(value);
    if (key.startsWith('THROUGHLINE_') && address) expect(compose.services[address[1]], say(`${key} leads to ${value}`));
  }
  const ours = kOurs.exec(service.image)?.[1];
  if (!ours) continue;
  expect(targets.includes(ours), say(`no image target ${ours}`));
  checkSettings('compose.yaml', ours, Object.keys(service.environment ?? {}));
  const drain = Number(service.environment?.THROUGHLINE_DRAIN_SECONDS ?? 0) * (ours === 'gateway' ? 2 : 1);
  expect(parseInt(service.stop_grace_period, 10) >= drain + 10, say('is killed before it has drained'));
}
for (const { source } of Object.values(compose.services).flatMap(({ volumes }) => volumes ?? []).map((volume) => ({ source: volume.split(':')[0] }))) {
  if (source.startsWith('.')) expect(fs.existsSync(path.join(root, 'deploy', source)), `compose.yaml: mounts ${source}, which is not there`);
}

// Over TLS everything that calls or is called has the files, and nothing else is changed.
const overTls = YAML.parse(read('deploy/compose.tls.yaml'), { merge: true });
const callers = Object.keys(compose.services).filter((name) => kOurs.test(compose.services[name].image) && !/^(lite|migrate-.*)$/.test(name));
expect(JSON.stringify(Object.keys(overTls.services).sort()) === JSON.stringify(callers.sort()), `compose.tls.yaml: has ${Object.keys(overTls.services)}, compose.yaml ${callers}`);
for (const [name, { environment, secrets, ...others }] of Object.entries(overTls.services)) {
  const say = (text) => `compose.tls.yaml: ${name}: ${text}`;
  expect(Object.keys(others).length === 0, say(`changes ${Object.keys(others)}`));
  for (const secret of secrets) expect(overTls.secrets[secret], say(`no secret ${secret}`));
  for (const key of ['CERT', 'KEY', 'CA']) {
    expect(secrets.some((secret) => environment[`THROUGHLINE_TLS_${key}`] === `/run/secrets/${secret}`), say(`THROUGHLINE_TLS_${key} is no secret of its own`));
  }
  const ours = kOurs.exec(compose.services[name]?.image ?? '')?.[1];
  checkSettings('compose.tls.yaml', ours, Object.keys(environment));
  expect(ours === 'cli' || environment.THROUGHLINE_HEALTH_PORT, say('its health is asked for without a certificate'));
}

// -- Chart.
for (const set of fs.readdirSync(path.join(chart, 'ci'))) {
  const { stdout } = await run(['template', 'rel', chart, '-f', path.join(chart, 'ci', set)]);
  for (const { document } of documents(stdout)) {
    const service = document.metadata.labels?.['app.kubernetes.io/component'];
    if (document.kind === 'ConfigMap' && document.data?.THROUGHLINE_LISTEN_HOST) checkSettings(`chart, ${set}`, service, Object.keys(document.data));
    if (document.kind === 'Job') checkSettings(`chart, ${set}`, /-(\w+)-migrate-/.exec(document.metadata.name)[1], document.spec.template.spec.containers[0].env.map(({ name }) => name));
  }
}

for (const problem of new Set(problems)) console.log(problem);
console.log(`${targets.length} images, ${Object.keys(compose.services).length} compose services, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
