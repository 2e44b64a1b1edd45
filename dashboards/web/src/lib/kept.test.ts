import { beforeEach, describe, expect, it } from 'vitest';
import { ageOf, keepIn, type Kept, PICTURE_CHARS_MAX, PICTURES_MAX } from './kept';

const kept = (saved: number, fill = ''): Kept => ({ board: { id: 'b', fill }, tiles: { a: { value: 1 } }, seq: 7, picture: 1_000, saved });
const keep = keepIn(window.localStorage);
beforeEach(() => { window.localStorage.clear(); });

describe('the last picture', () => {
  it('is found again by its board and unit, and by no other', () => {
    keep.write('province', '17', kept(5));
    expect(keep.read('province', '17')).toEqual(kept(5));
    expect(keep.read('province', '25')).toBeNull();
    expect(keep.read('digital', '17')).toBeNull();
  });

  it('is one of a few: the oldest makes room', () => {
    for (let n = 0; n <= PICTURES_MAX; n += 1) keep.write('b', String(n), kept(n));
    expect([keep.read('b', '0'), keep.read('b', '1')?.saved, keep.read('b', String(PICTURES_MAX))?.saved]).toEqual([null, 1, PICTURES_MAX]);
  });

  it('is not kept when it is too long, and the one before it neither', () => {
    keep.write('b', '1', kept(1));
    keep.write('b', '1', kept(2, 'x'.repeat(PICTURE_CHARS_MAX)));
    expect(keep.read('b', '1')).toBeNull();
  });

  it('is none when what is there cannot be read', () => {
    window.localStorage.setItem('opcentre.picture.b/1', '{"tiles":');
    expect(keep.read('b', '1')).toBeNull();
  });

  it('goes with everything of the page, and nothing else does', () => {
    keep.write('b', '1', kept(1));
    window.localStorage.setItem('opcentre.screen', '{}');
    window.localStorage.setItem('other', 'stays');
    keep.clear();
    expect([window.localStorage.length, window.localStorage.getItem('other')]).toEqual([1, 'stays']);
  });

  it('is not made younger by a clock that was set back', () => {
    expect([ageOf(kept(1_000), 4_000), ageOf(kept(1_000), 500)]).toEqual([3_000, 0]);
  });
});
