/** Writes XML. Names come from our own tables, so only text needs escaping. */

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (found) => ESCAPES[found] ?? found);
}

/**
 * `item`: the element of a list's items; null: the list's own name is repeated. `map`: the member that is a map, written as entries.
 * `rename`: member name → element name.
 */
export interface XmlStyle {
  item: string | null;
  map?: string;
  rename: (member: string, parent: string) => string;
}

export function element(name: string, value: unknown, style: XmlStyle, member = name): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    if (style.item === null) return value.map((item) => element(name, item, style, member)).join('');
    const items = value.map((item) => element(style.item ?? name, item, style, member));
    return `<${name}>${items.join('')}</${name}>`;
  }
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === 'object' && member === style.map) {
    const entries = Object.entries(value).map(
      ([key, one]) => `<entry>${members({ key, value: one }, style, '')}</entry>`,
    );
    return `<${name}>${entries.join('')}</${name}>`;
  }
  if (typeof value === 'object') return `<${name}>${members(value, style, member)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

export function members(value: object, style: XmlStyle, parent: string): string {
  return Object.entries(value)
    .map(([member, item]) => element(style.rename(member, parent), item, style, member))
    .join('');
}
