/** Frames as a server would send them on its worst days: the shapes stay, what is in them grows. */

/** The longest short names of units in the country, and fields of work as long as they come. */
const NAMES = ['Phan Rang – Tháp Chàm', 'Đức Trọng', 'Thị xã Nghi Sơn', 'Bà Rịa – Vũng Tàu'];
const FIELDS = [
  'Tiêu chuẩn đo lường chất lượng', 'Giám định y khoa, pháp y', 'Đất đai', 'Phòng, chống tệ nạn xã hội', 'Thi, tuyển sinh, giáo dục thường xuyên',
  'Quản lý xuất nhập cảnh', 'An toàn thực phẩm và dinh dưỡng', 'Thành lập và hoạt động của doanh nghiệp', 'Bảo trợ xã hội', 'Hộ tịch',
];
const GROWTH = 9_770;

const grown = (value) => (Number.isInteger(value) ? value * GROWTH : value);

/** Counts of hundreds of millions, shares a hair from a line, long names. */
function strained(value, key, place) {
  if (Array.isArray(value)) return value.map((one, index) => strained(one, key, index));
  if (value === null || typeof value !== 'object') return value;
  const out = {};
  for (const [name, one] of Object.entries(value)) {
    if (['measures', 'today'].includes(name) && one !== null && typeof one === 'object') {
      out[name] = Object.fromEntries(Object.entries(one).map(([id, count]) => [id, grown(count)]));
    } else if (['count', 'oldest', 'total', 'today'].includes(name) && key !== 'ranking' && typeof one === 'number') {
      // How many units there are isn't strained: these rows are in the tile.
      out[name] = Array.isArray(value.children) || Array.isArray(value.rows) || Array.isArray(value.cells) ? one : grown(one);
    } else if (name === 'short_name') out[name] = NAMES[place % NAMES.length];
    else if (name === 'field' && typeof one === 'string') out[name] = FIELDS[place % FIELDS.length];
    else if (name === 'value' && typeof one === 'number' && one <= 1 && typeof value.den === 'number') out[name] = [0.99996, 0.97996, 0.0004][place % 3];
    else if (name === 'difference_points') out[name] = -99.9;
    else out[name] = strained(one, name, place);
  }
  return out;
}

/** `old`: every source was heard last a day and more ago. */
function aged(value) {
  if (Array.isArray(value)) return value.map(aged);
  if (value === null || typeof value !== 'object') return value;
  const out = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, aged(one)]));
  if (typeof out.source_at === 'string') Object.assign(out, { source_at: '2024-07-20T09:12:00+07:00', stale_after_s: 3_600 });
  return out;
}

const tilesOf = (change) => (frame) => {
  if (frame.op !== 'snapshot' && frame.op !== 'update') return frame;
  return { ...frame, tiles: Object.fromEntries(Object.entries(frame.tiles).map(([id, tile], index) => [id, change(tile, id, index)])) };
};

export const extreme = tilesOf(strained);
export const old = tilesOf((tile) => aged(tile));
