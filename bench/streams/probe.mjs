/**
 * Loaded into the server before it starts (`--import`): at SIGUSR2 it collects garbage and writes what the process
 * holds into the file that PROBE names.
 */
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  const { user, system } = process.cpuUsage();
  for (let round = 0; round < 4; round += 1) collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === 'Timeout').length;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  writeFileSync(process.env.PROBE, JSON.stringify({ heapUsed, external, rss, timers, listeners, cpuMs: (user + system) / 1000 }));
});
