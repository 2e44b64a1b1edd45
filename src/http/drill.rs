//! `GET /api/v1/units/{code}/breakdown` and `.../dossiers`: what stands behind a figure; and the places of all questions
//! that look at every dossier, `.../forms/{form}` among them.
//!
//! Each answer looks at every dossier once; that is work for threads that may block, and only a few at a time.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::auth::{Caller, Role, Scope};
use crate::cube::View;
use crate::kpi::Catalogue;
use crate::model::Text;

use super::answers::{self, BreakdownQuery, DossiersQuery, Figures, QualityQuery};
use super::backfill::Marks;
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::form::{self, Form};
use super::guard::require;
use super::official;
use super::state::AppState;

/// Questions that are answered at once, at least: on a small machine they take turns with the live figures.
const QUESTIONS_MIN: usize = 2;
/// And at most (P-2): each may hold the figures and the page of a report.
const QUESTIONS_MAX: usize = 8;
/// How long a question may wait for its place.
const PLACE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the next page begins, for those who take tables.
const CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/units/{code}/breakdown", get(breakdown))
        .route("/api/v1/units/{code}/dossiers", get(dossiers))
        .route("/api/v1/units/{code}/forms/{form}", get(official::form))
        .route("/api/v1/units/{code}/quality", get(quality))
        .layer(Extension(places))
}

/// The places of questions that look at every dossier, and of reports: one handful for all areas.
#[derive(Clone)]
pub(super) struct Places(Arc<Semaphore>, usize);

impl Default for Places {
    fn default() -> Places {
        // Each keeps a core busy; one is left to the live figures.
        let cores = available_parallelism().map_or(1, NonZero::get);
        let count = (cores - 1).clamp(QUESTIONS_MIN, QUESTIONS_MAX);
        Places(Arc::new(Semaphore::new(count)), count)
    }
}

impl Places {
    /// How many may be taken by what nobody waits for at the screen: one is left to those who do.
    pub(super) fn for_schedules(&self) -> usize {
        (self.1 - 1).max(1)
    }
}

/// A unit's figures by one dimension.
async fn breakdown(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<BreakdownQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let marks = Marks::of(&state);
    let asked = Asked::of(state, &caller, &code)?;
    let bom = query.bom;
    asked
        .answer(&places, move |figures, code| {
            form::answer(accepted, bom, &marks.on(figures, code, answers::breakdown(figures, code, &query)?))
        })
        .await
}

/// What is doubtful about a unit's dossiers.
async fn quality(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<QualityQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let asked = Asked::of(state, &caller, &code)?;
    let bom = query.bom;
    asked
        .answer(&places, move |figures, code| form::answer(accepted, bom, &answers::quality(figures, code, &query)?))
        .await
}

/// The dossiers behind a measure.
async fn dossiers(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<DossiersQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let asked = Asked::of(state, &caller, &code)?;
    let bom = query.bom;
    asked
        .answer(&places, move |figures, code| {
            let answer = answers::dossiers(figures, code, &query)?;
            let mut response = form::answer(accepted, bom, &answer)?;
            if let Some(cursor) = answer.next_cursor().and_then(|cursor| HeaderValue::from_str(cursor).ok()) {
                response.headers_mut().insert(CURSOR, cursor);
            }
            Ok(response)
        })
        .await
}

/// What is asked for, by whom, with the view that everything is answered from.
pub(super) struct Asked {
    state: AppState,
    view: Arc<View>,
    catalogue: Arc<Catalogue>,
    code: Text,
    scope: Scope,
}

impl Asked {
    pub(super) fn of(state: AppState, caller: &Caller, code: &str) -> Result<Asked, Problem> {
        let view = state.view()?;
        let code = Text::new(code);
        let catalogue = state.catalogues.now();
        Ok(Asked { state, view, catalogue, code, scope: caller.scope.clone() })
    }

    /// What is asked of a view by nobody in particular, who may see everything.
    pub(super) fn of_view(state: AppState, (view, catalogue): (Arc<View>, Arc<Catalogue>), code: Text) -> Asked {
        Asked { state, view, catalogue, code, scope: Scope::all() }
    }

    /// Answers on a thread that may block. The place is kept until that is done, also when nobody waits any more.
    pub(super) async fn answer(
        self,
        places: &Places,
        answer: impl FnOnce(Figures<'_>, &str) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let place = timeout(PLACE_TIMEOUT, Arc::clone(&places.0).acquire_owned());
        let Ok(Ok(place)) = place.await else { return Err(Problem::TooManyQuestions) };
        self.work(place, answer).await
    }

    /// The same for who waits for a place as long as it takes.
    pub(super) async fn answer_in_turn<T: Send + 'static>(
        self,
        places: &Places,
        answer: impl FnOnce(Figures<'_>, &str) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&places.0).acquire_owned().await.map_err(Problem::internal)?;
        self.work(place, answer).await
    }

    async fn work<T: Send + 'static>(
        self,
        place: OwnedSemaphorePermit,
        answer: impl FnOnce(Figures<'_>, &str) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let work = move || {
            let _place = place;
            let Asked { state, view, catalogue, code, scope } = self;
            answer(Figures { view: &view, catalogue: &catalogue, node: &state.node, scope: &scope }, &code)
        };
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
    }
}
