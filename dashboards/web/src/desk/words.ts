/** The words of the desk that don't come with the figures, in both languages. */
import type { Lang } from '../lib/format';
import type { By } from './address';

export interface DeskWords {
  readonly desk: string;
  readonly reports: string;
  readonly schedule: string;
  readonly nextRun: string;
  readonly keptDays: (n: string) => string;
  readonly noReports: string;
  readonly runs: string;
  readonly scheduledAt: string;
  readonly madeAt: string;
  readonly lateRun: string;
  readonly state: string;
  readonly states: Readonly<Record<'waiting' | 'made' | 'failed', string>>;
  readonly triesSoFar: (n: string) => string;
  readonly againAt: (at: string) => string;
  readonly closing: (n: string) => string;
  readonly sentTo: string;
  readonly fates: Readonly<Record<'waiting' | 'delivered' | 'given_up' | 'dropped', string>>;
  readonly tryAgain: string;
  readonly notKept: string;
  readonly page: (n: string) => string;
  readonly workbook: string;
  readonly paragraph: string;
  readonly older: string;
  readonly newest: string;
  readonly allReports: string;
  readonly alerts: string;
  readonly alert: string;
  readonly level: string;
  readonly levels: Readonly<Record<string, string>>;
  readonly openAlerts: string;
  readonly pastAlerts: string;
  readonly olderAlerts: string;
  readonly noAlerts: string;
  readonly since: string;
  readonly raisedAt: string;
  readonly toldFrom: (at: string) => string;
  readonly seenBy: string;
  readonly acknowledge: string;
  readonly over: string;
  readonly withdrawn: string;
  readonly demo: string;
  readonly backfill: string;
  readonly guide: string;
  readonly dataAt: string;
  readonly code: string;
  readonly period: string;
  readonly windows: Readonly<Record<string, string>>;
  readonly territory: string;
  readonly now: string;
  readonly was: string;
  readonly role: string;
  readonly processing: string;
  readonly receiving: string;
  readonly by: Readonly<Record<By, string>>;
  readonly breakdown: (by: string) => string;
  readonly total: string;
  readonly none: string;
  readonly others: (n: string) => string;
  readonly own: string;
  readonly ownOnly: string;
  readonly before: string;
  readonly taken: string;
  readonly counterAndPost: string;
  readonly leftOut: string;
  readonly all: string;
  readonly download: string;
  readonly form: string;
  readonly calendar: string;
  readonly report: string;
  readonly statuses: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, string>>;
  readonly ages: Readonly<Record<string, string>>;
  readonly measures: Readonly<Record<string, string>>;
  readonly target: string;
  readonly hours: string;
  readonly noSource: string;
  readonly reaches: (goal: string, month: string) => string;
  readonly planned: (month: string) => string;
  readonly definition: string;
  readonly dossiers: (n: string) => string;
  readonly ratings: (n: string) => string;
  readonly id: string;
  readonly procedure: string;
  readonly unit: string;
  readonly holder: string;
  readonly received: string;
  readonly due: string;
  readonly finish: string;
  readonly reason: string;
  readonly score: string;
  readonly counts: string;
  readonly next: string;
  readonly first: string;
  readonly emptyList: string;
  readonly emptyRows: string;
  readonly loading: string;
  readonly lost: string;
  readonly holding: (time: string) => string;
  readonly notFound: (what: string) => string;
  readonly refused: (code: string, detail: string) => string;
  readonly stale: string;
  readonly registers: string;
  readonly derived: string;
  readonly register: string;
  readonly value: string;
  readonly at: string;
  readonly from: string;
  readonly record: string;
  readonly notStored: string;
  readonly rules: string;
  readonly figures: string;
  readonly sources: string;
  readonly sourcesDiffer: (n: string) => string;
  readonly totals: string;
  readonly totalsAbout: string;
  readonly noTotals: string;
  readonly totalsReceived: string;
  readonly totalsFinished: string;
  readonly totalsSum: (agreeing: string, differing: string) => string;
  readonly theirs: string;
  readonly ours: string;
  readonly result: string;
  readonly stated: string;
  readonly agrees: string;
  readonly differs: (n: string) => string;
  readonly notCovered: string;
  readonly missing: string;
  readonly missingAbout: (n: string) => string;
  readonly newestPeriods: string;
  readonly allSent: string;
  readonly indicators: string;
  readonly nIndicators: (n: string) => string;
  readonly deadline: string;
  readonly overdueDays: string;
  readonly returns: Readonly<Record<string, string>>;
}

