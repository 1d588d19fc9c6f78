// Starts `throughline serve` on ports that the system chooses, for one test file.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.THROUGHLINE ?? "../../build/release/bin/throughline";

// `routerConfig` is the text of a router configuration; without it there are the built-in models only.
export async function startServer(routerConfig) {
  const directory = mkdtempSync(join(tmpdir(), "throughline-clients-"));
  const flags = ["serve", "--port", "0", "--data-dir", join(directory, "data")];
  if (routerConfig) {
    const path = join(directory, "router.yaml");
    writeFileSync(path, routerConfig);
    flags.push("--router-config", path);
  }
  const child = spawn(binary, flags, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${binary} ended with ${code}; build it first`)));
  });
  return {
    url: JSON.parse(line).http,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
