//! What answers until the set-up is done, and lets requests through from then on.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::sync::{Mutex, OnceCell};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::step::Step;
use super::wizard::{Complaint, Form, Taken, Wizard};
use super::{Database, SetUp, pages};
use crate::mock::answer::Refusal;
use crate::mock::settings::Settings;
use crate::mock::{auth, session};

/// The page behind the last step.
const FINISH: &str = "/setup/finishsetup.action";

/// Makes what serves once the administrator is known.
type Open = Box<dyn FnOnce(Settings) -> Router + Send>;

struct Gate {
    context: String,
    starting: AtomicU32,
    settling: AtomicU32,
    /// The data base that came with the environment, and whether it answers.
    database: Option<Database>,
    answers: OnceCell<bool>,
    /// Empty once the set-up is done.
    waiting: Mutex<Option<Waiting>>,
    serving: OnceLock<Router>,
    cancel: CancellationToken,
}

struct Waiting {
    wizard: Wizard,
    settings: Settings,
    open: Open,
}

/// A router that goes through the set-up, and then serves what `open` makes of the settings with the new administrator. `None` where the
/// system has no random numbers.
pub fn router(
    set_up: &SetUp,
    settings: Settings,
    cancel: CancellationToken,
    open: impl FnOnce(Settings) -> Router + Send + 'static,
) -> Option<Router> {
    let wizard = Wizard::new(set_up)?;
    let gate = Gate {
        context: settings.context(),
        starting: AtomicU32::new(set_up.delays),
        settling: AtomicU32::new(set_up.delays),
        database: set_up.database.clone(),
        answers: OnceCell::new(),
        waiting: Mutex::new(Some(Waiting { wizard, settings, open: Box::new(open) })),
        serving: OnceLock::new(),
        cancel,
    };
    Some(Router::new().fallback(answer).with_state(Arc::new(gate)))
}

