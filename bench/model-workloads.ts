/** How large the tables are that models are trained on in the benchmarks: years of days, and of minutes. */
export interface ModelWorkload {
  readonly name: string;
  readonly rows: number;
  readonly features: number;
  readonly trees: number;
}

export const MODEL_WORKLOADS: readonly ModelWorkload[] = [
  { name: 'small', rows: 2000, features: 30, trees: 200 },
  { name: 'medium', rows: 100_000, features: 50, trees: 50 },
  { name: 'large', rows: 500_000, features: 50, trees: 20 },
];

export function modelWorkloadNamed(name: string): ModelWorkload {
  const workload = MODEL_WORKLOADS.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`There is no workload ${name}.`);
  return workload;
}
