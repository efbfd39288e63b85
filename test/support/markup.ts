/** Reads a page as a browser would, but strictly: whatever a browser would have to guess is an error. */

/** One element of a page, in the order of their start tags. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Names of the elements around it, from the outside in. */
  readonly around: readonly string[];
  /** The text in it and below it, entities decoded. */
  readonly text: string;
}

const VOID = new Set(['meta', 'link', 'br', 'img', 'wbr']);
const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][\w:-]*="[^"<>]*")*)\s*(\/?)>/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The elements of a page. @throws {Error} saying where it is not well-formed */
export function readMarkup(page: string): readonly Element[] {
  const elements: { name: string; attributes: Record<string, string>; around: string[]; text: string }[] = [];
  const open: typeof elements = [];
  let at = page.startsWith('<!doctype html>') ? '<!doctype html>'.length : 0;
  while (at < page.length) {
    const next = page.indexOf('<', at);
    const text = decoded(page.slice(at, next === -1 ? page.length : next));
    for (const element of open) element.text += text;
    if (next === -1) break;
    TAG.lastIndex = next;
    const match = TAG.exec(page);
    if (match === null) throw new Error(`No tag: ${page.slice(next, next + 80)}`);
    const [whole, slash, name = '', attributes = '', isEmpty] = match;
    at = next + whole.length;
    if (slash === '/') {
      const closed = open.pop();
      if (closed?.name !== name)
        throw new Error(`</${name}> closes <${closed?.name}> before ${page.slice(at, at + 60)}`);
      continue;
    }
    const element = { name, attributes: readAttributes(attributes), around: open.map((outer) => outer.name), text: '' };
    elements.push(element);
    if (isEmpty !== '/' && !VOID.has(name)) open.push(element);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed.`);
  return elements;
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)];
  const names = pairs.map(([, name]) => name);
  if (new Set(names).size < names.length) throw new Error(`An attribute stands twice:${text}`);
  return Object.fromEntries(pairs.map(([, name, value]) => [name, decoded(value ?? '')]));
}

function decoded(text: string): string {
  return text.replaceAll(/&(#?\w*);?/g, (whole, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`No entity: ${whole}`);
    return character;
  });
}
