/**
 * The part of a document between `<!-- generated: name -->` and `<!-- end: name -->`, without the markers.
 *
 * @throws Error when the document has no such part.
 */
export function generatedSection(document: string, name: string): string {
  const { from, to } = findSection(document, name);
  return document.slice(from, to).trim();
}

/** The document with that part replaced. */
export function withGeneratedSection(document: string, name: string, content: string): string {
  const { from, to } = findSection(document, name);
  return `${document.slice(0, from)}\n\n${content}\n\n${document.slice(to)}`;
}

function findSection(document: string, name: string): { readonly from: number; readonly to: number } {
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const from = document.indexOf(start) + start.length;
  const to = document.indexOf(end);
  if (from < start.length || to < from) throw new Error(`the document has no section "${name}": ${start} … ${end}`);
  return { from, to };
}
