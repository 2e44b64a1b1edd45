//! One dossier of a message as records.
//!
//! - A record's `at` is the greatest past time that the message names, by the field's name and never a due time: the same
//!   message sent again is the same record, whenever it comes.
//! - While a supplement is open the message's due date is left out: nobody knows the new one. It is set at the
//!   supplement's return, the former one at its request.
//! - A date alone is the first instant of its day, but never before what the message names earlier on that day. .NET's
//!   empty date and empty lists say nothing.
//! - Only the fields named here are ever read: names, numbers of papers, addresses and free texts stay behind.

use serde_json::{Map, Value};

use super::super::fields::ID_BYTES_MAX;
use super::super::rejection::{Code, Fault, shown};
use super::super::wire::{Line, Name};
use super::KnownUnit;
use super::codes::Codes;
use super::values::{given, is, list, local, text};
use crate::model::{Day, Instant, Status, Text, Zone};

/// Years before it are .NET's and Java's empty dates.
const YEAR_MIN: i16 = 1980;

/// Times that are over when a message names them; beside them stand those of supplements and of progress.
pub(super) const PAST: [&str; 6] =
    ["NgayNopHoSo", "NgayTiepNhan", "NgayYeuCauBoSung", "NgayKetThucXuLy", "NgayTuChoi", "NgayTra"];

/// What the envelope says of all its dossiers.
pub(super) struct Envelope<'a> {
    /// Code of the unit that sends.
    pub(super) sender: Option<&'a str>,
    /// It tells progress: other fields, and no unit.
    pub(super) is_progress: bool,
    /// The units of known dossiers.
    pub(super) known: KnownUnit<'a>,
}

/// A dossier of a message.
pub(super) struct Message<'a> {
    fields: &'a Map<String, Value>,
    envelope: &'a Envelope<'a>,
    codes: &'a Codes,
    zone: &'a Zone,
    latest: Option<Instant>,
}

/// A record as a wire line.
pub(super) struct Told {
    pub(super) line: String,
    /// The unit stands in the line only so that it is whole: the message doesn't say that it was this one at that time.
    pub(super) is_unit_known_only: bool,
}

type Checked<T> = Result<T, Box<Fault>>;

/// A due date: an instant, or the end of a day.
enum Due {
    At(Instant),
    On(Day),
}

impl Due {
    fn json(&self) -> String {
        match self {
            Due::At(at) => format!("\"{at}\""),
            Due::On(day) => format!("\"{day}\""),
        }
    }
}

/// A request for something that is missing, and its return.
struct Supplement {
    id: String,
    from: Instant,
    to: Option<Instant>,
    former: Option<Due>,
    new: Option<Due>,
}

