//! `GET /api/v1/units/{code}/forms/{form}`: an official form as JSON, CSV or a workbook.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::auth::{Caller, Role};
use crate::model::Zone;

use super::answers::{Figures, FormAnswer, FormQuery, Version, current_form, version, workbook};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::form::{Form, JSON_RANGES, accepted, answer, preferred};
use super::guard::require;
use super::periods::closed_form;
use super::state::AppState;

/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// In which form a form goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Table(Form),
    Workbook,
}

impl Format {
    /// What the question names; else what is accepted.
    fn of(asked: Option<&str>, headers: &HeaderMap) -> Result<Format, Problem> {
        let (csv, xlsx) = (["text/csv", "text/*", "*/*"], [XLSX]);
        let offers: [(Format, &[&str]); 3] =
            [(Format::Table(Form::Json), &JSON_RANGES), (Format::Table(Form::Csv), &csv), (Format::Workbook, &xlsx)];
        match asked {
            None => preferred(&accepted(headers), &offers).ok_or(Problem::NotAcceptable),
            Some("json") => Ok(Format::Table(Form::Json)),
            Some("csv") => Ok(Format::Table(Form::Csv)),
            Some("xlsx") => Ok(Format::Workbook),
            Some(_) => Err(Problem::BadParameter { reason: "format is json, csv or xlsx".to_owned() }),
        }
    }
}

/// An official form of a unit and a period.
pub(super) async fn form(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((code, form)): PathOf<(String, String)>,
    QueryOf(query): QueryOf<FormQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let format = Format::of(query.format.as_deref(), &headers)?;
    let version = version(query.version.as_deref())?;
    let (zone, closings) = (state.zone.clone(), state.closings.clone());
    let asked = Asked::of(state, &caller, &code)?;
    let work = move |figures: Figures<'_>, code: &str| {
        let written = |form: &FormAnswer<'_>| written(form, (format, query.bom), &zone);
        match version {
            Version::Current => current_form(figures, (&form, code), &query, written),
            Version::Closed(version) => closed_form(&closings, figures, (&form, code, version), &query, written),
        }
    };
    asked.answer(&places, work).await
}

fn written(form: &FormAnswer<'_>, (format, bom): (Format, bool), zone: &Zone) -> Result<Response, Problem> {
    let kind = match format {
        Format::Table(kind) => return answer(kind, bom, form),
        Format::Workbook => HeaderValue::from_static(XLSX),
    };
    let bytes = workbook(form, zone).map_err(Problem::internal)?;
    // Digits and signs of dates, and the form's id from a file's name.
    let name = format!("attachment; filename=\"{}\"", form.file_name("xlsx"));
    let name = HeaderValue::from_str(&name).map_err(Problem::internal)?;
    let vary = (header::VARY, HeaderValue::from_static("accept"));
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name), vary], bytes).into_response())
}
