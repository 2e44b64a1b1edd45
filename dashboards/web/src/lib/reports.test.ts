import { describe, expect, it } from 'vitest';
import { indexTile, indicatorsTile, periodText, plain, points } from './reports';

describe('numbers of indicators', () => {
  it('have two decimals in percent and none where they are whole', () => {
    expect([plain(69.034621, true, 'vi'), plain(14332, false, 'vi'), plain(43.4778, false, 'vi')]).toEqual(['69,03', '14.332', '43,48']);
    expect([plain(99.996, true, 'vi'), plain(100, true, 'vi'), plain(-25.5, true, 'vi')]).toEqual(['99,99', '100,00', '\u221225,50']);
  });
  it('name their period as people write it', () => {
    expect(['2024-H1', '2023', '2024-Q2', '2024-07', '2024-08-02', '2024-W23', '2024-9M'].map((one) => periodText(one, 'vi')))
      .toEqual(['6 tháng đầu 2024', 'năm 2023', 'Quý II/2024', '07/2024', '02/08/2024', 'Tuần 23/2024', '9 tháng 2024']);
  });
});

describe('tiles of reports', () => {
  it('turn nothing that is missing into 0', () => {
    const tile = indicatorsTile({ rows: [{ code: 'a', value: null, differs: false }, 7] });
    expect(tile.rows.map((row) => [row.code, row.value, row.differs])).toEqual([['a', null, false]]);
    expect([indexTile({}).total, indexTile({}).groups]).toEqual([null, []]);
  });
  it('keep measurable points apart from all points', () => {
    const tile = indexTile({ index: 'qd766', score: 52.3, measurable: 82, max: 100, groups: [{ id: '5', score: null, measurable: 0, max: 18 }] });
    expect([tile.total?.score, tile.total?.measurable, tile.groups[0]?.score]).toEqual([52.3, 82, null]);
    expect([points(52.3, 'vi'), points(8.55, 'vi'), points(82, 'vi')]).toEqual(['52,3', '8,55', '82']);
  });
});
