//! The words themselves, as [`plain`](crate::model::plain::plain) text, with commas between them.

/// Fields with the headers of their columns, the likeliest first.
pub(super) const HEADERS: &[(&str, &str)] = &[
    (
        "id",
        "ma ho so, so ho so, ma hs, so hs, ma so ho so, so bien nhan, ma bien nhan, mahoso, sohoso, \
         so tiep nhan, dossier id, case id, dossier, file number, case number, id",
    ),
    ("received_by", "don vi tiep nhan, co quan tiep nhan, noi tiep nhan, received by, receiving unit"),
    (
        "unit",
        "ma don vi, ma don vi xu ly, don vi xu ly, don vi giai quyet, don vi thuc hien, co quan giai \
         quyet, co quan xu ly, co quan thuc hien, don vi, ten don vi, ma co quan, co quan, ma xa, xa \
         phuong, phuong xa, unit code, unit, department, office",
    ),
    ("status", "trang thai, trang thai ho so, tinh trang, tinh trang ho so, tinh trang xu ly, status, state"),
    (
        "filed_at",
        "ngay nop, ngay nop ho so, thoi gian nop, ngay gui, ngay dang ky, filed at, submitted at, \
         submitted",
    ),
    (
        "received_at",
        "ngay tiep nhan, thoi gian tiep nhan, thoi diem tiep nhan, ngay gio tiep nhan, ngay tiep nhan \
         ho so, ngay nhan, ngay nhan ho so, received at, received date, date received, received, \
         opened at",
    ),
    (
        "due_at",
        "ngay hen tra, hen tra, ngay hen tra ket qua, hen tra ket qua, han tra, han tra ket qua, thoi \
         gian hen tra, han xu ly, han giai quyet, ngay den han, thoi han, ngay hen, due at, due date, \
         deadline, due, target date",
    ),
    (
        "finished_at",
        "ngay co ket qua, ngay hoan thanh, ngay ket thuc, ngay ket thuc xu ly, ngay xu ly xong, ngay \
         giai quyet xong, ngay giai quyet, thoi gian hoan thanh, ngay tra ket qua, ngay tra, finished \
         at, completed at, closed at, finished, completed, closed",
    ),
    (
        "channel",
        "hinh thuc nop, hinh thuc tiep nhan, hinh thuc nop ho so, kenh tiep nhan, kenh thuc hien, \
         kenh nop, kenh, hinh thuc, channel",
    ),
    ("field", "linh vuc, ten linh vuc, linh vuc tthc, sector, field"),
    (
        "procedure",
        "ma thu tuc, ma tthc, ma thu tuc hanh chinh, procedure code, ten thu tuc, ten tthc, thu tuc, \
         ten thu tuc hanh chinh, thu tuc hanh chinh, tthc, procedure",
    ),
    ("holder", "phong ban xu ly, phong ban, phong chuyen mon, bo phan xu ly"),
    ("digitised", "da so hoa, so hoa, so hoa ho so, so hoa thanh phan, digitised, digitized"),
    ("electronic_result", "ket qua dien tu, tra ket qua dien tu, electronic result"),
    ("reused_data", "tai su dung, tai su dung du lieu, reused data"),
    ("payable", "phai nop phi, co thu phi, co phi, payable"),
    ("paid_online", "thanh toan truc tuyen, nop phi truc tuyen, paid online"),
];

/// Words of headers behind which a person stands.
pub(super) const PERSONAL: &str = "ho ten, ho va ten, nguoi, chu ho so, chu ho, ca nhan, cong dan, khach hang, cccd, cmnd, cmt, \
    cmtnd, can cuoc, dinh danh ca nhan, ho chieu, so dien thoai, dien thoai, sdt, dt, di dong, \
    mobile, phone, tel, email, e mail, thu dien tu, dia chi, noi o, thuong tru, tam tru, ngay sinh, \
    nam sinh, gioi tinh, can bo, chuyen vien, tai khoan, ma so thue, applicant, citizen, owner, \
    address, birth, identity, passport, surname, first name, last name, full name, officer";

/// Headers that are a person's name when nothing stands beside them.
pub(super) const PERSONAL_ALONE: &str = "ten, name, to chuc";

/// The surnames of most people in Viet Nam.
pub(super) const SURNAMES: &str = "nguyen, tran, le, pham, hoang, huynh, phan, vu, vo, dang, bui, do, ho, ngo, duong, ly, dinh, \
    quach, trinh, luong, ha, cao, mai, dao, doan, lam, luu, ta, thai, truong, bach";

/// Statuses with the words that sources have for them.
pub(super) const STATUSES: &[(&str, &str)] = &[
    ("registered", "moi dang ky, cho tiep nhan, moi nop, registered"),
    ("accepted", "duoc tiep nhan, da tiep nhan, moi tiep nhan, tiep nhan, accepted"),
    ("processing", "dang xu ly, dang giai quyet, dang thuc hien, cho xu ly, processing, open, in progress"),
    (
        "supplement_requested",
        "yeu cau bo sung giay to, yeu cau bo sung, cho bo sung, dang cho bo sung, supplement \
         requested",
    ),
    (
        "payment_requested",
        "yeu cau thuc hien nghia vu tai chinh, cho thuc hien nghia vu tai chinh, cho nop phi, payment \
         requested",
    ),
    ("refused", "khong duoc tiep nhan, khong tiep nhan, tu choi tiep nhan, tu choi, refused, rejected"),
    ("withdrawn", "cong dan yeu cau rut ho so, cong dan rut ho so, rut ho so, da rut, withdrawn"),
    ("stopped", "dung xu ly, dung giai quyet, stopped"),
    (
        "done",
        "da xu ly xong, xu ly xong, da giai quyet, da giai quyet xong, da co ket qua, hoan thanh, da \
         hoan thanh, xong, done, closed, completed, resolved",
    ),
    ("delivered", "da tra ket qua, da tra, da tra kq, tra ket qua, delivered"),
];

/// Channels, likewise.
pub(super) const CHANNELS: &[(&str, &str)] = &[
    ("counter", "truc tiep, tai quay, tai bo phan mot cua, counter, direct, in person"),
    ("online", "truc tuyen, nop truc tuyen, online, qua mang, cong dich vu cong, dvc truc tuyen"),
    ("post", "buu chinh, buu chinh cong ich, qua buu chinh, buu dien, bcci, qua buu chinh cong ich, post"),
];

/// What holds and what does not.
pub(super) const FLAGS: &[(&str, &str)] = &[
    ("true", "co, x, roi, da so hoa, yes, y, true, 1, da thanh toan"),
    ("false", "khong, chua, chua so hoa, no, n, false, 0, chua thanh toan"),
];

/// Cells that stand for nothing.
pub(super) const NULLS: &str = "NULL, null, (null), None, N/A, NA, n/a, #N/A, -, --, ---, 0000-00-00, 00/00/0000";
