/** Every word of the page that doesn't come with the board, in both languages. */
import type { Lang } from './format';
import type { Band } from './states';

export interface Text {
  readonly vi: string;
  readonly en: string;
}

export interface Words {
  readonly demo: string;
  /** Old data of a source is on its way into the figures. */
  readonly backfill: string;
  readonly alert: string;
  readonly severeAlert: string;
  readonly waitingForDuty: string;
  readonly weekdays: readonly string[];
  readonly year: (year: string) => string;
  readonly fromToNow: (from: string) => string;
  readonly bands: Record<Band, string>;
  /** The word for a limit exceeded, on two lines beside the sign. */
  readonly overLimit: readonly [string, string];
  readonly noData: string;
  readonly noSource: string;
  readonly declared: string;
  readonly measurable: (max: string) => string;
  readonly ofUnits: (reported: string, expected: string) => string;
  readonly notYet: string;
  readonly notZero: string;
  readonly nothingYet: string;
  readonly notSent: (source: string | null) => string;
  readonly staleAge: (age: string) => string;
  readonly stale: string;
  readonly dataAt: string;
  readonly waitingFor: (source: string) => string;
  readonly server: string;
  readonly source: string;
  readonly target: string;
  readonly noTarget: string;
  readonly plan: string;
  readonly goal: string;
  readonly samePeriod: string;
  readonly overSamePeriod: string;
  readonly points: string;
  readonly otherBounds: string;
  readonly otherBoundsSince: (day: string) => string;
  readonly ended: (code: string, day: string) => string;
  readonly continuedBy: (code: string, name: string) => string;
  readonly yearEnd: string;
  readonly weeks: (n: number) => string;
  readonly thisWeek: string;
  readonly lastWeek: string;
  readonly perWeek: string;
  readonly leftOut: (withdrawn: string, undated: string) => string;
  readonly ratings: string;
  readonly tooFew: (min: string) => string;
  readonly received: string;
  readonly resolved: string;
  readonly inProgress: string;
  readonly overdue: string;
  readonly late: string;
  readonly nearlyLate: string;
  readonly dossiers: string;
  readonly today: string;
  readonly limit: string;
  readonly markedTarget: (target: string) => string;
  readonly moreUnits: (n: string, without: string | null) => string;
  readonly sources: string;
  readonly lost: string;
  readonly since: (time: string) => string;
  readonly lasting: (age: string) => string;
  readonly holding: (time: string) => string;
  readonly noPicture: string;
  readonly attempt: (n: number) => string;
  readonly stalled: string;
  readonly connecting: string;
  readonly refused: (board: string, unit: string) => string;
  readonly unknownUnit: (unit: string) => string;
  readonly unknownPanel: (kind: string) => string;
}

const vi: Words = {
  demo: 'DEMO · SỐ LIỆU MẪU',
  backfill: 'đang nạp dữ liệu cũ',
  alert: 'Cảnh báo',
  severeAlert: 'Cảnh báo nghiêm trọng',
  waitingForDuty: 'chờ người trực xác nhận',
  weekdays: ['Chủ Nhật', 'Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy'],
  year: (year) => `Năm ${year}`,
  fromToNow: (from) => `từ ${from} đến nay`,
  bands: { met: 'Đạt', near: 'Cận đạt', below: 'Chưa đạt', over: 'Vượt ngưỡng' },
  overLimit: ['Vượt', 'ngưỡng'],
  noData: 'Không có số liệu',
  noSource: 'chưa có nguồn',
  declared: 'công bố',
  measurable: (max) => `điểm đo được, tối đa ${max}`,
  ofUnits: (reported, expected) => `${reported}/${expected} đơn vị`,
  notYet: 'chưa có',
  notZero: 'không phải là 0',
  nothingYet: 'Chưa có gì để tính',
  notSent: (source) => (source === null ? 'Chưa có số liệu kỳ này' : `Nguồn ${source} chưa gửi kỳ này`),
  staleAge: (age) => `CŨ · ${age}`,
  stale: 'CŨ',
  dataAt: 'Số liệu lúc',
  waitingFor: (source) => `chờ nguồn ${source}`,
  server: 'chờ máy chủ',
  source: 'Nguồn',
  target: 'mục tiêu',
  noTarget: 'chưa giao mục tiêu',
  plan: 'kế hoạch',
  goal: 'mục tiêu cuối năm',
  samePeriod: 'cùng kỳ',
  overSamePeriod: 'so cùng kỳ',
  points: 'điểm',
  otherBounds: 'khác địa giới',
  otherBoundsSince: (day) => `khác địa giới từ ${day}`,
  ended: (code, day) => `${code} đã kết thúc ngày ${day}`,
  continuedBy: (code, name) => `tiếp nối: ${code} ${name}`,
  yearEnd: 'cuối năm',
  weeks: (n) => `${n} tuần`,
  thisWeek: 'tuần này',
  lastWeek: 'tuần trước',
  perWeek: 'hồ sơ mỗi tuần',
  leftOut: (withdrawn, undated) => `không tính ${withdrawn} rút/dừng, ${undated} không có hạn`,
  ratings: 'đánh giá',
  tooFew: (min) => `dưới ${min}, không xếp mức`,
  received: 'Tiếp nhận',
  resolved: 'Đã giải quyết',
  inProgress: 'Đang giải quyết',
  overdue: 'Quá hạn',
  late: 'quá hạn',
  nearlyLate: 'sắp đến hạn',
  dossiers: 'hồ sơ',
  today: 'hôm nay',
  limit: 'ngưỡng',
  markedTarget: (target) => `vạch: mục tiêu ${target}`,
  moreUnits: (n, without) => `… ${n} đơn vị khác${without === null ? '' : `, ${without} không có số liệu`}`,
  sources: 'Nguồn',
  lost: 'Mất kết nối',
  since: (time) => `từ ${time}`,
  lasting: (age) => `đã ${age}`,
  holding: (time) => `đang giữ hình cuối lúc ${time}`,
  noPicture: 'chưa có hình nào',
  attempt: (n) => `đang tự nối lại, lần ${String(n)}`,
  stalled: 'Số liệu đang đứng',
  connecting: 'đang nối với máy chủ',
  refused: (board, unit) => `Máy chủ không có bảng ${board} của đơn vị ${unit}`,
  unknownUnit: (unit) => `Máy chủ chưa biết đơn vị ${unit}`,
  unknownPanel: (kind) => `Bản trang này chưa vẽ được loại ô "${kind}"`,
};

