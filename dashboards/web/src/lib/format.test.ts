import { describe, expect, it } from 'vitest';
import { age, change, count, day, hours, line, local, percent, signed, whole } from './format';

describe('percent', () => {
  const met = { lines: [0.98, 0.95] };
  it.each([
    // value, printed vi, why
    [0.98156, '98,2'],
    [0.97996, '97,996'], // 98,0 and 98,00 would stand on the target it misses
    [0.9799, '97,99'],
    [0.98, '98,0'],
    [0.9804, '98,0'], // rounding down to the target itself stays on the good side
    [0.94999, '94,999'],
    [0.95, '95,0'],
    [0.99996, '99,996'], // what isn't all never prints as 100
    [0.999999999, '99,9999'],
    [1, '100,0'],
    [0, '0,0'],
    [0.0000001, '0,0001'], // what isn't nothing never prints as 0
    [0.9795, '97,95'], // 98,0 would be a rounding up to the target
    [0.97949999, '97,9'],
  ])('%f prints as %s%%: rounding never crosses a line', (value, text) => {
    expect(percent(value, 'vi', met).text).toBe(text);
  });

  it('crosses no line for any value near one, in either direction', () => {
    for (const target of [0.98, 0.95, 0.74, 0.9, 0.7401, 1 / 3]) {
      for (let step = -2000; step <= 2000; step += 1) {
        const value = target + step * 1.7e-6;
        const { percent: shown } = percent(value, 'vi', { lines: [target] });
        expect(shown >= Number((target * 100).toPrecision(15)), `${String(value)} beside ${String(target)}`).toBe(value >= target);
      }
    }
  });

  it('treats a limit where fewer is better the other way round', () => {
    expect(percent(0.0504, 'vi', { lines: [0.05], better: 'lower' }).text).toBe('5,04');
    expect(percent(0.0496, 'vi', { lines: [0.05], better: 'lower' }).text).toBe('5,0');
  });

  it('has two decimals at a desk, and more where two would lie', () => {
    const desk = (value: number): string => percent(value, 'vi', { lines: [0.98], decimals: 2 }).text;
    expect([desk(9990 / 14471), desk(80 / 90), desk(0.85), desk(1)]).toEqual(['69,03', '88,89', '85,00', '100,00']);
    expect([desk(0.99996), desk(0.979996)]).toEqual(['99,996', '97,9996']);
  });

  it('uses the signs of the language', () => {
    expect(percent(0.98156, 'en', met).text).toBe('98.2');
  });
});

describe('hours', () => {
  it('has no decimal on a limit and one elsewhere', () => {
    expect([hours(240, 'vi'), hours(217.44, 'vi'), hours(1234.5, 'vi'), hours(0.96, 'en')]).toEqual(['240', '217,4', '1.234,5', '1.0']);
  });
});

describe('line', () => {
  it.each([
    [0.98, 0, '98%'],
    [0.9, 0, '90%'],
    [0.745, 0, '74,5%'],
    [0.74, 1, '74,0%'],
    [0.7412345, 1, '74,1%'],
  ] as const)('a target of %f with at least %i decimals prints as %s', (target, decimals, text) => {
    expect(line(target, 'vi', null, decimals)).toBe(text);
  });

  it('gains a digit when the figure beside it would look like it had reached it', () => {
    const value = 0.7396;
    const plan = 0.7402;
    const shown = percent(value, 'vi', { lines: [plan] });
    expect([shown.text, line(plan, 'vi', { shown, value, better: 'higher' }, 1)]).toEqual(['74,0', '74,02%']);
  });
});

describe('counts', () => {
  it.each([
    [0, 'vi', '0', ''],
    [221, 'vi', '221', ''],
    [96697, 'vi', '96.697', ''],
    [96697, 'en', '96,697', ''],
    [999999, 'vi', '999.999', ''],
    [1234567, 'vi', '1,23', 'triệu'],
    [1234567, 'en', '1.23', 'm'],
    [1999999, 'vi', '1,99', 'triệu'],
    [12345678, 'vi', '12,3', 'triệu'],
    [999999999, 'vi', '999', 'triệu'],
    [1234567890, 'vi', '1,23', 'tỷ'],
  ] as const)('%i in %s prints as %s %s', (value, lang, text, word) => {
    expect(count(value, lang)).toEqual({ text, word });
  });

  it('groups the journal sequence in full', () => {
    expect(whole(4812096, 'vi')).toBe('4.812.096');
    expect(whole(-1234, 'vi')).toBe('\u22121.234');
  });
});

describe('changes', () => {
  it.each([
    [1.3, '+1,3'],
    [-0.44, '\u22120,4'],
    [0, '0,0'],
    [-0.04, '0,0'],
    [0.05, '+0,1'],
  ])('%f points print as %s', (points, text) => {
    expect(signed(points, 'vi')).toBe(text);
  });

  it('marks a relative change with the percent sign, which points never have', () => {
    expect(change(0.062, 'vi')).toBe('+6,2%');
    expect(change(-0.05, 'en')).toBe('\u22125.0%');
  });
});

describe('ages', () => {
  it.each([
    [-5, '0 giây'], [0, '0 giây'], [8, '8 giây'], [59.999, '59 giây'], [60, '1 phút'], [3599, '59 phút'],
    [3600, '1 giờ'], [7199, '1 giờ'], [86399, '23 giờ'], [86400, '1 ngày'], [86400 * 3.9, '3 ngày'],
  ])('%d s is %s: one unit, rounded down', (seconds, text) => {
    const shown = age(seconds, 'vi');
    expect(`${shown.text} ${shown.word}`).toBe(text);
  });

  it('knows one day from two in English', () => {
    expect([age(86400, 'en').word, age(2 * 86400, 'en').word]).toEqual(['day', 'days']);
  });
});

describe('dates', () => {
  it('shows an instant on the clocks of the board, whatever the device', () => {
    const at = Date.parse('2024-08-01T17:00:05.999Z');
    expect(local(at, 'Asia/Ho_Chi_Minh')).toEqual({ date: '02/08/2024', iso: '2024-08-02', time: '00:00', seconds: '00:00:05', weekday: 5 });
    expect(local(at, 'America/New_York').date).toBe('01/08/2024');
    expect(local(at, 'Nowhere/Atall').time).toBe('17:00');
  });

  it('prints days with or without their year', () => {
    expect([day('2024-01-01'), day('2024-06-30', true)]).toEqual(['01/01', '30/06/2024']);
  });
});
