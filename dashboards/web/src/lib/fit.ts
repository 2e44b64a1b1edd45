/** Keeps one line of text within its box: first smaller, down to a floor, then cut at the right end. */
import type { Attachment } from 'svelte/attachments';

/**
 * Sets `--fit` (1 down to `min`) on the element, whose font size multiplies by it, and class `cut` when even that
 * is too wide. Measured again when the box or the text changes and when fonts arrive.
 */
export function fit(min: number): Attachment<HTMLElement> {
  return (node) => {
    const measure = (): void => {
      node.classList.remove('cut');
      node.style.setProperty('--fit', '1');
      const wanted = node.scrollWidth;
      const room = node.clientWidth;
      if (room === 0 || wanted <= room) return;
      // A hair less than exact: glyph widths don't scale to the last fraction of a pixel.
      node.style.setProperty('--fit', String(Math.max(min, (room / wanted) * 0.995)));
      if (node.scrollWidth > node.clientWidth + 1) node.classList.add('cut');
    };
    const box = new ResizeObserver(measure);
    box.observe(node);
    const text = new MutationObserver(measure);
    text.observe(node, { characterData: true, childList: true, subtree: true });
    document.fonts.addEventListener('loadingdone', measure);
    return () => {
      box.disconnect();
      text.disconnect();
      document.fonts.removeEventListener('loadingdone', measure);
    };
  };
}

/** The same for text of several lines: smaller, down to a floor, until its box holds all of it. */
export function fitBox(min: number): Attachment<HTMLElement> {
  return (node) => {
    const measure = (): void => {
      for (let scale = 1; ; scale = Math.max(min, scale - 0.04)) {
        node.style.setProperty('--fit', String(scale));
        if (scale <= min || (node.scrollHeight <= node.clientHeight + 1 && node.scrollWidth <= node.clientWidth + 1)) return;
      }
    };
    const box = new ResizeObserver(measure);
    box.observe(node);
    const text = new MutationObserver(measure);
    text.observe(node, { characterData: true, childList: true, subtree: true });
    document.fonts.addEventListener('loadingdone', measure);
    return () => {
      box.disconnect();
      text.disconnect();
      document.fonts.removeEventListener('loadingdone', measure);
    };
  };
}
