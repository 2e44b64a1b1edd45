/**
 * What every screenshot of a wall must satisfy, as functions of a page. Each answers a list of faults in words;
 * an empty list is good. They look at what the browser laid out, not at the code that asked for it.
 */

/** Every text on the page with its box: one entry for each run of text a reader takes as one; `lost` is clipped away whole. */
function texts(page) {
  return page.evaluate(() => {
    const ratio = innerWidth / innerHeight;
    const [across, down] = ratio <= 1 ? [1080, 1920] : ratio < 2.2 ? [1920, 1080] : [2880, 1080];
    const unit = Math.min(innerWidth / across, innerHeight / down);
    // Text that its box clips away whole (a source too many for the footer) is not on the screen.
    const hidden = (element, box) => {
      for (let clip = element; clip !== null; clip = clip.parentElement) {
        if (getComputedStyle(clip).overflow !== 'hidden') continue;
        const frame = clip.getBoundingClientRect();
        if (box.top >= frame.bottom - 1 || box.left >= frame.right - 1) return true;
      }
      return false;
    };
    const within = (box, frame) => {
      const [left, right] = [Math.max(box.left, frame.left), Math.min(box.right, frame.right)];
      return { left, right, top: box.top, bottom: box.bottom, width: right - left, height: box.height };
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent.trim();
      const element = node.parentElement;
      const style = getComputedStyle(element);
      if (text === '' || element.closest('noscript, script, style') || style.visibility === 'hidden') continue;
      const cut = style.textOverflow === 'ellipsis' && style.whiteSpace === 'nowrap' && element.scrollWidth > element.clientWidth + 1;
      const range = document.createRange();
      range.selectNodeContents(node);
      // A text cut short is laid out whole behind its "…": what shows ends with its box.
      const seen = cut ? [within(range.getBoundingClientRect(), element.getBoundingClientRect())] : range.getClientRects();
      for (const box of seen) {
        if (box.width < 1) continue;
        if (hidden(element, box)) {
          if (element.closest('footer') === null) found.push({ text, lost: true, tile: element.closest('[data-panel]')?.dataset.panel ?? 'page' });
          continue;
        }
        const size = Number.parseFloat(style.fontSize);
        // Ink, not the line box: capitals with two accents rise to 1.16 em at most, here cut to what is drawn.
        const middle = (box.top + box.bottom) / 2;
        const half = Math.min(box.height, size * 0.74) / 2;
        const tile = element.closest('[data-panel], header, footer');
        const frame = (tile ?? document.documentElement).getBoundingClientRect();
        found.push({
          text, size, unit, weight: style.fontWeight,
          figure: element.closest('[data-figure]')?.dataset.figure ?? null,
          group: element.closest('[data-figure]') !== null,
          tile: tile?.dataset?.panel ?? tile?.tagName.toLowerCase() ?? 'page',
          left: box.left, right: box.right, top: middle - half, bottom: middle + half,
          frame: { left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom },
          cut,
        });
      }
    }
    return found;
  });
}

/** No text outside its tile or the page, nothing clipped away, nothing ellipsised. */
function outside(found, { ellipsis, cut, scrolls }) {
  const faults = [];
  const slack = 1;
  for (const one of found) {
    if (one.lost) {
      faults.push(`"${one.text}" of ${one.tile} is clipped away`);
      continue;
    }
    const { frame } = one;
    const margin = one.tile === 'header' || one.tile === 'footer' || one.tile === 'page' ? 0 : 6 * one.unit;
    const isOut =
      one.left < frame.left + margin - slack || one.right > frame.right - margin + slack ||
      one.top < frame.top - slack || one.bottom > frame.bottom - margin + slack;
    if (isOut) faults.push(`"${one.text}" stands outside of ${one.tile}`);
    if (!ellipsis && one.cut) faults.push(`"${one.text}" of ${one.tile} is cut short`);
  }
  if (!ellipsis) for (const text of cut) faults.push(`"${text}" has no room`);
  if (scrolls) faults.push('the page scrolls');
  return faults;
}

