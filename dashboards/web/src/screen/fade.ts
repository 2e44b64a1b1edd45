/** How long a board takes to fade in over another one. */
export const FADE_MS = 400;
