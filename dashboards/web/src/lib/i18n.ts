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
  readonly coveredFrom: (day: string) => string;
  readonly closedOn: (day: string) => string;
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
  /** Of another day. */
  readonly dataOf: string;
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
  readonly byWeek: string;
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
  readonly yesterday: string;
  readonly early: string;
  readonly onTheDay: string;
  readonly lateWord: string;
  readonly leftOutShort: (n: string) => string;
  /** From 5 to 1. */
  readonly answers: readonly string[];
  readonly ageClasses: Readonly<Record<string, string>>;
  readonly overdueNote: string;
  readonly oldestNote: string;
  readonly noField: string;
  readonly otherFields: (n: string) => string;
  readonly nearlyLateNote: string;
  readonly byPlace: string;
  readonly inOrder: string;
  readonly worst: string;
  readonly unit: string;
  readonly total: string;
  readonly shownOf: (shown: string, all: string) => string;
  readonly losses: string;
  readonly noLosses: string;
  readonly pointsLost: string;
  readonly pointsWord: string;
  readonly outOf: (max: string) => string;
  readonly computed: string;
  readonly lastYear: string;
  readonly thisYear: string;
  readonly moreSources: (n: string) => string;
  readonly nothingToSay: string;
  readonly stackNote: string;
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
  coveredFrom: (day) => `đủ số liệu từ ${day}`,
  closedOn: (day) => `kỳ đã chốt ${day} · số hiện thời`,
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
  dataOf: 'Số liệu',
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
  byWeek: '% theo tuần',
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
  yesterday: 'hôm qua',
  early: 'trước hạn',
  onTheDay: 'đúng hạn',
  lateWord: 'quá hạn',
  leftOutShort: (n) => `${n} không tính`,
  answers: ['Rất hài lòng', 'Hài lòng', 'Bình thường', 'Không hài lòng', 'Rất không hài lòng'],
  ageClasses: { le_5: 'đến 5 ngày', le_10: '6–10 ngày', le_30: '11–30 ngày', gt_30: 'trên 30 ngày' },
  overdueNote: 'Đang giải quyết, đã quá hạn trả',
  oldestNote: 'phần đặc: trên 30 ngày',
  noField: 'Không rõ lĩnh vực',
  otherFields: (n) => `${n} lĩnh vực khác`,
  nearlyLateNote: 'Đến hạn hôm nay hoặc ngày làm việc tới',
  byPlace: 'Ô xếp theo vị trí địa lý',
  inOrder: 'Ô xếp theo thứ tự danh mục',
  worst: 'Thấp nhất',
  unit: 'Đơn vị',
  total: 'Tổng số',
  shownOf: (shown, all) => `${shown}/${all} đơn vị`,
  losses: 'Mất điểm nhiều nhất',
  noLosses: 'Không mất điểm nào đo được',
  pointsLost: 'điểm mất',
  pointsWord: 'điểm',
  outOf: (max) => `trên ${max}`,
  computed: 'tự tính',
  lastYear: 'năm trước',
  thisYear: 'năm nay',
  moreSources: (n) => `+${n} nguồn`,
  nothingToSay: 'Không có gì để báo',
  stackNote: 'Hồ sơ đã giải quyết, có hạn',
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
  coveredFrom: (day) => `complete since ${day}`,
  closedOn: (day) => `closed ${day} · current figures`,
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
  dataOf: 'Of',
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
  byWeek: '% by week',
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
  yesterday: 'yesterday',
  early: 'early',
  onTheDay: 'on the day',
  lateWord: 'late',
  leftOutShort: (n) => `${n} left out`,
  answers: ['Very satisfied', 'Satisfied', 'Neutral', 'Dissatisfied', 'Very dissatisfied'],
  ageClasses: { le_5: 'up to 5 days', le_10: '6–10 days', le_30: '11–30 days', gt_30: 'over 30 days' },
  overdueNote: 'In progress and past the due date',
  oldestNote: 'solid: over 30 days',
  noField: 'No field given',
  otherFields: (n) => `${n} other fields`,
  nearlyLateNote: 'Due today or on the next working day',
  byPlace: 'Cells stand as the units lie',
  inOrder: 'Cells stand in protocol order',
  worst: 'Lowest',
  unit: 'Unit',
  total: 'Total',
  shownOf: (shown, all) => `${shown} of ${all} units`,
  losses: 'Most points lost',
  noLosses: 'No measurable point is lost',
  pointsLost: 'points lost',
  pointsWord: 'points',
  outOf: (max) => `of ${max}`,
  computed: 'computed',
  lastYear: 'last year',
  thisYear: 'this year',
  moreSources: (n) => `+${n} sources`,
  nothingToSay: 'Nothing to report',
  stackNote: 'Resolved dossiers with a due date',
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
