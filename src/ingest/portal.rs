//! The national portal's sync messages (`DongBoHoSoMC`, `CapNhatTienDoHoSoMC`): dossiers in the portal's fields, as records.
//!
//! Inserts and updates are the same: `isUpdating` and `session` aren't looked at. What a dossier of a message says becomes
//! one record, and one more for each due date that a supplement moved; all of them are taken, or none. Fields of persons are
//! never read. Progress names no unit and changes none: of a dossier that isn't known it is refused.

mod codes;
mod message;
mod values;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::body::{self, EnvelopeError};
use super::rejection::{Code, Fault};
use super::wire::Name;
use super::{Batch, Context, Limits, Refused, read_record};
use crate::model::{Record, Text};

pub use codes::Portal;
use message::{Envelope, Message, Told};

/// The services that bring dossiers.
const SERVICES: [&str; 2] = ["DongBoHoSoMC", "CapNhatTienDoHoSoMC"];
/// Bytes of one dossier of a message: it lists every paper.
const DOSSIER_BYTES_MAX: usize = 256 << 10;
/// Dossiers that one message may have.
const DOSSIERS_MAX: usize = 10_000;

/// What a message held.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// Its records, dossiers received and refused; a rejection's line is the dossier's place in `data`, from 1, and its
    /// pointer begins with `/data/` and that place from 0.
    pub batch: Batch,
    /// Dossiers accepted: received less refused.
    pub accepted: usize,
}

#[derive(Deserialize)]
struct Form<'a> {
    service: Option<String>,
    madonvi: Option<String>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// A message whose envelope was read.
#[derive(Clone, Debug)]
pub struct PortalMessage {
    body: Vec<u8>,
    /// It tells progress, of dossiers whose unit it doesn't name.
    pub is_progress: bool,
}

/// The unit of a dossier that is known.
pub type KnownUnit<'a> = &'a dyn Fn(&str) -> Option<Text>;

impl PortalMessage {
    /// Unpacks a message and looks at its envelope.
    ///
    /// # Errors
    /// When it is no message of the services that bring dossiers.
    pub fn open(body: &[u8], content_encoding: Option<&str>, limits: &Limits) -> Result<PortalMessage, EnvelopeError> {
        let body = body::unpack(body, content_encoding, limits)?;
        let body = body::without_mark(&body).to_vec();
        let service = form(&body)?.service.unwrap_or_default();
        if !SERVICES.contains(&service.as_str()) {
            let shown = super::rejection::shown(&service);
            return Err(EnvelopeError::NoMessage(format!("service {shown} is none of {}", SERVICES.join(", "))));
        }
        Ok(PortalMessage { body, is_progress: service == SERVICES[1] })
    }

    /// Reads its dossiers; `known` has the units of those that progress is told of.
    ///
    /// # Errors
    /// When `data` is no list of dossiers; single ones are refused within the delivery.
    pub fn read(&self, context: &Context, portal: &Portal, known: KnownUnit<'_>) -> Result<Delivery, EnvelopeError> {
        let no_message = |reason: &str| EnvelopeError::NoMessage(reason.to_owned());
        let form = form(&self.body)?;
        let data = form.data.ok_or_else(|| no_message("data is missing"))?.get();
        // One dossier may stand there without a list.
        let dossiers: Vec<&RawValue> = match data.as_bytes().first() {
            Some(b'[') => serde_json::from_str(data).map_err(|_| no_message("data is no list"))?,
            Some(b'{') => vec![serde_json::from_str(data).map_err(|_| no_message("data is no list"))?],
            _ => return Err(no_message("data is no list of dossiers")),
        };
        if dossiers.len() > DOSSIERS_MAX {
            let reason = format!("data has {} dossiers, at most {DOSSIERS_MAX} are taken at once", dossiers.len());
            return Err(EnvelopeError::NoMessage(reason));
        }
        let sender = form.madonvi.as_deref().map(str::trim).filter(|unit| !unit.is_empty());
        let envelope = Envelope { sender, is_progress: self.is_progress, known };
        let codes = portal.codes(&context.source);
        let mut delivery = Delivery::default();
        for (place, dossier) in dossiers.iter().enumerate() {
            delivery.batch.received += 1;
            match records(dossier.get(), &envelope, codes, context) {
                Ok(records) => {
                    delivery.accepted += 1;
                    delivery.batch.records.extend(records);
                }
                Err(refused) => delivery.refuse(refused, place, dossier.get(), context),
            }
        }
        Ok(delivery)
    }
}

