//! What a report is made from: the answers of a closing as they were kept, else those of one view.

use serde_json::Value;

use crate::http::answers::{
    AnswerError, ClosedQuestion, ClosedVersion, Figures, FormAnswer, FormQuery, IndexQuery, ReportFacts, ReportGround,
    Version, current_form, index, official_form, report_figures, report_ledger,
};
use crate::http::error::Problem;
use crate::kpi::Report;
use crate::kpi::report::SectionKind;
use crate::model::Period;
use crate::pipeline::feeds::Feeds;
use crate::report::Material;

use super::keeper::{Closing, Closings};
use super::{closed, json_value};

/// Which report is asked for.
pub(in crate::http) struct ReportAsked<'q> {
    pub(in crate::http) report: &'q Report,
    pub(in crate::http) code: &'q str,
    pub(in crate::http) scheme: &'q str,
    pub(in crate::http) period: Period,
    /// None: the official version where there is one, else the current one.
    pub(in crate::http) version: Option<Version>,
}

impl ReportAsked<'_> {
    fn sources(&self, kinds: &[SectionKind]) -> Vec<&str> {
        let of_kind = self.report.sections().filter(|section| kinds.contains(&section.kind));
        let mut ids: Vec<&str> = of_kind.filter_map(|section| section.source.as_deref()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn forms(&self) -> Vec<&str> {
        self.sources(&[SectionKind::Form])
    }

    fn indices(&self) -> Vec<&str> {
        self.sources(&[SectionKind::Index, SectionKind::Criteria])
    }

    fn form_query(&self) -> FormQuery {
        FormQuery {
            period: Some(self.period.to_string()),
            scheme: Some(self.scheme.to_owned()),
            ..FormQuery::default()
        }
    }
}

/// A report's unit and period, and which figures of them are meant.
pub(in crate::http) struct ReportFound {
    question: ClosedQuestion,
    version: Version,
}

impl ReportFound {
    /// Reads what is asked: the official version where there is one, unless another is named.
    pub(in crate::http) fn of(
        closings: &Closings,
        figures: Figures<'_>,
        asked: &ReportAsked<'_>,
    ) -> Result<ReportFound, Problem> {
        let period = asked.period.to_string();
        let question = ClosedQuestion::of_period(figures, asked.code, (asked.scheme, &period))?;
        let version = match asked.version {
            Some(version) => version,
            None => {
                let at = (question.scheme.as_str(), question.period);
                let official = closings.official(at, &question.unit, &question.closers)?;
                official.map_or(Version::Current, |_| Version::Closed(ClosedVersion::Official))
            }
        };
        Ok(ReportFound { question, version })
    }

    /// Which closing is meant; none of current figures.
    pub(in crate::http) fn closing(&self, closings: &Closings) -> Result<Option<(String, u32)>, Problem> {
        let Version::Closed(version) = self.version else { return Ok(None) };
        let (closing, _) = closed(closings, &self.question, version)?;
        Ok(Some((closing.closed.at, closing.closed.version)))
    }

    /// The material of the report.
    pub(in crate::http) fn material(
        &self,
        closings: &Closings,
        (figures, feeds): (Figures<'_>, &Feeds),
        asked: &ReportAsked<'_>,
    ) -> Result<Material, Problem> {
        match self.version {
            Version::Closed(version) => of_closing(closings, figures, feeds, (asked, &self.question, version)),
            Version::Current => of_view(figures, feeds, asked),
        }
    }
}

fn of_view(figures: Figures<'_>, feeds: &Feeds, asked: &ReportAsked<'_>) -> Result<Material, Problem> {
    let (kpis, facts) = report_figures(figures, feeds, asked.code, (asked.scheme, asked.period))?;
    let mut answers = Answers::default();
    for id in asked.forms() {
        let value = |form: &FormAnswer<'_>| json_value(form);
        answers.form(id, current_form(figures, (id, asked.code), &asked.form_query(), value)?);
    }
    let query = IndexQuery { period: Some(asked.period.to_string()), ..IndexQuery::default() };
    for id in asked.indices() {
        match index(figures, (asked.code, id), &query) {
            Ok(answer) => answers.index(id, json_value(&answer)?),
            // It has no formulas for these days.
            Err(AnswerError::UnknownIndex(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    answers.material(kpis, json_value(&facts)?)
}

fn of_closing(
    closings: &Closings,
    figures: Figures<'_>,
    feeds: &Feeds,
    (asked, question, version): (&ReportAsked<'_>, &ClosedQuestion, ClosedVersion),
) -> Result<Material, Problem> {
    let (closing, of) = closed(closings, question, version)?;
    let kpis: Value = serde_json::from_str(&of.json).map_err(Problem::internal)?;
    let facts = match closings.facts(&closing, &question.unit)? {
        Some(facts) => json_value(&facts)?,
        None => json_value(&facts_of_now(figures, feeds, (asked, question))?)?,
    };
    let mut answers = Answers::default();
    for id in asked.forms() {
        if let Some(form) = closed_form(closings, figures, (&closing, id), (asked, question))? {
            answers.form(id, form);
        }
    }
    if let Some(kept) = closings.reports(&closing, &question.unit)? {
        for id in asked.indices() {
            let kept = kept.indices.get(id).map(|kept| serde_json::from_str(&kept.json)).transpose();
            if let Some(kept) = kept.map_err(Problem::internal)? {
                answers.index(id, kept);
            }
        }
    }
    answers.material(kpis, facts)
}

/// Of what was closed before facts were kept.
fn facts_of_now(
    figures: Figures<'_>,
    feeds: &Feeds,
    (asked, question): (&ReportAsked<'_>, &ClosedQuestion),
) -> Result<ReportFacts, Problem> {
    let ledger = report_ledger(figures.view, question.seen, question.window);
    let ground = ReportGround::of(figures, feeds, (asked.scheme, asked.period), (question.seen, &ledger))?;
    Ok(ground.of_visible(question.seen))
}

fn closed_form(
    closings: &Closings,
    figures: Figures<'_>,
    (closing, id): (&Closing, &str),
    (asked, question): (&ReportAsked<'_>, &ClosedQuestion),
) -> Result<Option<Value>, Problem> {
    let Some(text) = closings.form(closing, id)? else { return Ok(None) };
    let Some(of) = closings.figures(closing, &question.unit)? else { return Ok(None) };
    let (heading, ledger) = (closings.heading(closing)?, closings.ledger(closing)?);
    let kept = (&heading, &ledger, of);
    let value = |form: &FormAnswer<'_>| json_value(form);
    official_form(figures, (id, &text), kept, (question, &closing.closed), &asked.form_query(), value).map(Some)
}

/// Forms and scores by id.
#[derive(Default)]
struct Answers {
    forms: serde_json::Map<String, Value>,
    indices: serde_json::Map<String, Value>,
}

impl Answers {
    fn form(&mut self, id: &str, form: Value) {
        self.forms.insert(id.to_owned(), form);
    }

    fn index(&mut self, id: &str, index: Value) {
        self.indices.insert(id.to_owned(), index);
    }

    fn material(self, kpis: Value, facts: Value) -> Result<Material, Problem> {
        Material::read(kpis, facts, Value::Object(self.forms), Value::Object(self.indices)).map_err(Problem::internal)
    }
}