const vi: DeskWords = {
  desk: 'Điều hành',
  reports: 'Báo cáo', schedule: 'Lịch lập báo cáo', nextRun: 'Lần tới', keptDays: (n) => `giữ ${n} ngày`,
  noReports: 'Chưa có báo cáo nào.', runs: 'Báo cáo đã lập', scheduledAt: 'Theo lịch', madeAt: 'Lập lúc', lateRun: 'lập muộn',
  state: 'Trạng thái', states: { waiting: 'chờ lập', made: 'đã lập', failed: 'không lập được' },
  triesSoFar: (n) => `đã thử ${n} lần`, againAt: (at) => `lập lại lúc ${at}`, closing: (n) => `số liệu chốt lần ${n}`, sentTo: 'Gửi tới',
  fates: { waiting: 'chờ gửi', delivered: 'đã nhận', given_up: 'không gửi được', dropped: 'không gửi' }, tryAgain: 'Lập lại',
  notKept: 'không còn giữ tệp', page: (n) => `trang ${n}`, workbook: 'số liệu (XLSX)', paragraph: 'đoạn văn', older: 'Cũ hơn', newest: 'Mới nhất', allReports: 'tất cả',
  alerts: 'Cảnh báo',
  alert: 'Cảnh báo',
  level: 'Mức',
  levels: { notice: 'Lưu ý', warning: 'Cảnh báo', severe: 'Nghiêm trọng' },
  openAlerts: 'Đang cảnh báo',
  pastAlerts: 'Đã hết',
  olderAlerts: 'Chỉ 100 cảnh báo mới nhất.',
  noAlerts: 'Không có cảnh báo nào.',
  since: 'Từ lúc',
  raisedAt: 'Cảnh báo lúc',
  toldFrom: (at) => `báo từ ${at}`,
  seenBy: 'Xác nhận',
  acknowledge: 'Xác nhận',
  over: 'Hết lúc',
  withdrawn: 'thôi theo dõi', demo: 'DEMO · SỐ LIỆU MẪU', backfill: 'đang nạp dữ liệu cũ', guide: 'Hướng dẫn kết nối', dataAt: 'Số liệu lúc', code: 'mã', period: 'Kỳ',
  windows: { today: 'hôm nay', week: 'tuần này', month: 'tháng này', quarter: 'quý này', year: 'Luỹ kế từ đầu năm' },
  territory: 'Địa giới', now: 'Theo đơn vị hiện nay', was: 'Theo đơn vị tại thời điểm',
  role: 'Đơn vị', processing: 'xử lý', receiving: 'tiếp nhận',
  by: { unit: 'Đơn vị', field: 'Lĩnh vực', procedure: 'Thủ tục', channel: 'Kênh', status: 'Trạng thái', holder: 'Đang ở', age: 'Số ngày', day: 'Ngày' },
  breakdown: (by) => `Tình hình giải quyết theo ${by.toLowerCase()}`,
  total: 'Tổng số', none: 'chưa có', others: (n) => `… ${n} dòng khác`, own: 'trực tiếp giải quyết', ownOnly: 'trực tiếp giải quyết',
  before: 'Từ kỳ trước', taken: 'Tiếp nhận', counterAndPost: 'Trực tiếp, bưu chính', leftOut: 'Rút, dừng; không có hạn', all: 'tất cả',
  download: 'Tải đúng bảng này', form: 'Biểu II.06a (XLSX)', calendar: 'theo lịch', report: 'kỳ báo cáo',
  statuses: {
    registered: 'Mới đăng ký', accepted: 'Được tiếp nhận', processing: 'Đang xử lý', supplement_requested: 'Yêu cầu bổ sung giấy tờ',
    payment_requested: 'Yêu cầu thực hiện nghĩa vụ tài chính', refused: 'Không được tiếp nhận', withdrawn: 'Công dân yêu cầu rút hồ sơ',
    stopped: 'Dừng xử lý', done: 'Đã xử lý xong', delivered: 'Đã trả kết quả',
  },
  channels: { online: 'Trực tuyến', counter: 'Trực tiếp', post: 'Bưu chính công ích' },
  ages: {
    overdue_gt_30: 'Quá hạn trên 30 ngày', overdue_le_30: 'Quá hạn 11–30 ngày', overdue_le_10: 'Quá hạn 6–10 ngày',
    overdue_le_5: 'Quá hạn 2–5 ngày', overdue_le_1: 'Quá hạn 0–1 ngày', open_gt_30: 'Đang giải quyết trên 30 ngày',
    open_le_30: 'Đang giải quyết 11–30 ngày', open_le_10: 'Đang giải quyết 6–10 ngày', open_le_5: 'Đang giải quyết 0–5 ngày',
    not_open: 'Không trong số đang giải quyết',
  },
  measures: {
    rescheduled: 'Hẹn lại sau khi quá hạn', received_on_time: 'Tiếp nhận mới: trước và đúng hạn', received_open_within: 'Tiếp nhận mới: đang giải quyết trong hạn',
    received_withdrawn: 'Tiếp nhận mới: rút, dừng', digitised: 'Số hóa hồ sơ', reused_data: 'Tái sử dụng dữ liệu số hóa', payable: 'Có nghĩa vụ tài chính',
    paid_online: 'Thanh toán trực tuyến', electronic_result: 'Kết quả điện tử', ratings: 'Lượt đánh giá', ratings_satisfied: 'Điểm 4–5', rating_score_sum: 'Tổng điểm',
    resolved_hours_sum: 'Tổng số giờ giải quyết',
  },
  target: 'mục tiêu', hours: 'giờ', noSource: 'chưa có nguồn', definition: 'Cách tính',
  reaches: (goal, month) => `đạt ${goal} vào ${month}`, planned: (month) => `kế hoạch ${month}`,
  dossiers: (n) => `${n} hồ sơ`, ratings: (n) => `${n} đánh giá`,
  id: 'Mã hồ sơ', procedure: 'Thủ tục', unit: 'Đơn vị', holder: 'Đang ở', received: 'Nhận', due: 'Hẹn trả', finish: 'Xong', reason: 'Vì sao', score: 'Điểm', counts: 'Tính',
  next: 'Trang sau', first: 'Trang đầu', emptyList: 'Không có hồ sơ nào', emptyRows: 'Không có số liệu trong kỳ này',
  loading: 'Đang tải số liệu', lost: 'Mất kết nối', holding: (time) => `đang giữ số liệu lúc ${time}`,
  notFound: (what) => `Không tìm thấy ${what}`, refused: (code, detail) => `Không trả lời được (${code}). ${detail}`,
  stale: 'mã cũ', registers: 'Dữ liệu đã nhận', derived: 'Diễn biến', register: 'Mục', value: 'Giá trị', at: 'Thời điểm', from: 'Nguồn', record: 'Bản ghi',
  notStored: 'chưa lưu', rules: 'Quy tắc', figures: 'Số liệu',
  sources: 'Nguồn và báo cáo', sourcesDiffer: (n) => `lệch ${n} ngày`,
  totals: 'Đối soát nguồn', totalsAbout: 'số hồ sơ do nguồn báo, bên cạnh số đã nhận ở đây', noTotals: 'Chưa nguồn nào báo số đối soát',
  totalsReceived: 'Tiếp nhận mới', totalsFinished: 'Đã giải quyết', totalsSum: (agreeing, differing) => `khớp ${agreeing} ngày, lệch ${differing} ngày`,
  theirs: 'Nguồn báo', ours: 'Ở đây', result: 'Kết quả', stated: 'Báo lúc', agrees: 'khớp', differs: (n) => `lệch ${n}`, notCovered: 'trước ngày có dữ liệu',
  missing: 'Chưa gửi báo cáo', missingAbout: (n) => `chỉ tiêu còn thiếu; đã báo cáo ${n}`, newestPeriods: 'kỳ vừa kết thúc', allSent: 'Tất cả đã gửi',
  indicators: 'Chỉ tiêu', nIndicators: (n) => `${n} chỉ tiêu`, deadline: 'Hạn gửi', overdueDays: 'Quá hạn (ngày)',
  returns: { none: 'chưa nhập', draft: 'đã nhập, chưa trình', submitted: 'đã trình, chờ duyệt', approved: 'đã duyệt', rejected: 'bị trả lại' },
};

