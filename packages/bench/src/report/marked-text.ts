/**
 * Puts `content` between the marks of `name`. Each part of the benchmarks has a place of its own in the page and in the
 * plot, so that one can be measured again without the others. The marks are comments in Markdown and in SVG alike.
 */
export function replaceMarked(text: string, name: string, content: string): string {
  const begin = `<!-- bench:${name} -->`;
  const end = `<!-- /bench:${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`there is no place marked ${begin} ... ${end}`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}
