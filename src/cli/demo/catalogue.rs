//! What the demonstration's province deals with: fields, who has how much of which, and how well each district does.

/// A field of administrative procedures.
pub(super) struct FieldKind {
    /// Its name, as records carry it.
    pub(super) name: &'static str,
    /// Part of the codes of its procedures.
    pub(super) code: &'static str,
    /// Limits of its procedures in working days; 0 is the same day.
    pub(super) limits: &'static [u8],
    /// How much likelier than usual a dossier is late.
    pub(super) late_weight: f64,
    /// Share of dossiers with something to be paid.
    pub(super) payable: f64,
}

const fn field(
    name: &'static str,
    code: &'static str,
    limits: &'static [u8],
    (late_weight, payable): (f64, f64),
) -> FieldKind {
    FieldKind { name, code, limits, late_weight, payable }
}

/// The fields; elsewhere a field is its place here.
pub(super) const FIELDS: &[FieldKind] = &[
    field("Đất đai", "dat-dai", &[10, 15, 20], (6.0, 0.8)),
    field("Xây dựng", "xay-dung", &[7, 15, 20], (4.5, 0.6)),
    field("Đăng ký kinh doanh", "kinh-doanh", &[3, 3, 5], (1.0, 0.7)),
    field("Hộ tịch", "ho-tich", &[1, 3, 5], (0.5, 0.1)),
    field("Chứng thực", "chung-thuc", &[0], (0.02, 0.9)),
    field("Bảo trợ xã hội", "bao-tro", &[7, 10, 15], (0.8, 0.0)),
    field("Đường bộ", "duong-bo", &[3, 5, 5], (0.3, 0.9)),
    field("Lý lịch tư pháp", "ly-lich", &[7, 10], (0.5, 1.0)),
    field("Lao động, việc làm", "lao-dong", &[5, 7, 10], (0.5, 0.1)),
    field("Khám bệnh, chữa bệnh", "y-te", &[10, 15, 20], (0.7, 0.7)),
    field("Công Thương", "cong-thuong", &[3, 5, 7], (0.4, 0.4)),
    field("Nông nghiệp", "nong-nghiep", &[5, 10, 15], (0.6, 0.3)),
    field("Người có công", "nguoi-co-cong", &[10, 12, 20], (0.8, 0.0)),
    field("Giáo dục và Đào tạo", "giao-duc", &[5, 10], (0.3, 0.0)),
    field("Văn hóa, thể thao và du lịch", "van-hoa", &[3, 5, 7], (0.3, 0.3)),
    field("Môi trường", "moi-truong", &[15, 20, 30], (3.0, 0.3)),
    field("Đầu tư", "dau-tu", &[10, 15, 25], (1.5, 0.0)),
    field("Bảo hiểm xã hội", "bao-hiem", &[3, 5], (0.2, 0.0)),
    field("Thuế", "thue", &[3, 5], (0.2, 0.0)),
    field("Quản lý cư trú", "cu-tru", &[3, 5, 7], (0.2, 0.6)),
    field("Tổ chức, thi đua", "noi-vu", &[10, 15, 20], (0.4, 0.0)),
    field("Khoa học và Công nghệ", "khoa-hoc", &[7, 10, 15], (0.4, 0.3)),
    field("Thông tin và Truyền thông", "thong-tin", &[5, 7, 10], (0.3, 0.2)),
];

/// The place of certification in [`FIELDS`], the field of the counter's rush.
pub(super) const CERTIFICATION: u8 = 4;

/// Weights of fields, as places in [`FIELDS`].
pub(super) type Mix = &'static [(u8, f64)];

/// What a district's own office deals with.
pub(super) const DISTRICT_MIX: Mix =
    &[(0, 36.0), (1, 9.0), (2, 16.0), (3, 10.0), (4, 12.0), (5, 8.0), (11, 2.0), (13, 4.0), (14, 3.0)];
/// What a commune deals with.
pub(super) const COMMUNE_MIX: Mix = &[(0, 7.0), (3, 38.0), (4, 33.0), (5, 14.0), (12, 6.0), (11, 2.0)];

/// What a commune deals with since there are no districts: most of what theirs was too.
pub(super) const NEW_COMMUNE_MIX: Mix =
    &[(0, 20.0), (1, 3.0), (2, 7.0), (3, 29.0), (4, 22.0), (5, 11.0), (12, 4.0), (11, 2.0), (13, 1.5), (14, 1.0)];

/// Code of the Service Centre, which receives for the departments.
pub(super) const SERVICE_CENTRE: &str = "17.tt-phuc-vu-hcc";

/// What the departments deal with: code, share of the Service Centre's dossiers, fields.
pub(super) const DEPARTMENTS: &[(&str, f64, Mix)] = &[
    ("17.so-giao-thong-van-tai", 22.0, &[(6, 1.0)]),
    ("17.so-ke-hoach-dau-tu", 13.0, &[(2, 9.0), (16, 1.0)]),
    ("17.so-tu-phap", 12.0, &[(7, 8.0), (3, 2.0)]),
    ("17.so-tai-nguyen-moi-truong", 9.0, &[(0, 8.0), (15, 2.0)]),
    ("17.so-lao-dong-tbxh", 9.0, &[(8, 7.0), (12, 3.0)]),
    ("17.so-y-te", 7.0, &[(9, 1.0)]),
    ("17.so-xay-dung", 6.0, &[(1, 1.0)]),
    ("17.so-cong-thuong", 6.0, &[(10, 1.0)]),
    ("17.so-nong-nghiep-ptnt", 4.0, &[(11, 1.0)]),
    ("17.so-giao-duc-dao-tao", 2.0, &[(13, 1.0)]),
    ("17.so-van-hoa-ttdl", 2.0, &[(14, 1.0)]),
    ("17.so-noi-vu", 2.0, &[(20, 1.0)]),
    ("17.so-khoa-hoc-cong-nghe", 1.0, &[(21, 1.0)]),
    ("17.so-thong-tin-truyen-thong", 1.0, &[(22, 1.0)]),
    ("17.so-tai-chinh", 0.5, &[(16, 1.0)]),
    ("17.bql-kcn", 1.5, &[(16, 6.0), (15, 2.0), (1, 2.0)]),
    ("17.bhxh", 3.0, &[(17, 1.0)]),
    ("17.cuc-thue", 2.0, &[(18, 1.0)]),
    ("17.cong-an", 3.0, &[(19, 1.0)]),
    ("17.vp-dang-ky-dat-dai", 6.0, &[(0, 1.0)]),
    ("17.vp-ubnd", 0.3, &[(16, 1.0)]),
];

/// On-time rate in percent that a district reaches in 2024, by its code.
pub(super) const DISTRICT_ON_TIME: &[(&str, f64)] = &[
    ("148", 98.8),
    ("150", 94.0),
    ("152", 96.6),
    ("153", 98.4),
    ("154", 98.6),
    ("155", 97.9),
    ("156", 95.5),
    ("157", 98.9),
    ("158", 99.0),
    ("159", 97.9),
];
/// The same for a district that isn't listed.
pub(super) const DISTRICT_ON_TIME_DEFAULT: f64 = 97.5;
/// The same for the departments together.
pub(super) const DEPARTMENTS_ON_TIME: f64 = 98.6;

/// Why a dossier was late, as `late_cause` says it, with weights.
pub(super) const LATE_CAUSES: &[(&str, f64)] =
    &[("Phối hợp giữa các cơ quan", 45.0), ("Nhân sự", 25.0), ("Quy định", 20.0), ("Hệ thống, hạ tầng", 10.0)];