/** No two texts overlap by more than 2 px (signs of one figure are one text), and no text lies on a bar or a sign. */
function overlapping(found, shapes) {
  const boxes = [];
  for (const one of found.filter((text) => !text.lost)) {
    const last = boxes.at(-1);
    if (one.group && last?.group && last.figure === one.figure && last.tile === one.tile && one.left - last.right < one.size) {
      last.left = Math.min(last.left, one.left);
      last.right = Math.max(last.right, one.right);
      last.text = one.figure;
    } else boxes.push({ ...one });
  }
  const faults = [];
  boxes.forEach((a, index) => {
    for (const b of boxes.slice(index + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 2 * a.unit && down > 2 * a.unit) faults.push(`"${a.text}" and "${b.text}" of ${b.tile} overlap by ${across.toFixed(0)} x ${down.toFixed(0)} px`);
    }
  });
  for (const shape of shapes) {
    for (const one of boxes) {
      const across = Math.min(shape.right, one.right) - Math.max(shape.left, one.left);
      const down = Math.min(shape.bottom, one.bottom) - Math.max(shape.top, one.top);
      if (across > 2 * one.unit && down > 2 * one.unit) faults.push(`"${one.text}" of ${one.tile} lies on a ${shape.what} by ${across.toFixed(0)} x ${down.toFixed(0)} px`);
    }
  }
  return faults;
}

/** Nothing under 24 px at 1080p; every figure that must be read at 70 px or more. */
function small(found, figures) {
  const shown = found.filter((one) => !one.lost);
  const faults = [];
  for (const one of shown) {
    if (one.size < 24 * one.unit - 0.01) faults.push(`"${one.text}" of ${one.tile} is ${(one.size / one.unit).toFixed(1)} px`);
  }
  const unit = shown[0]?.unit ?? 1;
  if (figures.length === 0) faults.push('there is no figure at all');
  for (const { text, size } of figures) {
    if (size < 70 * unit - 0.01) faults.push(`figure "${text}" is ${(size / unit).toFixed(1)} px`);
  }
  return faults;
}

/** What is laid out at this moment, read once for all that is asked of it. */
async function laidOut(page) {
  const [found, rest] = [await texts(page), await page.evaluate(() => {
    const root = document.documentElement;
    const cut = [...document.querySelectorAll('.cut')].filter((node) => getComputedStyle(node).whiteSpace === 'nowrap');
    const figures = [...document.querySelectorAll('[data-figure], [data-clock]')];
    const marks = [['bar', '[data-track], [data-stack], [data-scale] > *'], ['sign', '[data-panel] svg[data-shape]']];
    const shapes = marks.flatMap(([what, where]) => [...document.querySelectorAll(where)].filter((node) => getComputedStyle(node).visibility === 'visible').map((node) => {
      const { left, right, top, bottom } = node.getBoundingClientRect();
      return { what, left, right, top, bottom };
    }));
    const flat = [...document.querySelectorAll('[data-spark]')].map((node) => ({ of: node.closest('[data-panel]').dataset.panel, height: node.getBoundingClientRect().height }));
    return {
      shapes,
      flat,
      cut: cut.map((node) => node.textContent),
      scrolls: root.scrollWidth > root.clientWidth || root.scrollHeight > root.clientHeight,
      figures: figures.map((node) => ({ text: node.dataset.figure ?? node.textContent, size: Number.parseFloat(getComputedStyle(node).fontSize) })),
    };
  })];
  return { found, ...rest };
}

export async function insideTheirTiles(page, { ellipsis = false } = {}) {
  const { found, ...rest } = await laidOut(page);
  return outside(found, { ellipsis, ...rest });
}

export async function noOverlaps(page) {
  const { found, shapes } = await laidOut(page);
  return overlapping(found, shapes);
}

export async function readableSizes(page) {
  const { found, figures: shown } = await laidOut(page);
  return small(found, shown);
}

/** A line's ups and downs need room to be seen. */
function flattened(flat, unit) {
  return flat.filter(({ height }) => height < 24 * unit).map(({ of, height }) => `the line of ${of} is ${(height / unit).toFixed(0)} px high`);
}

/** All of it at once. */
export async function layout(page, { ellipsis = false } = {}) {
  const { found, shapes, flat, figures: shown, ...rest } = await laidOut(page);
  return [...new Set([...outside(found, { ellipsis, ...rest }), ...overlapping(found, shapes), ...small(found, shown), ...flattened(flat, found[0]?.unit ?? 1)])];
}

