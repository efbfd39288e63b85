/**
 * Models as bytes: a mark, the length of a JSON header, the header (type, parameters, features, sizes), the arrays, and the
 * SHA-256 of all before it. Little-endian. The same model gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { DomainError, invariant, readJson } from '../core/index.ts';
import { type BinEdges, binEdges } from './bin-edges.ts';
import type { Forest } from './forest.ts';
import { ENGINE_VERSION, type Model } from './model.ts';
import type { ModelType, Objective } from './model-type.ts';
import type { TrainParams } from './parameters.ts';

const MARK = 'DUNLIN-MODEL\n';
const HASH_BYTES = 32;

interface Header {
  readonly type: ModelType;
  readonly objective: Objective;
  readonly params: TrainParams;
  readonly engineVersion: number;
  readonly base: number;
  readonly names: readonly string[];
  /** Edges of each feature. */
  readonly cuts: readonly number[];
  readonly trees: number;
  readonly nodes: number;
}

export function serialiseModel(model: Model): Uint8Array {
  const { type, objective, params, engineVersion, base, edges, forest } = model;
  const header: Header = {
    type,
    objective,
    params,
    engineVersion,
    base,
    names: edges.names,
    cuts: edges.edges.map((each) => each.length),
    trees: forest.roots.length,
    nodes: forest.feature.length,
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const body = Buffer.concat([
    Buffer.from(MARK),
    length,
    text,
    ...edges.edges.map(bytesOf),
    ...columnsOf(forest).map(bytesOf),
  ]);
  return new Uint8Array(Buffer.concat([body, hashOf(body)]));
}

/**
 * The model of some bytes.
 *
 * @throws {DomainError} CONFLICT when they are damaged, or come from another version of the engine
 */
export function parseModel(bytes: Uint8Array): Model {
  const whole = Buffer.from(bytes);
  const body = whole.subarray(0, Math.max(0, whole.length - HASH_BYTES));
  const isWhole =
    body.subarray(0, MARK.length).equals(Buffer.from(MARK)) && hashOf(body).equals(whole.subarray(body.length));
  if (!isWhole)
    throw new DomainError('CONFLICT', 'The stored model is damaged: its checksum is wrong. Train it again.');
  const start = MARK.length + 4;
  const end = start + body.readUInt32LE(MARK.length);
  const header = readJson<Header>(body.toString('utf8', start, end));
  if (header.engineVersion !== ENGINE_VERSION) {
    const message = `The stored model was trained by version ${header.engineVersion} of the engine, this is version ${ENGINE_VERSION}. Train it again.`;
    throw new DomainError('CONFLICT', message, { facts: { expected: ENGINE_VERSION, found: header.engineVersion } });
  }
  return modelOf(header, new Reader(body.subarray(end)));
}

function modelOf(header: Header, reader: Reader): Model {
  const { type, objective, params, engineVersion, base, names, cuts, trees, nodes } = header;
  const edges: BinEdges = binEdges(
    names,
    cuts.map((count) => reader.doubles(count)),
  );
  const forest: Forest = {
    roots: reader.integers(trees),
    feature: reader.integers(nodes),
    threshold: reader.bytes(nodes),
    missingLeft: reader.bytes(nodes),
    left: reader.integers(nodes),
    value: reader.doubles(nodes),
    gain: reader.doubles(nodes),
    cover: reader.doubles(nodes),
  };
  invariant(reader.isAtEnd, 'a model with the right checksum has the sizes that its header says');
  return { type, objective, params, engineVersion, edges, base, forest };
}

/** Bytes of so many nodes: what each column has of one. */
export function bytesOfNodes(nodes: number): number {
  const bytes = { feature: 4, threshold: 1, missingLeft: 1, left: 4, value: 8, gain: 8, cover: 8 };
  return nodes * Object.values(bytes).reduce((sum, each) => sum + each, 0);
}

function columnsOf(forest: Forest): readonly (Int32Array | Uint8Array | Float64Array)[] {
  const { roots, feature, threshold, missingLeft, left, value, gain, cover } = forest;
  return [roots, feature, threshold, missingLeft, left, value, gain, cover];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function hashOf(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest();
}

/** Takes arrays from bytes one after the other. Each is a copy, so that its elements are aligned. */
class Reader {
  readonly #bytes: Uint8Array;
  #place = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#place === this.#bytes.length;
  }

  bytes(count: number): Uint8Array {
    const taken = Uint8Array.from(this.#bytes.subarray(this.#place, this.#place + count));
    this.#place += count;
    return taken;
  }

  integers(count: number): Int32Array {
    return new Int32Array(this.bytes(4 * count).buffer);
  }

  doubles(count: number): Float64Array {
    return new Float64Array(this.bytes(8 * count).buffer);
  }
}
