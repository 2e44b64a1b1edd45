/** The words of the page for screens, in both languages. */
import type { Lang } from '../../lib/format';

const vi = {
  title: 'Màn hình', desk: 'Bàn trực', other: 'English',
  approve: 'Duyệt màn hình mới', code: 'Mã trên màn hình', name: 'Tên', unit: 'Đơn vị (mã)', show: 'Hiển thị', board: 'Một bảng', rotation: 'Luân phiên',
  dwell: 'giây', from: 'từ', to: 'đến', days: 'ngày', add: 'Thêm bảng', remove: 'Bỏ', language: 'Ngôn ngữ', theme: 'Nền', dark: 'tối', light: 'sáng',
  night: 'Nền tối ban đêm', diagonal: 'Đường chéo (inch)', distance: 'Khoảng cách xem (m)', ok: 'Duyệt', deny: 'Từ chối', save: 'Lưu', change: 'Sửa', cancel: 'Thôi',
  weekdays: ['T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'CN'],
  none: 'Chưa có màn hình nào', shows: 'Đang hiện', state: 'Trạng thái', seen: 'Thấy lần cuối', version: 'Bản trang', size: 'Độ phân giải', lag: 'Trễ', last: 'Lệnh cuối',
  online: 'đang nối', offline: 'mất nối', waiting: 'chờ nhận', revoked: 'đã thu hồi', never: 'chưa lần nào', newest: 'mới nhất', old: 'cũ',
  current: 'không', behind: (seconds: number, versions: number) => `${String(seconds)} giây, ${String(versions)} bản`,
  reading: (figure: string, needed: string) => `Chữ số cao ${figure} mm, cần ${needed} mm để đọc từ chỗ ngồi`,
  identify: 'Hiện tên', reload: 'Tải lại', go: 'Chuyển bảng', blank: 'Tắt hình', message: 'Thông báo', resume: 'Trở lại', text: 'Câu thông báo', send: 'Gửi',
  revoke: 'Thu hồi', forget: 'Xoá khỏi danh sách', sure: 'Bấm lần nữa để thu hồi', done: 'đã làm', notYet: 'chưa làm',
  token: 'Máy chủ cần mã truy cập của người trực (oct_…)', enter: 'Vào', refused: (code: string, detail: string) => `Không được (${code}). ${detail}`, lost: 'Mất kết nối', approvedNow: (name: string) => `Đã duyệt ${name}`, deniedNow: 'Đã từ chối',
};

export type ScreensWords = typeof vi;

const en: ScreensWords = {
  title: 'Screens', desk: 'Desk', other: 'Tiếng Việt',
  approve: 'Approve a new screen', code: 'Code on the screen', name: 'Name', unit: 'Unit (code)', show: 'Shows', board: 'One board', rotation: 'Rotation',
  dwell: 'seconds', from: 'from', to: 'to', days: 'days', add: 'Add a board', remove: 'Remove', language: 'Language', theme: 'Ground', dark: 'dark', light: 'light',
  night: 'Dark ground at night', diagonal: 'Diagonal (inch)', distance: 'Viewing distance (m)', ok: 'Approve', deny: 'Refuse', save: 'Save', change: 'Change', cancel: 'Cancel',
  weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  none: 'No screens yet', shows: 'Shows now', state: 'State', seen: 'Last seen', version: 'Page', size: 'Resolution', lag: 'Behind', last: 'Last command',
  online: 'online', offline: 'offline', waiting: 'not fetched yet', revoked: 'revoked', never: 'never', newest: 'newest', old: 'older',
  current: 'no', behind: (seconds, versions) => `${String(seconds)} s, ${String(versions)} versions`,
  reading: (figure, needed) => `Digits are ${figure} mm high; ${needed} mm are needed to read them from the seats`,
  identify: 'Show name', reload: 'Reload', go: 'Go to board', blank: 'Blank', message: 'Message', resume: 'Resume', text: 'The message', send: 'Send',
  revoke: 'Revoke', forget: 'Remove from the list', sure: 'Press again to revoke', done: 'done', notYet: 'not yet',
  token: 'The server asks for an operator’s token (oct_…)', enter: 'Enter', refused: (code, detail) => `Refused (${code}). ${detail}`, lost: 'Connection lost', approvedNow: (name) => `${name} is approved`, deniedNow: 'Refused',
};

export const screensWords: Record<Lang, ScreensWords> = { vi, en };
