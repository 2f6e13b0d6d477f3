//! Requests as the handlers see them, and refusals in the shape in which Confluence 7 and later word them (docs/confluence.md, R20).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::expand::Expand;

/// What a handler gives back, and what makes parts of it.
pub type Answer<T = Value> = Result<T, Refusal>;

/// A refused request.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub message: String,
}

impl Refusal {
    /// 404; Confluence also says this where the caller may not see the thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.into() }
    }

    /// 403.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, message: message.into() }
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    /// 500.
    pub fn broken(problem: &dyn std::fmt::Display) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message: problem.to_string() }
    }

    /// The body.
    pub fn body(&self) -> Value {
        json!({
            "statusCode": self.status.as_u16(),
            "data": { "authorized": self.status.is_server_error(), "valid": true,
                      "allowedInReadOnlyMode": true, "errors": [], "successful": false },
            "message": self.message,
            "reason": self.status.canonical_reason().unwrap_or_default(),
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body())).into_response()
    }
}

/// Path and query of a request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Without the context path.
    pub path: String,
    /// In the order of the request, decoded.
    pub params: Vec<(String, String)>,
}

impl Ask {
    /// The first value of a parameter; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a parameter, those in one comma-separated text included.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.all(name).flat_map(|value| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// Every value of a parameter.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.params.iter().filter(move |(known, value)| known == name && !value.is_empty());
        named.map(|(_, value)| value.as_str()).collect::<Vec<_>>().into_iter()
    }

    /// A whole number; anything else is a bad request.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let parse =
            |text: &str| text.parse().map_err(|_| Refusal::bad_request(format!("{name} must be a whole number")));
        self.get(name).map(parse).transpose()
    }

    /// What the caller wants expanded.
    pub fn expand(&self) -> Expand {
        Expand::parse(self.all("expand"))
    }
}