const en: DeskWords = {
  desk: 'Operations',
  reports: 'Reports', schedule: 'Schedule', nextRun: 'Next', keptDays: (n) => `kept ${n} days`,
  noReports: 'No reports yet.', runs: 'Reports made', scheduledAt: 'Scheduled', madeAt: 'Made at', lateRun: 'made late',
  state: 'State', states: { waiting: 'waiting', made: 'made', failed: 'failed' },
  triesSoFar: (n) => `${n} tries so far`, againAt: (at) => `again at ${at}`, closing: (n) => `official figures, closing ${n}`, sentTo: 'Sent to',
  fates: { waiting: 'waiting', delivered: 'delivered', given_up: 'given up', dropped: 'not sent' }, tryAgain: 'Try again',
  notKept: 'files no longer kept', page: (n) => `page ${n}`, workbook: 'figures (XLSX)', paragraph: 'paragraph', older: 'Older', newest: 'Newest', allReports: 'all',
  alerts: 'Alerts',
  alert: 'Alert',
  level: 'Level',
  levels: { notice: 'Notice', warning: 'Warning', severe: 'Severe' },
  openAlerts: 'Open',
  pastAlerts: 'Over',
  olderAlerts: 'The newest 100 only.',
  noAlerts: 'No alerts.',
  since: 'Since',
  raisedAt: 'Raised at',
  toldFrom: (at) => `told from ${at}`,
  seenBy: 'Acknowledged',
  acknowledge: 'Acknowledge',
  over: 'Over at',
  withdrawn: 'no longer watched', demo: 'DEMO · SAMPLE FIGURES', backfill: 'backfill in progress', guide: 'Integrator’s guide', dataAt: 'Figures at', code: 'code', period: 'Period',
  windows: { today: 'today', week: 'this week', month: 'this month', quarter: 'this quarter', year: 'year to date' },
  territory: 'Units', now: 'as they are now', was: 'as they were',
  role: 'By', processing: 'processing unit', receiving: 'receiving unit',
  by: { unit: 'Unit', field: 'Field', procedure: 'Procedure', channel: 'Channel', status: 'Status', holder: 'Holder', age: 'Age', day: 'Day' },
  breakdown: (by) => `Dossiers by ${by.toLowerCase()}`,
  total: 'Total', none: 'not given', others: (n) => `… ${n} more rows`, own: 'handled itself', ownOnly: 'handled itself',
  before: 'Carried over', taken: 'Taken on', counterAndPost: 'Counter, post', leftOut: 'Withdrawn; without due date', all: 'all',
  download: 'Download this table', form: 'Form II.06a (XLSX)', calendar: 'by the calendar', report: 'report period',
  statuses: {
    registered: 'Registered', accepted: 'Accepted', processing: 'Processing', supplement_requested: 'Papers requested', payment_requested: 'Payment requested',
    refused: 'Refused', withdrawn: 'Withdrawn', stopped: 'Stopped', done: 'Done', delivered: 'Delivered',
  },
  channels: { online: 'Online', counter: 'Counter', post: 'Post' },
  ages: {
    overdue_gt_30: 'Overdue more than 30 days', overdue_le_30: 'Overdue 11–30 days', overdue_le_10: 'Overdue 6–10 days', overdue_le_5: 'Overdue 2–5 days',
    overdue_le_1: 'Overdue 0–1 days', open_gt_30: 'Open more than 30 days', open_le_30: 'Open 11–30 days', open_le_10: 'Open 6–10 days', open_le_5: 'Open 0–5 days',
    not_open: 'Not in progress',
  },
  measures: {
    rescheduled: 'Rescheduled after the due date', received_on_time: 'Received: early or on time', received_open_within: 'Received: open within time',
    received_withdrawn: 'Received: withdrawn', digitised: 'Digitised', reused_data: 'Digitised data used again', payable: 'With a payment due', paid_online: 'Paid online',
    electronic_result: 'Electronic result', ratings: 'Ratings', ratings_satisfied: 'Scores of 4–5', rating_score_sum: 'Sum of scores', resolved_hours_sum: 'Hours of processing',
  },
  target: 'target', hours: 'hours', noSource: 'no source yet', definition: 'Definition',
  reaches: (goal, month) => `reaches ${goal} in ${month}`, planned: (month) => `planned ${month}`,
  dossiers: (n) => `${n} dossiers`, ratings: (n) => `${n} ratings`,
  id: 'Dossier', procedure: 'Procedure', unit: 'Unit', holder: 'Holder', received: 'Received', due: 'Due', finish: 'Finished', reason: 'Why', score: 'Score', counts: 'Counts',
  next: 'Next page', first: 'First page', emptyList: 'No dossiers', emptyRows: 'No figures in this period',
  loading: 'Loading figures', lost: 'Connection lost', holding: (time) => `holding the figures of ${time}`,
  notFound: (what) => `Not found: ${what}`, refused: (code, detail) => `No answer (${code}). ${detail}`,
  stale: 'ended code', registers: 'What was received', derived: 'What follows', register: 'Register', value: 'Value', at: 'At', from: 'Source', record: 'Record',
  notStored: 'not stored yet', rules: 'Rules', figures: 'Figures',
  sources: 'Sources and reports', sourcesDiffer: (n) => `${n} days differ`,
  totals: 'Control totals', totalsAbout: 'how many dossiers sources say they have, beside those received here', noTotals: 'No source has stated control totals',
  totalsReceived: 'Received', totalsFinished: 'Resolved', totalsSum: (agreeing, differing) => `${agreeing} days agree, ${differing} differ`,
  theirs: 'Source', ours: 'Here', result: 'Result', stated: 'Stated at', agrees: 'agrees', differs: (n) => `differs by ${n}`, notCovered: 'before its coverage',
  missing: 'Not reported yet', missingAbout: (n) => `indicators are missing; ${n} reported`, newestPeriods: 'periods that ended last', allSent: 'Everybody has sent',
  indicators: 'Indicators', nIndicators: (n) => `${n} indicators`, deadline: 'Deadline', overdueDays: 'Days overdue',
  returns: { none: 'not filled in', draft: 'filled in, not submitted', submitted: 'submitted, waits for approval', approved: 'approved', rejected: 'sent back' },
};

export const deskWords: Record<Lang, DeskWords> = { vi, en };
