import { describe, expect, it } from 'vitest';
import { due, moment, parseProgram, type Program } from './program';

const ZONE = 'Asia/Ho_Chi_Minh';
const program = (raw: object): Program => {
  const parsed = parseProgram(raw);
  if (parsed === null) throw new Error('no program');
  return parsed;
};
/** Local time of a Friday, 2 August 2024, or so many days later. */
const at = (time: string, days = 0): ReturnType<typeof moment> => moment(Date.parse(`2024-08-02T${time}+07:00`) + days * 86_400_000, ZONE);
const shown = (of: Program, time: string, days = 0): string | null => due(of, at(time, days)).board;

describe('a program', () => {
  it('shows boards in turn, each for its time, and all screens the same', () => {
    const of = program({ slots: [{ board: 'a', dwell_s: 20 }, { board: 'b', dwell_s: 40 }] });
    expect(['00:00:00', '00:00:19', '00:00:20', '00:00:59', '00:01:00', '23:59:59'].map((time) => shown(of, time))).toEqual(['a', 'a', 'b', 'b', 'a', 'b']);
  });

  it('keeps hours, their beginning included and their end not', () => {
    const of = program({ slots: [{ board: 'day', dwell_s: 10, from: '07:30', to: '17:00' }] });
    expect(['07:29:59', '07:30:00', '16:59:59', '17:00:00'].map((time) => shown(of, time))).toEqual([null, 'day', 'day', null]);
    const late = program({ slots: [{ board: 'late', dwell_s: 10, from: '18:00', to: '24:00' }] });
    expect([shown(late, '23:59:59'), shown(late, '00:00:00')]).toEqual(['late', null]);
  });

  it('takes only those in turn that are due', () => {
    const of = program({ slots: [{ board: 'a', dwell_s: 10 }, { board: 'noon', dwell_s: 10, from: '11:30', to: '13:00' }] });
    expect([shown(of, '11:29:55'), shown(of, '11:30:15'), shown(of, '13:00:15')]).toEqual(['a', 'noon', 'a']);
  });

  it('keeps weekdays, and a night belongs to the day on which it begins', () => {
    const work = program({ slots: [{ board: 'work', dwell_s: 10, weekdays: [1, 2, 3, 4, 5] }] });
    expect([0, 1, 2, 3].map((days) => shown(work, '10:00:00', days))).toEqual(['work', null, null, 'work']);
    const friday = program({ slots: [{ board: 'night', dwell_s: 10, from: '22:00', to: '06:00', weekdays: [5] }] });
    expect([shown(friday, '05:00:00'), shown(friday, '22:00:00'), shown(friday, '05:59:59', 1), shown(friday, '06:00:00', 1), shown(friday, '22:00:00', 1)])
      .toEqual([null, 'night', 'night', null, null]);
    const sunday = program({ slots: [{ board: 'night', dwell_s: 10, from: '22:00', to: '06:00', weekdays: [7] }] });
    expect(shown(sunday, '01:00:00', 3)).toBe('night');
  });

  it('has a theme by day and one by night, in the zone of the server', () => {
    const of = program({ slots: [{ board: 'a', dwell_s: 10 }], theme: 'light', night: { from: '18:00', to: '06:00', theme: 'dark' } });
    const looks = ['05:59:59', '06:00:00', '17:59:59', '18:00:00'].map((time) => due(of, at(time)));
    expect(looks.map(({ theme, night }) => `${theme} ${String(night)}`)).toEqual(['dark true', 'light false', 'light false', 'dark true']);
    expect(due(of, moment(Date.parse('2024-08-02T12:00:00Z'), ZONE)).night).toBe(true);
    expect(due(of, moment(Date.parse('2024-08-02T12:00:00Z'), 'UTC')).night).toBe(false);
  });

  it('is none without a board', () => {
    for (const raw of [null, {}, { slots: [] }, { slots: [{ board: 'a' }] }, { slots: [{ dwell_s: 5 }] }]) expect(parseProgram(raw)).toBeNull();
  });
});