impl<'a> Message<'a> {
    pub(super) fn new(
        fields: &'a Map<String, Value>,
        envelope: &'a Envelope<'a>,
        codes: &'a Codes,
        zone: &'a Zone,
    ) -> Message<'a> {
        Message { fields, envelope, codes, zone, latest: None }
    }

    /// The records of the dossier, as wire lines.
    ///
    /// # Errors
    /// What is wrong, with a pointer to the portal's field.
    pub(super) fn lines(mut self) -> Checked<Vec<Told>> {
        let id = text(self.fields, "MaHoSo").ok_or_else(|| missing("MaHoSo"))?;
        let (unit, is_unit_known_only) = self.unit(&id)?;
        let status = self.status()?;
        let begin = |line: &mut Line, at: Instant| {
            line.text(Name::Type, "dossier");
            line.text(Name::Id, &id);
            line.text(Name::Unit, &unit);
            line.raw(Name::At, &format!("\"{at}\""));
        };
        let filed = self.past("NgayNopHoSo")?;
        let received = self.past("NgayTiepNhan")?;
        let supplements = self.supplements()?;
        self.past("NgayYeuCauBoSung")?;
        let finished = self.past("NgayKetThucXuLy")?;
        for name in ["NgayTuChoi", "NgayTra", "ThoiDiemXuLy"] {
            self.past(name)?;
        }
        let time = if self.envelope.is_progress { "ThoiDiemXuLy" } else { "NgayTiepNhan" };
        let at = self.latest.ok_or_else(|| missing(time))?;
        self.ended(status)?;

        let mut line = Line::new();
        begin(&mut line, at);
        if let Some(status) = status {
            line.text(Name::Status, status.as_str());
        }
        for (name, time) in [(Name::FiledAt, filed), (Name::ReceivedAt, received)] {
            if let Some(time) = time {
                line.raw(name, &format!("\"{time}\""));
            }
        }
        if let Some(finished) = finished.filter(|_| matches!(status, Some(Status::Done | Status::Delivered))) {
            line.raw(Name::FinishedAt, &format!("\"{finished}\""));
        }
        if let Some(due) = self.due(&supplements)? {
            line.raw(Name::DueAt, &due.json());
        }
        self.facts(&mut line)?;
        if !supplements.is_empty() {
            let pauses: Vec<String> = supplements.iter().map(Supplement::pause).collect();
            line.raw(Name::Pauses, &format!("[{}]", pauses.join(",")));
        }
        let mut lines = vec![Told { line: line.end(), is_unit_known_only }];
        let former = supplements.first().and_then(|one| Some((one.from, one.former.as_ref()?)));
        let moved = supplements.iter().filter_map(|one| Some((one.to?, one.new.as_ref()?)));
        for (at, due) in former.into_iter().chain(moved) {
            let mut line = Line::new();
            begin(&mut line, at);
            line.raw(Name::DueAt, &due.json());
            // Who processed it then isn't said.
            lines.push(Told { line: line.end(), is_unit_known_only: true });
        }
        Ok(lines)
    }

    /// The unit: a code, or a name that an alias or the code list resolves; of progress the one that is known, if it
    /// names none.
    fn unit(&self, id: &str) -> Checked<(String, bool)> {
        if self.envelope.is_progress && text(self.fields, "DonViXuLy").is_none() {
            // The sender's unit would take the dossier away from the one that processes it.
            let known = (self.envelope.known)(id).map(|unit| (unit.to_string(), true));
            return known.ok_or_else(|| {
                let reason = "progress of a dossier that isn't known: send it by DongBoHoSoMC first";
                Fault::new("/MaHoSo", Code::UnknownDossier, reason)
            });
        }
        let named = self.codes.unit.iter().find_map(|name| match name.as_str() {
            "madonvi" => self.envelope.sender.map(|unit| (name, unit.to_owned())),
            _ => text(self.fields, name).map(|unit| (name, unit)),
        });
        let Some((field, name)) = named else {
            let reason = format!("no unit: none of {} is there", self.codes.unit.join(", "));
            return Err(Fault::new("/DonViXuLy", Code::MissingField, reason));
        };
        Ok((self.code(field, &name)?, false))
    }

    /// The code of a unit that a field names, as the code list has it or as it is.
    fn code(&self, field: &str, name: &str) -> Checked<String> {
        let name = Text::new(name);
        if let Some(code) = self.codes.units.get(name.as_str()) {
            return Ok(code.clone());
        }
        if name.len() > ID_BYTES_MAX {
            let reason = format!(
                "{} has {} bytes, a unit at most {ID_BYTES_MAX}: put its code under [units] of adapters/dvcqg.toml",
                shown(&name),
                name.len()
            );
            return Err(Fault::new(format!("/{field}"), Code::TooLong, reason));
        }
        Ok(name.to_string())
    }

    fn status(&self) -> Checked<Option<Status>> {
        let name = if self.envelope.is_progress { "TrangThai" } else { "TrangThaiHoSo" };
        match text(self.fields, name) {
            // Progress may be told without a change of state.
            None if self.envelope.is_progress => Ok(None),
            None => Err(missing(name)),
            Some(code) => self.codes.statuses.get(&code).copied().ok_or_else(|| {
                let known: Vec<&str> = self.codes.statuses.keys().map(String::as_str).collect();
                Fault::new(
                    format!("/{name}"),
                    Code::BadValue,
                    format!("{} is none of {}", shown(&code), known.join(", ")),
                )
            }),
        }
    }

    /// An end has a time: without one nobody knows on which day it counts.
    fn ended(&self, status: Option<Status>) -> Checked<()> {
        let Some((status, fields)) = status.and_then(|status| Some((status, self.codes.ends.get(&status)?))) else {
            return Ok(());
        };
        if self.envelope.is_progress && text(self.fields, "ThoiDiemXuLy").is_some() {
            return Ok(());
        }
        for field in fields {
            if self.moment(self.fields, field)?.is_some() {
                return Ok(());
            }
        }
        let place = fields.first().map_or("", String::as_str);
        let reason = format!("`{}` without a time of its end: one of {}", status.as_str(), fields.join(", "));
        Err(Fault::new(format!("/{place}"), Code::MissingField, reason))
    }

    /// A time in the past that the message names; the greatest of them is when it changed.
    fn past(&mut self, name: &str) -> Checked<Option<Instant>> {
        let at = self.after(self.fields, name, self.latest)?;
        self.latest = self.latest.max(at);
        Ok(at)
    }

    /// A time; a date alone isn't before `latest` when that is on the same day.
    fn after(&self, fields: &Map<String, Value>, name: &str, latest: Option<Instant>) -> Checked<Option<Instant>> {
        Ok(self.moment(fields, name)?.map(|(at, is_date)| match latest {
            Some(latest) if is_date && self.zone.day(latest) == self.zone.day(at) => latest,
            _ => at,
        }))
    }

    /// A local time and whether it is a date alone.
    fn moment(&self, fields: &Map<String, Value>, name: &str) -> Checked<Option<(Instant, bool)>> {
        let Some(written) = text(fields, name) else { return Ok(None) };
        let Some(local) = self.codes.times.iter().find_map(|form| local(&written, form)) else {
            let reason = format!("{} is no local time such as 20240802080000", shown(&written));
            return Err(Fault::new(format!("/{name}"), Code::BadInstant, reason));
        };
        if local.year() < YEAR_MIN {
            return Ok(None);
        }
        let is_date = local.time() == jiff::civil::Time::midnight();
        Ok(Some((self.zone.instant(local), is_date)))
    }

    fn due_of(&self, fields: &Map<String, Value>, name: &str) -> Checked<Option<Due>> {
        Ok(self
            .moment(fields, name)?
            .map(|(at, is_date)| if is_date { Due::On(self.zone.day(at)) } else { Due::At(at) }))
    }

    /// Supplements in the order of their requests.
    fn supplements(&mut self) -> Checked<Vec<Supplement>> {
        let mut supplements = Vec::new();
        let listed = list(self.fields, "DanhSachHoSoBoSung");
        for (number, of) in listed.iter().enumerate() {
            let place = |mut fault: Box<Fault>| {
                fault.pointer.insert_str(0, &format!("/DanhSachHoSoBoSung/{number}"));
                fault
            };
            let from = self.after(of, "NgayBoSung", self.latest).map_err(place)?;
            let Some(from) = from else { return Err(place(missing("NgayBoSung"))) };
            let to = self.after(of, "NgayTiepNhanBoSung", Some(from)).map_err(place)?;
            let id = text(of, "HoSoBoSungId").or_else(|| text(of, "NgayBoSung")).unwrap_or_default();
            let former = self.due_of(of, "NgayHenTraTruoc").map_err(place)?;
            let new = self.due_of(of, "NgayHenTraMoi").map_err(place)?;
            supplements.push(Supplement { id, from, to, former, new });
        }
        supplements.sort_by_key(|one| one.from);
        let times = supplements.iter().flat_map(|one| [Some(one.from), one.to]);
        self.latest = times.fold(self.latest, Option::max);
        Ok(supplements)
    }

    /// The dossier's due date, unless a supplement is open or the portal's field wasn't moved with the supplement.
    fn due(&self, supplements: &[Supplement]) -> Checked<Option<Due>> {
        if supplements.iter().any(|one| one.to.is_none()) {
            return Ok(None);
        }
        let due = self.due_of(self.fields, "NgayHenTra")?;
        let is_former = |due: &Due| {
            supplements
                .iter()
                .any(|one| one.new.is_some() && one.former.as_ref().is_some_and(|of| of.json() == due.json()))
        };
        Ok(due.filter(|due| !is_former(due)))
    }

    /// What is known of procedure, channel, papers, fees and result.
    fn facts(&self, line: &mut Line) -> Checked<()> {
        for (name, field) in [(Name::Procedure, "MaTTHC"), (Name::Field, "MaLinhVuc"), (Name::Holder, "PhongBanXuLy")] {
            if let Some(given) = text(self.fields, field) {
                line.text(name, &given);
            }
        }
        let received_by = self.codes.received_by.iter().find_map(|name| Some((name, text(self.fields, name)?)));
        if let Some((field, name)) = received_by {
            line.text(Name::ReceivedBy, &self.code(field, &name)?);
        }
        if let Some(code) = text(self.fields, "KenhThucHien") {
            let Some(channel) = self.codes.channels.get(&code) else {
                let known: Vec<&str> = self.codes.channels.keys().map(String::as_str).collect();
                let reason = format!("{} is none of {}", shown(&code), known.join(", "));
                return Err(Fault::new("/KenhThucHien", Code::BadValue, reason));
            };
            line.text(Name::Channel, channel.as_str());
        }
        let papers: Vec<_> = list(self.fields, "TaiLieuNop").into_iter().filter(|of| !is(of, "IsDeleted")).collect();
        let any = |of: &[&Map<String, Value>], holds: &dyn Fn(&Map<String, Value>) -> bool| {
            (!of.is_empty()).then(|| of.iter().any(|one| holds(one)))
        };
        let is_reused = |of: &Map<String, Value>| {
            let code = text(of, "DuocTaiSuDung");
            code.is_some_and(|code| self.codes.reused.contains(&code)) || is(of, "DuocLayTuKhoDMQG")
        };
        let digitised = given(self.fields, "HoSoCoThanhPhanSoHoa").or(any(&papers, &|of| is(of, "DuocSoHoa")));
        let results = list(self.fields, "DanhSachGiayToKetQua");
        let paid = text(self.fields, "DuocThanhToanTrucTuyen").map(|code| self.codes.paid_online.contains(&code));
        let fees = any(&list(self.fields, "DanhSachLePhi"), &|of| {
            text(of, "Gia").is_some_and(|price| price.chars().any(|digit| ('1'..='9').contains(&digit)))
        });
        let payable = if paid == Some(true) { Some(true) } else { fees };
        for (name, value) in [
            (Name::Digitised, digitised),
            (Name::ReusedData, any(&papers, &is_reused)),
            (Name::ElectronicResult, any(&results, &|of| text(of, "DuongDanTepTinKetQua").is_some())),
            (Name::Payable, payable),
            (Name::PaidOnline, paid),
        ] {
            if let Some(value) = value {
                line.raw(name, if value { "true" } else { "false" });
            }
        }
        Ok(())
    }
}

impl Supplement {
    fn pause(&self) -> String {
        let mut line = Line::new();
        line.text(Name::Id, &self.id);
        line.text(Name::Kind, "supplement");
        line.raw(Name::From, &format!("\"{}\"", self.from));
        if let Some(to) = self.to {
            line.raw(Name::To, &format!("\"{to}\""));
        }
        line.end()
    }
}

fn missing(name: &str) -> Box<Fault> {
    Fault::new(format!("/{name}"), Code::MissingField, format!("`{name}` is missing"))
}
