/** What all panels of the plot have in common. */
export const PANEL_WIDTH = 800;
export const OURS_COLOR = "#2563eb";
export const PEER_COLOR = "#9aa5b1";
export const MUTED = "#52606d";

export function isOurs(name: string): boolean {
  return /^ours?\b/.test(name);
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Moves a drawing down to its place. */
export function placed(drawing: string, y: number): string {
  return `<g transform="translate(0 ${y})">\n${drawing}\n</g>`;
}