/** Digits of class `n` are of one width, in every size and weight that occurs. */
export async function equalDigits(page) {
  return page.evaluate(() => {
    const faults = [];
    const seen = new Set();
    for (const node of document.querySelectorAll('.n')) {
      const { fontSize, fontWeight, letterSpacing } = getComputedStyle(node);
      const key = [fontSize, fontWeight, letterSpacing].join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      const probe = document.createElement('span');
      probe.className = 'n';
      Object.assign(probe.style, { position: 'fixed', visibility: 'hidden', whiteSpace: 'nowrap', fontSize, fontWeight, letterSpacing });
      document.body.append(probe);
      const widths = [...'0123456789'].map((digit) => {
        probe.textContent = digit.repeat(4);
        return probe.getBoundingClientRect().width;
      });
      probe.remove();
      if (Math.max(...widths) - Math.min(...widths) > 0.01 * Math.max(...widths)) faults.push(`digits at ${key} are from ${Math.min(...widths)} to ${Math.max(...widths)} px wide`);
    }
    if (seen.size === 0) faults.push('no figure has class n');
    return faults;
  });
}

/** Capitals and small letters with two accents, in each font that occurs, would show whole where that text stands. */
export async function accentsAreWhole(page) {
  return page.evaluate(() => {
    const SAMPLE = 'ẤẪỂỖẶậệợựạ';
    const canvas = document.createElement('canvas').getContext('2d');
    const faults = new Set();
    let clipped = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.textContent.trim() !== '' && element.getClientRects().length > 0 && element.closest('[data-panel], header, footer') !== null && element.closest('.n') === null) texts.push(element);
    }
    for (const element of new Set(texts)) {
      const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(element);
      canvas.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
      const { actualBoundingBoxAscent: above, actualBoundingBoxDescent: below } = canvas.measureText(SAMPLE);
      const mark = document.createElement('span');
      mark.style.cssText = 'display: inline-block; width: 0; height: 0';
      element.prepend(mark);
      const baseline = mark.getBoundingClientRect().bottom;
      let clip = element;
      while (clip !== null && !['hidden', 'clip'].includes(getComputedStyle(clip).overflowY)) clip = clip.parentElement;
      const frame = clip?.getBoundingClientRect();
      mark.remove();
      if (frame === undefined) continue;
      clipped += 1;
      if (baseline > frame.bottom) continue;
      if (baseline - above < frame.top - 1 || baseline + below > frame.bottom + 1) {
        faults.add(`"${element.textContent.trim().slice(0, 40)}" has no room for accents: ${Math.round(frame.top - baseline + above)} px above, ${Math.round(baseline + below - frame.bottom)} px below`);
      }
    }
    if (clipped === 0) faults.add('nothing was looked at');
    return [...faults];
  });
}

/** Both families are the page's own, loaded, and text is NFC. */
export async function fontsAndText(page) {
  return page.evaluate(() => {
    const faults = [];
    const words = [500, 600, 700].map((weight) => [`${weight} 20px "Be Vietnam Pro"`, 'ẤẪỂỖẶậ']);
    const figures = [600, 700].map((weight) => [`${weight} 20px "Archivo Figures"`, '0']);
    for (const [font, sample] of [...words, ...figures]) if (!document.fonts.check(font, sample)) faults.push(`${font} isn't loaded`);
    const text = document.body.innerText;
    if (text !== text.normalize('NFC')) faults.push('text is not NFC');
    return faults;
  });
}

/** Text 4.5 : 1 against what is painted behind it: the nearest ground, and the stripes of an old tile. */
export async function contrast(page) {
  return page.evaluate(() => {
    const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
    const rgb = (color) => color.match(/[\d.]+/g)?.slice(0, 4).map(Number) ?? [0, 0, 0, 0];
    const against = (ink, ground) => {
      const [a, b] = [luminance(ink.slice(0, 3)), luminance(ground.slice(0, 3))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const probe = document.createElement('i');
    probe.style.color = 'var(--ink)';
    document.body.append(probe);
    const hatch = rgb(getComputedStyle(probe).color);
    probe.remove();
    const faults = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.textContent.trim() === '' || element.closest('noscript, script')) continue;
      const ink = rgb(getComputedStyle(element).color);
      let ground = null;
      for (let box = element; box !== null && ground === null; box = box.parentElement) {
        const painted = rgb(getComputedStyle(box).backgroundColor);
        if (painted.length === 3 || painted[3] > 0.99) ground = painted;
      }
      if (ground === null) continue;
      const ratio = against(ink, ground);
      if (ratio < 4.5) faults.add(`"${node.textContent.trim()}" has ${ratio.toFixed(2)} : 1`);
      // The hatching of an old tile: 8 % of the ink on its surface.
      const tile = element.closest('[data-panel][data-state="stale"]');
      if (tile === null || getComputedStyle(tile).backgroundColor !== `rgb(${ground.slice(0, 3).join(', ')})`) continue;
      const stripe = ground.slice(0, 3).map((part, index) => part + (hatch[index] - part) * 0.08);
      const onStripe = against(ink, stripe);
      if (onStripe < 4.5) faults.add(`"${node.textContent.trim()}" has ${onStripe.toFixed(2)} : 1 on the hatching`);
    }
    return [...faults];
  });
}

