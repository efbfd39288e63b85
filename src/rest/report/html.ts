/**
 * Markup from templates that cannot forget to escape: whatever is put into one is text, unless it came out of another.
 * Values belong between tags or in double-quoted attributes, nowhere else.
 */

/** The key of the markup; a symbol, so that nothing that was JSON can pass for markup. */
const MARKUP: unique symbol = Symbol('markup');

/** A piece of a page. */
export interface Html {
  readonly [MARKUP]: string;
}

/** What a template takes: markup, texts and numbers to escape, nothing, or a list of these. */
export type Part = Html | string | number | null | readonly Part[];

/** `` html`<p>${text}</p>` `` */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = texts.map((text, at) => `${text}${written(parts[at] ?? null)}`).join('');
  return { [MARKUP]: markup };
}

/** Markup that this program wrote by other means, such as a style sheet. */
export function trusted(markup: string): Html {
  return { [MARKUP]: markup };
}

/** A name such as `short_window`, which a narrow column may break after its underscores. */
export function breakable(name: string): Html {
  const words = name.split('_');
  return html`${words.map((word, at) => (at === words.length - 1 ? word : html`${word}_<wbr>`))}`;
}

/** The text of a piece. */
export function markupOf(piece: Html): string {
  return piece[MARKUP];
}

function written(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return MARKUP in part ? part[MARKUP] : part.map(written).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Controls other than tab and line ends, and halves of characters, have no place in HTML: they become the sign for that. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/[^\P{Cc}\t\n\r]|\p{Cs}/gu, '\u{fffd}');
}