fn form(body: &[u8]) -> Result<Form<'_>, EnvelopeError> {
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        EnvelopeError::NoMessage(format!("no JSON object with data, at line {line} column {column}"))
    })
}

impl Delivery {
    fn refuse(&mut self, mut refused: Refused, place: usize, dossier: &str, context: &Context) {
        self.batch.rejected += 1;
        if self.batch.rejections.len() >= context.limits.rejections_max {
            return;
        }
        // What a value was is told to the sender; kept is only that it was wrong.
        let code = refused.fault.code;
        let field = refused.fault.pointer.clone();
        for fault in std::iter::once(refused.fault.as_mut()).chain(&mut refused.further) {
            fault.pointer.insert_str(0, &format!("/data/{place}"));
        }
        let mut rejection = refused.rejection(place as u64 + 1, dossier.as_bytes());
        rejection.kept_reason = format!("`{}` of the portal's message: {code}", field.trim_start_matches('/'));
        self.batch.rejections.push(rejection);
    }
}

/// The records of one dossier; all of them are good, or none is taken.
fn records(
    dossier: &str,
    envelope: &Envelope<'_>,
    codes: &codes::Codes,
    context: &Context,
) -> Result<Vec<Record>, Refused> {
    if dossier.len() > DOSSIER_BYTES_MAX {
        let reason = format!("{} bytes, a dossier has at most {DOSSIER_BYTES_MAX}", dossier.len());
        return Err(Fault::new("", Code::LineTooLong, reason).into());
    }
    let fields: Map<String, Value> =
        serde_json::from_str(dossier).map_err(|_| Fault::new("", Code::NotAnObject, "a dossier is a JSON object"))?;
    let lines = Message::new(&fields, envelope, codes, &context.zone).lines()?;
    let read = |told: &Told| {
        let mut record = read_record(told.line.as_bytes(), context).map_err(in_portal_words)?;
        if told.is_unit_known_only
            && let Record::Dossier(event) = &mut record
        {
            event.unit = Text::default();
        }
        Ok(record)
    };
    lines.iter().map(read).collect()
}

/// A fault of a record, at the portal's field that it came from.
fn in_portal_words(mut refused: Refused) -> Refused {
    // The sender doesn't know `at`: which of the times that it is made of is it?
    if refused.fault.pointer == "/at"
        && let Some(place) = refused.further.iter().position(|fault| portal_field(&fault.pointer).is_some())
    {
        refused.fault = Box::new(refused.further.swap_remove(place));
    }
    portal_field(&refused.fault.pointer).unwrap_or_default().clone_into(&mut refused.fault.pointer);
    refused.further.clear();
    refused
}

/// The portal's field that a record's field came from.
fn portal_field(pointer: &str) -> Option<&'static str> {
    Some(match pointer.split('/').nth(1).and_then(Name::find)? {
        Name::Id => "/MaHoSo",
        Name::Unit => "/DonViXuLy",
        Name::Procedure => "/MaTTHC",
        Name::Field => "/MaLinhVuc",
        Name::Holder => "/PhongBanXuLy",
        Name::FiledAt => "/NgayNopHoSo",
        Name::ReceivedAt => "/NgayTiepNhan",
        Name::FinishedAt => "/NgayKetThucXuLy",
        Name::DueAt => "/NgayHenTra",
        Name::Pauses => "/DanhSachHoSoBoSung",
        _ => return None,
    })
}