/** Each coloured row and mark has the shape of its band, and the word of each band is on the board. */
export async function bandsAlwaysTogether(page, lang = 'vi', { all = true } = {}) {
  const words = lang === 'vi' ? { met: 'Đạt', near: 'Cận đạt', below: 'Chưa đạt' } : { met: 'Met', near: 'Near', below: 'Below' };
  return page.evaluate((wanted) => {
    const faults = [];
    for (const mark of document.querySelectorAll('[data-band]')) {
      if (mark.querySelector(`[data-shape="${mark.dataset.band}"]`) === null) faults.push(`"${mark.textContent.trim()}" has no shape`);
      if (mark.textContent.trim() === '') faults.push(`a mark of ${mark.dataset.band} has no word`);
    }
    for (const bar of document.querySelectorAll('li .bar')) {
      if (bar.closest('li').querySelector('[data-shape]') === null && !bar.classList.contains('b-none')) faults.push('a coloured bar has no shape in its row');
    }
    const marks = [...document.querySelectorAll('[data-band]')].map((mark) => mark.textContent.trim());
    for (const word of Object.values(wanted.words)) if (!marks.includes(word)) faults.push(`the word "${word}" isn't on the board`);
    return faults;
  }, { words: all ? words : {} });
}

/** Every tile has a name and an age; every KPI a target and a definition, or says why not. */
export async function tilesExplainThemselves(page) {
  return page.evaluate(() => {
    const faults = [];
    for (const tile of document.querySelectorAll('[data-panel]')) {
      const id = tile.dataset.panel;
      if (tile.querySelector('[data-unknown]') !== null) faults.push(`${id} can't be drawn`);
      if ((tile.querySelector('h2, h3')?.textContent.trim() ?? '') === '') faults.push(`${id} has no name`);
      if ((tile.querySelector('[data-age]')?.textContent.trim() ?? '') === '') faults.push(`${id} has no age`);
      if (tile.querySelector('[data-age] [data-sign]')?.dataset.sign !== tile.dataset.state) faults.push(`${id} has the sign of another state`);
      const note = tile.querySelector('[data-note]');
      if (note !== null && note.textContent.trim() === '') faults.push(`${id} has no definition`);
    }
    return faults;
  });
}

/** The plate shows whenever the server says that figures are made up. */
export async function demoIsMarked(page, demo) {
  const plate = await page.locator('[data-demo]').count();
  if (demo && plate === 0) return ['DEMO is missing'];
  if (!demo && plate > 0) return ['real figures are marked DEMO'];
  return [];
}

/** No stale tile shows a colour of performance, in words, shapes or bars. */
export async function staleIsColourless(page) {
  return page.evaluate(() => {
    const root = getComputedStyle(document.documentElement);
    const probe = document.createElement('i');
    document.body.append(probe);
    const loud = new Set(['--accent', '--near', '--near-word', '--below'].map((name) => {
      probe.style.color = root.getPropertyValue(name);
      return getComputedStyle(probe).color;
    }));
    probe.remove();
    const faults = [];
    for (const tile of document.querySelectorAll('[data-state="stale"][data-panel]')) {
      for (const node of tile.querySelectorAll('*')) {
        const { color, fill, stroke, backgroundColor } = getComputedStyle(node);
        if ([color, fill, stroke, backgroundColor].some((one) => loud.has(one))) faults.push(`${tile.dataset.panel} shows a band's colour though it is stale`);
      }
    }
    return [...new Set(faults)];
  });
}

/** States of all tiles, by panel. */
export function states(page) {
  return page.$$eval('[data-panel]', (tiles) => Object.fromEntries(tiles.map((tile) => [tile.dataset.panel, tile.dataset.state])));
}

/** What the footer says: sources, lost, stalled or refused. */
export function footer(page) {
  return page.$eval('[data-footer]', (node) => node.dataset.footer);
}

/** The figures of a tile, in reading order. */
export function figures(page, panel) {
  return page.$$eval(`[data-panel="${panel}"] [data-figure]`, (nodes) => nodes.map((node) => node.dataset.figure));
}