const en: Words = {
  demo: 'DEMO · SAMPLE DATA',
  backfill: 'backfill in progress',
  alert: 'Alert',
  severeAlert: 'Severe alert',
  waitingForDuty: 'waiting for the duty officer',
  weekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  year: (year) => year,
  fromToNow: (from) => `from ${from} to date`,
  bands: { met: 'Met', near: 'Near', below: 'Below', over: 'Over limit' },
  overLimit: ['Over', 'limit'],
  noData: 'No data',
  noSource: 'no source yet',
  declared: 'printed',
  measurable: (max) => `measurable points, ${max} at most`,
  ofUnits: (reported, expected) => `${reported} of ${expected} units`,
  notYet: 'none yet',
  notZero: 'this is not 0',
  nothingYet: 'Nothing to count yet',
  notSent: (source) => (source === null ? 'No figures for this period yet' : `${source} sent nothing for this period`),
  staleAge: (age) => `OLD · ${age}`,
  stale: 'OLD',
  dataAt: 'Figures of',
  waitingFor: (source) => `waiting for ${source}`,
  server: 'waiting for the server',
  source: 'Source',
  target: 'target',
  noTarget: 'no target set',
  plan: 'plan',
  goal: 'goal for the year',
  samePeriod: 'year on year',
  overSamePeriod: 'year on year',
  points: 'pts',
  otherBounds: 'other boundaries',
  otherBoundsSince: (day) => `other boundaries since ${day}`,
  ended: (code, day) => `${code} ended on ${day}`,
  continuedBy: (code, name) => `continued by ${code} ${name}`,
  yearEnd: 'year end',
  weeks: (n) => `${n} weeks`,
  thisWeek: 'this week',
  lastWeek: 'last week',
  perWeek: 'dossiers a week',
  leftOut: (withdrawn, undated) => `leaves out ${withdrawn} withdrawn, ${undated} undated`,
  ratings: 'ratings',
  tooFew: (min) => `fewer than ${min}, no band`,
  received: 'Received',
  resolved: 'Resolved',
  inProgress: 'In progress',
  overdue: 'Overdue',
  late: 'late',
  nearlyLate: 'nearly due',
  dossiers: 'dossiers',
  today: 'today',
  limit: 'limit',
  markedTarget: (target) => `mark: target ${target}`,
  moreUnits: (n, without) => `… ${n} more units${without === null ? '' : `, ${without} without data`}`,
  sources: 'Sources',
  lost: 'Connection lost',
  since: (time) => `since ${time}`,
  lasting: (age) => `for ${age}`,
  holding: (time) => `holding the picture of ${time}`,
  noPicture: 'no picture yet',
  attempt: (n) => `reconnecting, attempt ${String(n)}`,
  stalled: 'Figures stand still',
  connecting: 'connecting to the server',
  refused: (board, unit) => `The server has no board ${board} of unit ${unit}`,
  unknownUnit: (unit) => `The server doesn't know unit ${unit} yet`,
  unknownPanel: (kind) => `This version of the page can't draw a "${kind}" tile`,
};

export const words: Record<Lang, Words> = { vi, en };
