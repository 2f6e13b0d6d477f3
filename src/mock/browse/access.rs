//! Who may look without log-in.

use axum::http::{HeaderMap, header};

use crate::mock::state::AppState;

/// Where the style sheet is; it holds nothing of anybody.
pub const STYLE: &str = "/browse/style.css";

/// Whether a path, without the context, is one that people look at.
pub fn is_for_people(path: &str) -> bool {
    ["/browse/", "/display/", "/spaces/", "/pages/", "/x/", "/download/attachments/"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// Whether pages are shown without log-in: by a mock that was started to show one backup, on the loopback interface, as long as it holds
/// that backup alone, and nobody is told apart.
pub fn needs_no_log_in(state: &AppState) -> bool {
    let settings = &state.settings;
    let started_to_show = settings.load.is_some() && settings.address.ip().is_loopback();
    started_to_show && !settings.anonymous && settings.users.is_empty() && !state.jobs.any_began()
}

/// Whether this request is shown pages without log-in. It must name this machine as its host: a page of another site that makes its own name
/// lead here must not read along.
pub fn is_open(state: &AppState, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    needs_no_log_in(state) && host.is_some_and(is_this_machine)
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_names_and_addresses_of_this_machine_are_hosts() {
        for host in ["localhost", "LOCALHOST:8090", "127.0.0.1:8090", "127.0.0.1", "[::1]:8090", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in
            ["", "evil.example:8090", "127.0.0.1.evil.example", "10.0.0.1:8090", "[::2]:1", "localhost.evil.example"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
