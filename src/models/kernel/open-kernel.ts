import type { Kernel } from './kernel.ts';
import type { Shape } from './layout.ts';
import { openPlainKernel } from './plain-kernel.ts';

export function openKernel(shape: Shape): Kernel {
  return openPlainKernel(shape);
}
