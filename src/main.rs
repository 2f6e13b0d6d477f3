//! The program `rehearse`; everything that it does is in the library.

<<<<<<< HEAD
fn main() -> std::process::ExitCode {
    rehearsal::cli::main()
=======
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

/// `rehearse mock --listen ADDRESS --home FOLDER`, and `rehearse mock --health URL`.
#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |name: &str| words.iter().skip_while(|word| *word != name).nth(1).cloned();
    if let Some(url) = word("--health") {
        return if rehearsal::mock::health(&url).await { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let (Some(listen), Some(home)) = (word("--listen"), word("--home")) else {
        eprintln!("usage: rehearse mock --listen ADDRESS --home FOLDER");
        return ExitCode::from(2);
    };
    let password = std::env::var("REHEARSE_MOCK_PASSWORD").unwrap_or_default();
    let mut settings = rehearsal::mock::Settings::new(home, "admin", password.into());
    match listen.parse() {
        Ok(address) => settings.address = address,
        Err(error) => {
            eprintln!("{listen}: {error}");
            return ExitCode::from(2);
        }
    }
    let cancel = CancellationToken::new();
    match rehearsal::mock::serve_until(settings, cancel, |address| eprintln!("mock Confluence at http://{address}"))
        .await
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to {error}");
            ExitCode::from(3)
        }
    }
>>>>>>> target
}
