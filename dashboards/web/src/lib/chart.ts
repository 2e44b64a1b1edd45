/** ECharts, only what a trend needs: lines and columns on a canvas. Words and figures beside it are text of the page. */
import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from 'echarts/charts';
import { GridComponent, type GridComponentOption } from 'echarts/components';
import { type ComposeOption, type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { Range } from './curve';
import { fadeMs } from './motion';

use([BarChart, LineChart, GridComponent, CanvasRenderer]);

type Option = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption>;

export interface Curve {
  /** Names the series, so that a new picture moves the old one instead of drawing it anew. */
  readonly id: string;
  readonly values: readonly (number | null)[];
  /** The last point is a running period: drawn apart, as it can't be compared yet. */
  readonly partial: boolean;
  readonly color: string;
  /** Columns from zero stand behind a line, so that two series that nearly agree are both seen. */
  readonly shape: 'line' | 'columns';
}

export interface Picture {
  readonly curves: readonly Curve[];
  readonly range: Range;
  /** Device-independent pixels of one `--u`. */
  readonly unit: number;
  readonly ground: string;
  /** Where the unit's boundaries became others, in points from the left. */
  readonly mark: number | null;
  /** Point by point: a plan can move. Empty: there is none. */
  readonly target: readonly (number | null)[];
  /** The year before, thin and behind everything. */
  readonly before: readonly (number | null)[];
  readonly beforeColor: string;
  readonly targetColor: string;
}

export function chart(node: HTMLElement): ECharts {
  return init(node, null, { renderer: 'canvas' });
}

export function option(picture: Picture): Option {
  const count = Math.max(1, ...picture.curves.map((curve) => curve.values.length));
  return {
    animationDuration: 0,
    animationDurationUpdate: fadeMs(),
    animationEasingUpdate: 'linear',
    grid: { left: 6 * picture.unit, right: 10 * picture.unit, top: 0, bottom: 0 },
    xAxis: { type: 'value', min: 0, max: Math.max(1, count - 1), show: false },
    yAxis: { type: 'value', min: picture.range.low, max: picture.range.high, show: false },
    series: [...beforeLine(picture), ...targetLine(picture), ...markLine(picture), ...picture.curves.flatMap((curve) => drawn(curve, picture))],
  };
}

const drawn = (curve: Curve, picture: Picture): (BarSeriesOption | LineSeriesOption)[] =>
  curve.shape === 'line' ? lines(curve, picture) : [columns(curve, picture)];

const shared = { type: 'line', silent: true, connectNulls: false, showSymbol: false } as const;

function lines(curve: Curve, { unit, ground }: Picture): LineSeriesOption[] {
  const data = curve.values.map((value, index): [number, number | null] => [index, value]);
  const whole = curve.partial ? data.slice(0, -1) : data;
  const solid: LineSeriesOption = {
    ...shared,
    id: `${curve.id}/line`,
    data: whole,
    symbol: 'circle',
    lineStyle: { color: curve.color, width: 5 * unit, join: 'round', cap: 'round' },
  };
  const end = whole.at(-1);
  const dot: LineSeriesOption = {
    ...shared,
    id: `${curve.id}/end`,
    data: end === undefined ? [] : [end],
    showSymbol: true,
    symbol: 'circle',
    symbolSize: 15 * unit,
    itemStyle: { color: curve.color },
  };
  if (!curve.partial) return [solid, dot];
  const running: LineSeriesOption = {
    ...shared,
    id: `${curve.id}/running`,
    data: data.slice(-2),
    showSymbol: true,
    symbol: 'circle',
    symbolSize: (_value: unknown, { dataIndex }: { dataIndex: number }) => (dataIndex === 1 ? 13 * unit : 0),
    itemStyle: { color: ground, borderColor: curve.color, borderWidth: 3 * unit },
    lineStyle: { color: curve.color, width: 2.5 * unit, type: [4 * unit, 6 * unit] },
  };
  return [running, solid, dot];
}

function columns(curve: Curve, { unit, ground }: Picture): BarSeriesOption {
  const lastIndex = curve.values.length - 1;
  return {
    type: 'bar',
    id: `${curve.id}/columns`,
    silent: true,
    barWidth: 7 * unit,
    data: curve.values.map((value, index) => ({
      value: [index, value],
      itemStyle:
        curve.partial && index === lastIndex
          ? { color: ground, borderColor: curve.color, borderWidth: 2 * unit }
          : { color: curve.color },
    })),
  };
}

function markLine({ mark, range, targetColor, unit }: Picture): LineSeriesOption[] {
  if (mark === null) return [];
  return [{
    ...shared,
    id: 'mark',
    data: [[mark, range.low], [mark, range.high]],
    lineStyle: { color: targetColor, width: 3 * unit, type: [6 * unit, 5 * unit] },
  }];
}

const indexed = (values: readonly (number | null)[]): [number, number | null][] => values.map((value, index) => [index, value]);

function targetLine({ target, targetColor, unit }: Picture): LineSeriesOption[] {
  if (target.length === 0) return [];
  return [{
    ...shared,
    id: 'target',
    data: indexed(target),
    lineStyle: { color: targetColor, width: 2.5 * unit, type: [2.5 * unit, 7 * unit] },
  }];
}

function beforeLine({ before, beforeColor, unit }: Picture): LineSeriesOption[] {
  if (before.length === 0) return [];
  return [{
    ...shared,
    id: 'before',
    data: indexed(before),
    lineStyle: { color: beforeColor, width: 3.5 * unit, join: 'round', cap: 'round' },
  }];
}