/// Whether something is still counted down.
fn counts(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

async fn answer(State(gate): State<Arc<Gate>>, request: Request) -> Response {
    let inner = request.uri().path().strip_prefix(gate.context.as_str()).map(str::to_owned);
    let mut answer = match (inner, gate.serving.get()) {
        _ if gate.cancel.is_cancelled() => state(StatusCode::SERVICE_UNAVAILABLE, "STOPPING"),
        (None, _) => StatusCode::NOT_FOUND.into_response(),
        (Some(path), Some(serving)) => gate.through(&path, serving, request).await,
        (Some(path), None) => gate.before(&path, request).await,
    };
    auth::mark(&mut answer);
    answer
}

impl Gate {
    /// Once the set-up is done.
    async fn through(&self, path: &str, serving: &Router, request: Request) -> Response {
        match path {
            FINISH => pages::say(StatusCode::OK, "Setup successful", "Confluence is set up."),
            path if path.starts_with("/setup/") => self.redirect("/"),
            path if path.starts_with("/rest/") && counts(&self.settling) => unavailable(),
            _ => match serving.clone().oneshot(request).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            },
        }
    }

    /// While the server starts and until the set-up is done.
    async fn before(&self, path: &str, request: Request) -> Response {
        if counts(&self.starting) {
            let starting = || state(StatusCode::SERVICE_UNAVAILABLE, "STARTING");
            return if path == "/status" { starting() } else { unavailable() };
        }
        if !self.has_database().await {
            let broken = || state(StatusCode::SERVICE_UNAVAILABLE, "ERROR");
            return if path == "/status" { broken() } else { oops() };
        }
        if path == "/status" {
            return state(StatusCode::OK, "FIRST_RUN");
        }
        let mut waiting = self.waiting.lock().await;
        let Some(present) = waiting.as_mut() else { return self.redirect("/") };
        let wizard = &present.wizard;
        let (due, at_root) = (wizard.due(), wizard.at_root());
        if *request.method() == Method::POST {
            let answer = self.post(path, request, &mut present.wizard).await;
            return match answer {
                Ok(answer) => answer,
                Err((name, password)) => self.open(waiting.take(), name, password),
            };
        }
        match path {
            "" | "/" => self.redirect(at_root.page()),
            path if path == due.page() => self.show(wizard, due),
            path if path == at_root.page() => self.show(wizard, at_root),
            _ => self.redirect(due.page()),
        }
    }

    /// Whether the data base of the environment answers, or there is none to ask. It is asked once.
    async fn has_database(&self) -> bool {
        match &self.database {
            Some(database) => *self.answers.get_or_init(|| database.answers()).await,
            None => true,
        }
    }

    /// Takes a form; where it was the last one, gives back the administrator.
    async fn post(
        &self,
        path: &str,
        request: Request,
        wizard: &mut Wizard,
    ) -> Result<Response, (String, secrecy::SecretString)> {
        // What isn't the form of the step that is due changes nothing.
        let Some(step) = wizard.takes(path) else { return Ok(self.redirect(wizard.due().page())) };
        let headers = request.headers().clone();
        let form = match axum::Form::<Vec<(String, String)>>::from_request(request, &()).await {
            Ok(axum::Form(fields)) => Form(fields),
            Err(refused) => return Ok(refused.into_response()),
        };
        if !wizard.trusts(&form, session::given(&headers)) {
            let text = "The form has no valid security token, or its session is another one. Open its page again.";
            return Ok(pages::say(StatusCode::FORBIDDEN, "XSRF Security Token Missing", text));
        }
        if let Some(complaint) = unreachable(step, &form).await {
            return Ok(pages::step(wizard, step, &self.context, Some(&complaint)));
        }
        match wizard.take(step, &form) {
            Ok(Taken::Onward) => Ok(self.redirect(wizard.due().page())),
            Ok(Taken::Done(name, password)) => Err((name, password)),
            Err(complaint) => Ok(pages::step(wizard, step, &self.context, Some(&complaint))),
        }
    }

    fn open(&self, waiting: Option<Waiting>, name: String, password: secrecy::SecretString) -> Response {
        if let Some(Waiting { mut settings, open, .. }) = waiting {
            settings.admin = (name, password);
            // It is set once, since there is one to wait.
            let _ = self.serving.set(open(settings));
        }
        self.redirect(FINISH)
    }

    fn show(&self, wizard: &Wizard, step: Step) -> Response {
        let mut answer = pages::step(wizard, step, &self.context, None);
        let cookie = session::set_cookie(wizard.session.expose_secret(), &self.context);
        answer.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
        answer
    }

    fn redirect(&self, path: &str) -> Response {
        redirect(&self.context, path)
    }
}

/// Leads to another path of this server.
pub fn redirect(context: &str, path: &str) -> Response {
    let to = HeaderValue::try_from(format!("{context}{path}"));
    let mut answer = StatusCode::FOUND.into_response();
    answer.headers_mut().extend(to.ok().map(|to| (header::LOCATION, to)));
    answer
}

/// What is wrong with the data base that a form names. What else is wrong with the form is told elsewhere.
async fn unreachable(step: Step, form: &Form) -> Option<Complaint> {
    let field = "dbConfigInfo.databaseUrl";
    let url = form.get(field).filter(|url| step == Step::Database && !url.trim().is_empty())?;
    let given = |name: &str| form.get(name).unwrap_or_default();
    let password = given("dbConfigInfo.password").to_owned().into();
    match Database::new(url, given("dbConfigInfo.userName"), password) {
        Ok(database) if database.answers().await => None,
        Ok(_) => Some(Complaint {
            field,
            text: "No PostgreSQL answers there that lets this user in with this password, to a data base in UTF-8."
                .to_owned(),
        }),
        Err(text) => Some(Complaint { field, text }),
    }
}

/// The page of a server that can't start.
fn oops() -> Response {
    let text = "Confluence could not start: the data base of the environment does not answer.";
    pages::say(StatusCode::SERVICE_UNAVAILABLE, "Oops - an error has occurred", text)
}

fn state(status: StatusCode, word: &str) -> Response {
    (status, axum::Json(json!({ "state": word }))).into_response()
}

fn unavailable() -> Response {
    let message = "Confluence is starting.".to_owned();
    Refusal { status: StatusCode::SERVICE_UNAVAILABLE, message }.into_response()
}
