//! How far the set-up is, and what a form makes of it. Knows no HTTP.

use std::collections::VecDeque;

use secrecy::{ExposeSecret as _, SecretString};

use super::step::{Step, Wants};
use super::{Line, SetUp};
use crate::settings::random_secret;

/// A set-up that isn't done.
#[derive(Debug)]
pub struct Wizard {
    pub line: Line,
    steps: VecDeque<Step>,
    /// The token of the forms of the step that is due; each step has another, so that a client must take it from the page it got.
    pub token: SecretString,
    /// The session of whoever sets this up. Visitors share it, as they share the set-up.
    pub session: SecretString,
}

/// What is wrong with a form.
#[derive(Debug)]
pub struct Complaint {
    /// Which field.
    pub field: &'static str,
    /// Why.
    pub text: String,
}

/// What a form has made of the set-up.
#[derive(Debug)]
pub enum Taken {
    /// Another step is due.
    Onward,
    /// It is done, by this administrator.
    Done(String, SecretString),
}

/// The fields of a form.
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Wizard {
    /// A set-up that begins; `None` where the system has no random numbers.
    pub fn new(set_up: &SetUp) -> Option<Self> {
        let steps = Step::of(set_up.line, set_up.has_license, set_up.database.is_some()).collect();
        Some(Self { line: set_up.line, steps, token: random_secret()?, session: random_secret()? })
    }

    /// The step that is due.
    pub fn due(&self) -> Step {
        self.steps.front().copied().unwrap_or(Step::Administrator)
    }

    /// The step to whose page the root leads (docs/confluence.md, R72).
    pub fn at_root(&self) -> Step {
        let due = self.due();
        if due == Step::Administrator && self.line.root_falls_behind() { Step::Users } else { due }
    }

    /// The step that a form sent to this path would take; `None` where it isn't its turn.
    pub fn takes(&self, path: &str) -> Option<Step> {
        [self.due(), self.at_root()].into_iter().find(|step| step.action() == path)
    }

    /// Takes the form of a step.
    ///
    /// # Errors
    /// A field is missing or wrong; the same step stays due.
    pub fn take(&mut self, step: Step, form: &Form) -> Result<Taken, Complaint> {
        for &(field, wants) in step.fields(self.line) {
            check(wants, form.get(field)).map_err(|text| Complaint { field, text })?;
        }
        if step != self.due() {
            return Ok(Taken::Onward);
        }
        if step == Step::Administrator {
            let password = form.get("password").unwrap_or_default();
            if form.get("confirm") != Some(password) {
                return Err(Complaint { field: "confirm", text: "The passwords are not the same.".to_owned() });
            }
            let name = form.get("username").unwrap_or_default().trim().to_owned();
            return Ok(Taken::Done(name, SecretString::from(password.to_owned())));
        }
        let token = random_secret()
            .ok_or_else(|| Complaint { field: "atl_token", text: "The system has no random numbers.".to_owned() })?;
        self.token = token;
        self.steps.pop_front();
        if step == Step::DatabaseChoice && form.get("dbChoice") == Some("embedded") {
            self.steps.pop_front();
        }
        Ok(Taken::Onward)
    }

    /// Whether a form carries the token of the page that is due, and came with the session to which that page was shown.
    pub fn trusts<'a>(&self, form: &Form, mut sessions: impl Iterator<Item = &'a str>) -> bool {
        let session = sessions.any(|given| given == self.session.expose_secret());
        session && form.get("atl_token") == Some(self.token.expose_secret())
    }
}

fn check(wants: Wants, given: Option<&str>) -> Result<(), String> {
    let given = given.ok_or("This field is missing.")?;
    match wants {
        Wants::OneOf(known) if known.contains(&given) => Ok(()),
        Wants::OneOf(known) => Err(format!("This mock takes here: {}.", known.join(", "))),
        Wants::Text | Wants::Secret if given.trim().is_empty() => Err("This field must not be empty.".to_owned()),
        Wants::Text | Wants::Secret | Wants::Anything => Ok(()),
    }
}
