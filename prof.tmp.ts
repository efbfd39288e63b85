import { writeFileSync, mkdtempSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createPipeline, ScheduledJobListDocument, type Services } from './src/graphql/index.ts';
import { openDatabase, ensureDefaultUser } from './src/storage/index.ts';
import { localUser } from './src/access/index.ts';
import { systemClock, randomIds } from './src/core/index.ts';
import { shownJob } from './src/rest/routes/scheduler-shapes.ts';
const folder = mkdtempSync('/tmp/river-');
const database = await openDatabase(`file:${folder}/x.db`, systemClock);
const user = localUser(await ensureDefaultUser(database, systemClock));
const at = new Date();
const row = (i: number) => ({ ownerId: user.userId, name: 'Scan', jobType: 'market_scan', schedule: `${i % 60} ${Math.floor(i / 60) % 24} * * ${Math.floor(i / 1440)}`, timezone: 'America/New_York', sessionPolicy: 'skip_closed', config: '{}', enabled: true, overlapPolicy: 'skip', catchupPolicy: 'skip', catchupWindowSeconds: 3600, timeoutSeconds: 600, handledUntil: at, nextDueAt: at, createdAt: at, updatedAt: at });
await database.transaction((db) => db.scheduledJob.createMany({ data: Array.from({ length: 10_000 }, (_, i) => row(i)) }));
await database.transaction(async (db) => {
  await db.jobRun.createMany({ data: Array.from({ length: 10_000 }, (_, i) => ({ ownerId: user.userId, jobId: i + 1, occurrence: 'x', scheduledFor: at, trigger: 'cron', status: 'succeeded', correlationId: 'c', createdAt: at, startedAt: at, finishedAt: at, summary: 's', output: '{}' })) });
  await db.$executeRaw`UPDATE "ScheduledJob" SET "lastRunId" = "id"`;
});
const pipeline = createPipeline({ database, clock: systemClock, ids: randomIds, log: console, info: { version: '0' } } as unknown as Services);
const caller = { principal: user, requestId: 't' };
const cpu = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1000; };
const session = new Session(); session.connect(); await session.post('Profiler.enable');
for (let round = 0; round < 3; round += 1) {
  if (round === 1) await session.post('Profiler.start');
  const a = cpu(); const w = performance.now();
  const answer = await pipeline.execute(ScheduledJobListDocument, {}, caller);
  const b = cpu();
  const shown = answer.data!.scheduledJobs.nodes.map(shownJob);
  const c = cpu();
  const text = JSON.stringify(shown);
  console.log(round, 'execute', (b - a).toFixed(0), 'shown', (c - b).toFixed(0), 'json', (cpu() - c).toFixed(0), 'wall', (performance.now() - w).toFixed(0), text.length, answer.errors?.[0]);
  if (round === 1) writeFileSync('/tmp/prof/list.cpuprofile', JSON.stringify((await session.post('Profiler.stop')).profile));
}
await database.close();
