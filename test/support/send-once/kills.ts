/** Processes that place an order and are really killed on the way of it (SIGKILL, by their own hand: at the point, not near it). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Point } from './points.ts';
import { judge, type Outcome, planOf, settle } from './run.ts';
import type { Scene } from './scene.ts';

/** What a child is told. */
export interface KillOrder {
  readonly databaseUrl: string;
  readonly brokerUrl: string;
  readonly controlUrl: string;
  /** What its clock says. */
  readonly now: string;
  readonly ownerId: number;
  readonly seed: number;
  readonly point: Point;
}

const script = fileURLToPath(new URL('child.ts', import.meta.url));

/** Kills a process at each of the points, one for each owner of the scene, then settles them and looks at what is there. */
export async function killAt(
  scene: Scene,
  databaseUrl: string,
  kills: readonly { readonly seed: number; readonly point: Point }[],
): Promise<Omit<Outcome, 'struck'>> {
  const { started, clock, owners } = scene;
  const ended = kills.map(({ seed, point }, index) =>
    kill({
      databaseUrl,
      brokerUrl: started.url,
      controlUrl: started.controlUrl ?? '',
      now: new Date(clock.now()).toISOString(),
      ownerId: owners[index]?.userId ?? 0,
      seed,
      point,
    }),
  );
  const signals = await Promise.all(ended);
  await settle(scene, kills[0]?.seed ?? 0);
  const judged = await judge(
    scene,
    kills.map(({ seed }) => planOf(seed)),
  );
  const alive = kills.filter((_, index) => signals[index] !== 'SIGKILL').map(({ point }) => `${point} killed nothing`);
  return { ...judged, violations: [...alive, ...judged.violations] };
}

/** Answers the signal by which the process ended. */
async function kill(order: KillOrder): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}
